// Writes events as a kernel would cause them, one call an event: numbers them, opens and ends kernel entries.
import type { EventName } from '../../tracer/schema/index.js';
import type { EventRowInput, EventRows } from './event-rows.js';

/** Who does what follows: a process inside one kernel entry. */
export interface Entry {
  readonly id: number;
  readonly pid: number;
  readonly hart: number;
  readonly cause: string;
  readonly start_cycle: number;
}

/** Bits of a page-table entry. */
export const pte = { v: 1, r: 2, w: 4, x: 8, u: 16, cow: 0x100 } as const;

/** The entry that maps a frame with the given bits. */
export function pteOf(frame: number, bits: number): bigint {
  return ((BigInt(frame) >> 12n) << 10n) | BigInt(bits);
}

/** Collects rows in order. Functions get addresses by name, with a location row each. */
export class Story {
  private readonly kinds: { [K in EventName]?: EventRowInput[] } = {};
  private readonly functions = new Map<string, number>();
  private seq = 0;
  private entries = 0;
  private readonly open = new Set<Entry>();

  /** Machine cycle of the next event. */
  get cycle(): number {
    return 1000 + this.seq * 10;
  }

  /** Address standing for a function: where its events happen, and where calls out of it return to. */
  at(name: string): number {
    const known = this.functions.get(name);
    if (known !== undefined) return known;
    const address = 0x80000000 + this.functions.size * 0x100;
    this.functions.set(name, address);
    return address;
  }

  /** Opens a kernel entry. */
  begin(pid: number, cause: string, hart = 0): Entry {
    const entry = { id: ++this.entries, pid, hart, cause, start_cycle: this.cycle };
    this.open.add(entry);
    return entry;
  }

  /** Ends a kernel entry; without this it is one that the trace cuts off (finished 0). */
  end(entry: Entry, finished = 1): void {
    const { id, start_cycle, cause } = entry;
    this.open.delete(entry);
    this.emit('kernel_span', entry, '', { id, start_cycle, cause, finished });
  }

  /** Does something inside a kernel entry of its own. */
  inside<T>(pid: number, cause: string, body: (entry: Entry) => T): T {
    const entry = this.begin(pid, cause);
    const result = body(entry);
    this.end(entry);
    return result;
  }

  /** Adds a row that happens now, in `where`. */
  emit(kind: EventName, entry: Entry, where: string, columns: EventRowInput): void {
    const { pid, hart, id } = entry;
    const pc = where === '' ? 0 : this.at(where);
    const common = { seq: this.seq, cycle: this.cycle, pid, hart, span: id, pc };
    this.seq++;
    (this.kinds[kind] ??= []).push({ ...common, ...columns });
  }

  /** All rows by kind, with the location of every function named. Ends the story. */
  rows(): EventRows {
    for (const entry of this.open) this.end(entry, 0);
    const location = [...this.functions].map(([name, address], index) => {
      return { seq: this.seq + index, address, function: name, file: 'kernel/toy.c', line: 10 + index };
    });
    return { ...this.kinds, location };
  }
}
