// What a process was called at a moment of the run, for reports that speak of many moments.
import type { TraceQuery } from './query.js';
import type { Table } from './table.js';
import { numbersOf, wordsOf } from './whole-columns.js';

interface Naming {
  readonly cycle: number;
  readonly name: string;
}

function note(namings: Map<number, Naming[]>, pid: number, naming: Naming): void {
  const list = namings.get(pid) ?? [];
  namings.set(pid, list);
  list.push(naming);
}

/** The view process_names, looked up as its documentation says. */
export class ProcessNames {
  private constructor(private readonly namings: ReadonlyMap<number, readonly Naming[]>) {}

  /** Reads the names of a run; there are none where processes were not traced. */
  static async read(query: TraceQuery): Promise<ProcessNames> {
    const { rows } = await query.run('SELECT pid, cycle, name FROM process_names ORDER BY pid, cycle');
    const namings = new Map<number, Naming[]>();
    for (const [pid, cycle, name] of rows)
      note(namings, Number(pid), { cycle: Number(cycle), name: String(name) });
    return new ProcessNames(namings);
  }

  /** The same from the rows of the event `process`, without DuckDB. */
  static of(process: Table): ProcessNames {
    const [cycles, actions, subjects, parents, names] = process.read([
      'cycle',
      'action',
      'subject',
      'parent',
      'name',
    ]);
    const [cycle, subject, parent] = [cycles, subjects, parents].map(numbersOf);
    const [action, name] = [actions, names].map(wordsOf);
    const namings = new Map<number, Naming[]>();
    for (let row = 0; row < process.rows; row++) {
      const naming = { cycle: cycle(row), name: name(row) };
      if (naming.name === '') continue;
      note(namings, subject(row), naming);
      if (action(row) === 'fork' && parent(row) !== 0) note(namings, parent(row), naming);
    }
    for (const list of namings.values()) list.sort((left, right) => left.cycle - right.cycle);
    return new ProcessNames(namings);
  }

  /** Raw guest text; empty when unknown. */
  at(pid: number, cycle: number): string {
    const namings = this.namings.get(pid) ?? [];
    return (namings.find((one) => one.cycle >= cycle) ?? namings[namings.length - 1])?.name ?? '';
  }
}
