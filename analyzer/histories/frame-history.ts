// What each kernel entry did to each frame, and the state of the frame when the entry was done with it: mappings,
// count, place on the free list. One pass in order of seq; rows become the table frame_spans.
import { GrowingColumns } from './growing-columns.js';

/** Bits of a row's flags. */
export const pointFlag = { settled: 1, judged: 2, undisturbed: 4, free: 8, counted: 16 } as const;

/** End of an entry that is not done with the frame by the end of the trace. */
export const never = 0xffff_ffff;

function rowColumns() {
  return {
    frame: new Int32Array(),
    span: new Uint32Array(),
    firstSeq: new Uint32Array(),
    endSeq: new Uint32Array(),
    mappings: new Int32Array(),
    writable: new Int32Array(),
    listed: new Int32Array(),
    count: new Float64Array(),
    before: new Int32Array(),
    flags: new Uint8Array(),
    nextOnFrame: new Int32Array(),
    nextInSpan: new Int32Array(),
  };
}

/**
 * While an entry is open its row holds the differences it made; when it is done these are added to the frame's settled
 * state, and the row holds that state.
 */
export class FrameHistory {
  readonly rows: GrowingColumns<ReturnType<typeof rowColumns>>;
  /** The settled state by frame. */
  private readonly mappings: Int32Array;
  private readonly writable: Int32Array;
  private readonly listed: Int32Array;
  private readonly count: Float64Array;
  /** By frame: the newest row of an entry that is not done with it, plus one. */
  private readonly open: Int32Array;
  /** By frame: the end of the last entry that was done with it, plus one. */
  private readonly lastEnd: Uint32Array;
  /** Newest row of a span, plus one, by its number. */
  private readonly spanRows: Int32Array;

  /** `firstCount` has a number for each frame, NaN where no count was ever seen. */
  constructor(spans: number, frames: number, firstCount: Float64Array, rowsExpected: number) {
    this.rows = new GrowingColumns(rowColumns(), rowsExpected);
    this.spanRows = new Int32Array(spans);
    this.mappings = new Int32Array(frames);
    this.writable = new Int32Array(frames);
    this.listed = new Int32Array(frames);
    this.count = new Float64Array(frames).fill(NaN);
    this.count.set(firstCount);
    this.open = new Int32Array(frames);
    this.lastEnd = new Uint32Array(frames);
  }

  /** An entry changed a frame: its user mappings, writable ones among them, places on the free list, count. */
  touch(
    frame: number,
    span: number,
    seq: number,
    mappings: number,
    writable: number,
    listed: number,
    counted: number,
  ): void {
    const row = this.openRow(frame, span, seq);
    const { of } = this.rows;
    of.mappings[row] += mappings;
    of.writable[row] += writable;
    of.listed[row] += listed;
    of.count[row] += counted;
  }

  /** The entry is done with every frame that it touched. */
  endSpan(span: number, seq: number): void {
    const { of } = this.rows;
    for (let next = this.spanRows[span]; next > 0; next = of.nextInSpan[next - 1])
      this.settle(next - 1, seq, pointFlag.settled);
  }

  /** An entry that never ends is done with one frame; that is no moment to judge at. */
  endTouching(frame: number, span: number, seq: number): void {
    this.settle(this.openRow(frame, span, seq), seq, 0);
  }

  /** The row of an entry and a frame, -1 when it did not touch it. */
  rowOf(frame: number, span: number): number {
    const { of } = this.rows;
    let row = this.spanRows[span] - 1;
    while (row >= 0 && of.frame[row] !== frame) row = of.nextInSpan[row] - 1;
    return row >= 0 ? row : -1;
  }

  private openRow(frame: number, span: number, seq: number): number {
    let row = this.open[frame] - 1;
    while (row >= 0 && this.rows.of.span[row] !== span) row = this.rows.of.nextOnFrame[row] - 1;
    return row >= 0 ? row : this.openNew(frame, span, seq);
  }

  private openNew(frame: number, span: number, seq: number): number {
    const row = this.rows.add();
    const { of } = this.rows;
    of.frame[row] = frame;
    of.span[row] = span;
    of.firstSeq[row] = seq;
    of.endSeq[row] = never;
    of.nextOnFrame[row] = this.open[frame];
    this.open[frame] = row + 1;
    if (span < this.spanRows.length) {
      of.nextInSpan[row] = this.spanRows[span];
      this.spanRows[span] = row + 1;
    }
    return row;
  }

  private settle(row: number, seq: number, settled: number): void {
    const rows = this.rows.of;
    const frame = rows.frame[row];
    this.close(row, frame);
    const before = this.mappings[frame];
    const listed = (this.listed[frame] += rows.listed[row]);
    const count = (this.count[frame] += rows.count[row]);
    this.mappings[frame] = before + rows.mappings[row];
    rows.before[row] = before;
    rows.mappings[row] = this.mappings[frame];
    rows.writable[row] = this.writable[frame] += rows.writable[row];
    rows.listed[row] = listed;
    rows.count[row] = count;
    const judged = this.open[frame] === 0;
    const undisturbed = judged && this.lastEnd[frame] <= rows.firstSeq[row];
    rows.flags[row] =
      settled |
      (judged ? pointFlag.judged : 0) |
      (undisturbed ? pointFlag.undisturbed : 0) |
      (listed > 0 ? pointFlag.free : 0) |
      (Number.isNaN(count) ? 0 : pointFlag.counted);
    rows.endSeq[row] = seq;
    this.lastEnd[frame] = seq + 1;
  }

  /** Takes the row out of the frame's open ones. */
  private close(row: number, frame: number): void {
    const { nextOnFrame } = this.rows.of;
    let at = this.open[frame] - 1;
    if (at === row) {
      this.open[frame] = nextOnFrame[row];
      return;
    }
    while (nextOnFrame[at] - 1 !== row) at = nextOnFrame[at] - 1;
    nextOnFrame[at] = nextOnFrame[row];
  }
}
