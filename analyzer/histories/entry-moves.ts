// What kernel entries did with frames: how often they took and gave up one, and the last of each. Kept of every entry
// that moved a frame, since what an entry was for is known only when it has ended.
import { GrowingColumns, roomFor, type FoundRows } from './growing-columns.js';
import { checkSpan } from './kernel-entries.js';

/** Cycles in which no frame can have been copied: a load and a store of 8 bytes each. */
const copyCyclesLeast = 1024;

/** More of one entry are counted as these. */
const countMost = 255;

function moveColumns() {
  return {
    /** Frames that the allocator handed out, that left the free list, were given up, and came to the free list. */
    handed: new Uint8Array(),
    unlisted: new Uint8Array(),
    given: new Uint8Array(),
    listed: new Uint8Array(),
    /** Page number of the last of each. */
    handedPage: new Float64Array(),
    unlistedPage: new Float64Array(),
    givenPage: new Float64Array(),
    listedPage: new Float64Array(),
    handedCycle: new Float64Array(),
    /** Seq plus one of the last frame given up, and of the last before one was handed out or too soon after it. */
    givenSeq: new Uint32Array(),
    hastySeq: new Uint32Array(),
    /** 1 when the allocator had no frame. */
    refused: new Uint8Array(),
  };
}

/** What the pass leaves of them. */
export interface FoundMoves {
  readonly rows: FoundRows<ReturnType<typeof moveColumns>>;
  /** By span: its row, plus one; 0 for an entry that moved none, as for numbers behind the last element. */
  readonly rowOfSpan: Int32Array;
}

/** Follows them through the pass. */
export class EntryMoves {
  private readonly rows = new GrowingColumns(moveColumns());
  private rowOfSpan: Int32Array = new Int32Array();

  /** A row of kalloc. */
  handOut(span: number, page: number, cycle: number): void {
    const row = this.rowOf(span);
    const { of } = this.rows;
    if (page === 0) {
      of.refused[row] = 1;
      return;
    }
    count(of.handed, row);
    of.handedPage[row] = page;
    of.handedCycle[row] = cycle;
  }

  /** A row of frame_alloc. */
  unlist(span: number, page: number): void {
    const row = this.rowOf(span);
    count(this.rows.of.unlisted, row);
    this.rows.of.unlistedPage[row] = page;
  }

  /** A row of kfree. */
  giveUp(span: number, page: number, cycle: number, seq: number): void {
    const row = this.rowOf(span);
    const { of } = this.rows;
    count(of.given, row);
    of.givenPage[row] = page;
    of.givenSeq[row] = seq + 1;
    if (of.handed[row] === 0 || cycle - of.handedCycle[row] < copyCyclesLeast) of.hastySeq[row] = seq + 1;
  }

  /** A row of frame_free. */
  list(span: number, page: number): void {
    const row = this.rowOf(span);
    count(this.rows.of.listed, row);
    this.rows.of.listedPage[row] = page;
  }

  found(): FoundMoves {
    return { rows: this.rows.found(), rowOfSpan: this.rowOfSpan };
  }

  private rowOf(span: number): number {
    if (span >= this.rowOfSpan.length) {
      checkSpan(span);
      this.rowOfSpan = roomFor(this.rowOfSpan, span);
    }
    const known = this.rowOfSpan[span];
    return known === 0 ? this.add(span) : known - 1;
  }

  private add(span: number): number {
    const row = this.rows.add();
    this.rowOfSpan[span] = row + 1;
    return row;
  }
}

function count(counts: Uint8Array, row: number): void {
  if (counts[row] < countMost) counts[row]++;
}

/** The moves of an entry, -1 when it moved none. */
export function movesOf({ rowOfSpan }: FoundMoves, span: number): number {
  return span < rowOfSpan.length ? rowOfSpan[span] - 1 : -1;
}

/** Seq plus one at which an entry last gave up a frame though none can have been copied; 0 for never. */
export function hastySeqOf({ rows: { of } }: FoundMoves, row: number): number {
  // Only of an entry that got one frame can it be said when it might have copied.
  return of.handed[row] === 1 ? of.hastySeq[row] : of.givenSeq[row];
}
