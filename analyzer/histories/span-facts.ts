// What a pass over a run must know of its kernel entries (spans) beforehand: how each ends.
import { UsageError } from '../../errors.js';
import type { EventTables } from '../event-tables.js';

/** Causes of spans that have no end to judge at: nobody's process is at work. */
const endlessCauses = new Set(['scheduler', 'boot']);

/** A trace has a number for each kernel entry, counted up from 0; larger ones come from damage. */
const spansMost = 2 ** 28;

/** How a span ends; unknown of one without a row, which the end of a damaged trace has lost. */
export const spanEnd = { unknown: 0, unfinished: 1, finished: 2, endless: 3 } as const;

/** Facts by number of the span. */
export class SpanFacts {
  /** Numbers of the spans, by row of kernel_span. */
  readonly ids: Uint32Array;
  /** Row of kernel_span by number, -1 when there is none. */
  readonly row: Int32Array;
  /** How it ends by number, one of `spanEnd`; nothing behind the last number. */
  readonly end: Uint8Array;
  /** By number: 1 for the handling of a page fault. */
  readonly isFault: Uint8Array;

  constructor(events: EventTables) {
    const table = events.of('kernel_span');
    const [ids, causes, finished] = table.read(['id', 'cause', 'finished']);
    this.ids = ids.values as Uint32Array;
    let most = -1;
    for (let row = 0; row < table.rows; row++) most = Math.max(most, this.ids[row]);
    if (most >= spansMost)
      throw new UsageError(`The trace numbers a kernel entry ${most}: it is damaged.`, 65);
    this.end = new Uint8Array(most + 1);
    this.isFault = new Uint8Array(most + 1);
    this.row = new Int32Array(most + 1).fill(-1);
    const endless = causes.dictionary!.map((cause) => endlessCauses.has(cause));
    const fault = causes.dictionary!.indexOf('page_fault');
    for (let row = 0; row < table.rows; row++) {
      const id = this.ids[row];
      const cause = Number(causes.values[row]);
      const end = finished.values[row] === 1 ? spanEnd.finished : spanEnd.unfinished;
      this.row[id] = row;
      this.end[id] = endless[cause] ? spanEnd.endless : end;
      this.isFault[id] = cause === fault ? 1 : 0;
    }
  }

  /** Numbers are below this. */
  get size(): number {
    return this.end.length;
  }
}
