// What a process was called at a moment of the run, for reports that speak of many moments.
import type { TraceQuery } from './query.js';

interface Naming {
  readonly cycle: number;
  readonly name: string;
}

/** The view process_names, looked up as its documentation says. */
export class ProcessNames {
  private constructor(private readonly namings: ReadonlyMap<number, readonly Naming[]>) {}

  /** Reads the names of a run; there are none where processes were not traced. */
  static async read(query: TraceQuery): Promise<ProcessNames> {
    const { rows } = await query.run('SELECT pid, cycle, name FROM process_names ORDER BY pid, cycle');
    const namings = new Map<number, Naming[]>();
    for (const [pid, cycle, name] of rows) {
      const list = namings.get(Number(pid)) ?? [];
      namings.set(Number(pid), list);
      list.push({ cycle: Number(cycle), name: String(name) });
    }
    return new ProcessNames(namings);
  }

  /** Raw guest text; empty when unknown. */
  at(pid: number, cycle: number): string {
    const namings = this.namings.get(pid) ?? [];
    return (namings.find((one) => one.cycle >= cycle) ?? namings[namings.length - 1])?.name ?? '';
  }
}
