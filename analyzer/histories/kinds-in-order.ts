// Rows of several kinds in order of seq: the kind with the earliest row goes on to the earliest row of the others.
import type { EventBatch } from '../../tracer/arrow/batch.js';
import type { PassKind } from './pass-kinds.js';
import { noRow, RowCursor, type OwnColumns } from './event-rows.js';

/** Yields the next batch of a kind, undefined while there is none. */
export type FetchBatch = (kind: PassKind) => EventBatch | undefined;

/** Leads through kinds that are added before it starts. */
export class KindsInOrder {
  private readonly cursors: RowCursor[] = [];
  /** Of each cursor: goes through its rows up to a seq. */
  private readonly runs: ((limit: number) => void)[] = [];

  /** @param fetch is asked again after it had none */
  constructor(private readonly fetch: FetchBatch) {}

  /**
   * Adds a kind. `goOn` goes through its rows: a loop from the cursor's present row on, as long as their seq is below
   * `limit`. Each kind has a loop of its own, so that the engine knows whose columns it reads there.
   */
  add(kind: PassKind, own: OwnColumns, goOn: (row: RowCursor, limit: number) => void): void {
    const cursor = new RowCursor(own, () => this.fetch(kind));
    this.cursors.push(cursor);
    this.runs.push((limit) => goOn(cursor, limit));
  }

  /** Goes as far as there are rows. All rows before the last of them must have been there, of every kind. */
  advance(): void {
    const { cursors, runs } = this;
    for (const cursor of cursors) if (cursor.seq === noRow) cursor.advance();
    for (;;) {
      let kind = -1;
      let least = noRow;
      let limit = noRow;
      for (let index = 0; index < cursors.length; index++) {
        const { seq } = cursors[index];
        if (seq < least) {
          limit = least;
          least = seq;
          kind = index;
        } else if (seq < limit) limit = seq;
      }
      if (kind < 0) return;
      if (limit === least) throw new Error(`two rows have seq ${least}`);
      runs[kind](limit);
    }
  }
}
