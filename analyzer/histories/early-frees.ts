// Frames put on the free list by an entry that had left their count above zero: the table early_frees. Whoever decides
// by a count that others may change meanwhile frees what is not his to free, or frees it twice.
import { gathered } from './gather.js';
import { GrowingColumns, roomFor, type FoundRows } from './growing-columns.js';
import type { HistoryColumn, HistoryTableRow } from './tables.js';

/** By row of the table. */
function freeColumns() {
  return {
    /** Row of frame_free. */
    freeRow: new Int32Array(),
    /** Row of refcount_change: the last one of this entry and frame. */
    countRow: new Int32Array(),
  };
}

/** What the pass leaves of them. */
export type FoundEarlyFrees = FoundRows<ReturnType<typeof freeColumns>>;

/** Follows the last change that anybody made to the count of each frame. */
export class EarlyFrees {
  private readonly rows = new GrowingColumns(freeColumns());
  /** How often an entry took the count of what it freed to zero. */
  private lowered = 0;
  /** How often it did not touch that count, or raised it. */
  private untouched = 0;
  /** By frame, for the two entries that changed its count last: entry, row plus one, what it left (-1: not less). */
  private spans: Uint32Array = new Uint32Array();
  private countRows: Int32Array = new Int32Array();
  private left: Int32Array = new Int32Array();

  /** An entry changed the count of a frame. */
  changed(frame: number, span: number, row: number, before: number, after: number): void {
    if (2 * frame + 1 >= this.spans.length) this.grow(2 * frame + 1);
    const at = 2 * frame;
    // The newest comes first; the other is that of another entry.
    if (this.spans[at] !== span) {
      this.spans[at + 1] = this.spans[at];
      this.countRows[at + 1] = this.countRows[at];
      this.left[at + 1] = this.left[at];
    }
    this.spans[at] = span;
    this.countRows[at] = row + 1;
    this.left[at] = after < before ? after : -1;
  }

  /** An entry put a frame on the free list. */
  freed(frame: number, span: number, row: number): void {
    if (2 * frame + 1 >= this.spans.length) return;
    const newest = 2 * frame;
    if (this.countRows[newest] === 0) return;
    const own = this.spans[newest] === span ? newest : newest + 1;
    const left = this.spans[own] === span ? this.left[own] : -1;
    if (left < 0) this.untouched++;
    else if (left === 0) this.lowered++;
    else this.add(row, this.countRows[own] - 1);
  }

  /** None of a kernel that as a rule frees with another count, as do those to which one means that nobody shares. */
  found(): FoundEarlyFrees {
    const found = this.rows.found();
    const usual = this.lowered - this.untouched;
    return usual > found.length ? found : new GrowingColumns(freeColumns()).found();
  }

  private add(freeRow: number, countRow: number): void {
    const row = this.rows.add();
    this.rows.of.freeRow[row] = freeRow;
    this.rows.of.countRow[row] = countRow;
  }

  private grow(index: number): void {
    this.spans = roomFor(this.spans, index);
    this.countRows = roomFor(this.countRows, index);
    this.left = roomFor(this.left, index);
  }
}

function of(
  kind: 'frame_free' | 'refcount_change',
  name: string,
  type: HistoryColumn['type'],
): HistoryColumn {
  return {
    type,
    read: ({ events, found: { earlyFrees } }) => {
      const { freeRow, countRow } = earlyFrees.of;
      return gathered(events, kind, name, kind === 'frame_free' ? freeRow : countRow, earlyFrees.length);
    },
  };
}

/** The table. */
export const earlyFreesTable = {
  doc:
    'Frames put on the free list by a kernel entry that had lowered their count, and not to zero: count is what ' +
    'it left, with seq, cycle and place of that change. Empty for a kernel that frees most frames otherwise than ' +
    'by taking their count to zero.',
  needs: ['frame_free', 'refcount_change'],
  optional: [],
  rows: ({ found }) => found.earlyFrees.length,
  columns: {
    seq: of('frame_free', 'seq', 'u64'),
    cycle: of('frame_free', 'cycle', 'u64'),
    hart: of('frame_free', 'hart', 'u8'),
    pid: of('frame_free', 'pid', 'i32'),
    span: of('frame_free', 'span', 'u32'),
    frame: of('frame_free', 'frame', 'u64'),
    pc: of('frame_free', 'pc', 'u64'),
    call_site: of('frame_free', 'call_site', 'u64'),
    count_seq: of('refcount_change', 'seq', 'u64'),
    count_cycle: of('refcount_change', 'cycle', 'u64'),
    count_pc: of('refcount_change', 'pc', 'u64'),
    count_call_site: of('refcount_change', 'call_site', 'u64'),
    count: of('refcount_change', 'after', 'i64'),
  },
} as const satisfies HistoryTableRow;
