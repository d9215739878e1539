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
    const seqs = Int32Array.from(cursors, ({ seq }) => seq);
    for (let kind = earliest(seqs, -1); kind >= 0;) {
      // It goes on up to the earliest row of the others, which is the next one then.
      const next = earliest(seqs, kind);
      const limit = next < 0 ? noRow : seqs[next];
      if (limit === seqs[kind]) throw new Error(`two rows have seq ${limit}`);
      runs[kind](limit);
      seqs[kind] = cursors[kind].seq;
      kind = next;
    }
  }
}

/** Index of the least seq but that of one kind; -1 where no other has a row. */
function earliest(seqs: Int32Array, but: number): number {
  let least = noRow;
  let kind = -1;
  for (let index = 0; index < seqs.length; index++) {
    if (index === but || seqs[index] >= least) continue;
    least = seqs[index];
    kind = index;
  }
  return kind;
}
