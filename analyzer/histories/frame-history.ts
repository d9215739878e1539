// What each kernel entry did to each frame, and the state of the frame when the entry was done with it: mappings,
// count, place on the free list. One pass in order of seq; rows become the table frame_spans.

/** Bits of a row's flags. */
export const pointFlag = { settled: 1, judged: 2, undisturbed: 4, free: 8, counted: 16 } as const;

/** End of an entry that is not done with the frame by the end of the trace. */
export const never = 0xffff_ffff;

// A touch goes to a row in any order, so a row is one piece of memory: these many words, the count two of them.
const width = 12;
const word = {
  frame: 0,
  span: 1,
  firstSeq: 2,
  endSeq: 3,
  mappings: 4,
  writable: 5,
  before: 6,
  /** Places on the free list while the entry is open, flags when it is done. */
  listed: 7,
  flags: 7,
  nextOnFrame: 8,
  nextInSpan: 9,
  count: 10,
} as const;

/**
 * While an entry is open its row holds the differences it made; when it is done these are added to the frame's settled
 * state, and the row holds that state.
 */
export class FrameHistory {
  length = 0;
  private words: Int32Array;
  /** The same memory, for the counts. */
  private doubles: Float64Array;
  /** The settled state by frame. */
  private readonly mappings: Int32Array;
  private readonly writable: Int32Array;
  private readonly listed: Int32Array;
  private readonly counts: Float64Array;
  /** By frame: the newest row of an entry that is not done with it, plus one. */
  private readonly open: Int32Array;
  /** By frame: the end of the last entry that was done with it, plus one. */
  private readonly lastEnd: Uint32Array;
  /** Newest row of a span, plus one, by its number. */
  private readonly spanRows: Int32Array;

  /** `firstCount` has a number for each frame, NaN where no count was ever seen. */
  constructor(spans: number, frames: number, firstCount: Float64Array, rowsExpected: number) {
    this.words = new Int32Array(width * Math.max(rowsExpected, 16));
    this.doubles = new Float64Array(this.words.buffer);
    this.spanRows = new Int32Array(spans);
    this.mappings = new Int32Array(frames);
    this.writable = new Int32Array(frames);
    this.listed = new Int32Array(frames);
    this.counts = new Float64Array(frames).fill(NaN);
    this.counts.set(firstCount);
    this.open = new Int32Array(frames);
    this.lastEnd = new Uint32Array(frames);
  }

  /** An entry made or removed user mappings of a frame, writable ones among them. */
  touchMappings(frame: number, span: number, seq: number, mappings: number, writable: number): void {
    const at = this.openRow(frame, span, seq) * width;
    this.words[at + word.mappings] += mappings;
    this.words[at + word.writable] += writable;
  }

  /** An entry put a frame on the free list (1) or took it off (-1). */
  touchList(frame: number, span: number, seq: number, listed: number): void {
    // A new row may move all rows, so it is asked for first.
    const at = this.openRow(frame, span, seq) * width;
    this.words[at + word.listed] += listed;
  }

  /** An entry changed the count of a frame. */
  touchCount(frame: number, span: number, seq: number, difference: number): void {
    const at = this.openRow(frame, span, seq) * width;
    this.doubles[(at + word.count) / 2] += difference;
  }

  /** The entry is done with every frame that it touched. */
  endSpan(span: number, seq: number): void {
    for (let next = this.spanRows[span]; next > 0; next = this.words[(next - 1) * width + word.nextInSpan])
      if (this.words[(next - 1) * width + word.endSeq] >>> 0 === never)
        this.settle(next - 1, seq, pointFlag.settled);
  }

  /** The entry blocks: the frames that it touched are settled as they are, and it is not done with them. */
  blockSpan(span: number, seq: number): void {
    const last = this.spanRows[span];
    for (let next = last; next > 0; next = this.words[(next - 1) * width + word.nextInSpan]) {
      const row = next - 1;
      const frame = this.words[row * width];
      if (this.words[row * width + word.endSeq] >>> 0 !== never || this.isUntouched(row)) continue;
      this.settle(row, seq, pointFlag.settled);
      this.openNew(frame, span, seq);
    }
  }

  /** An entry that never ends is done with one frame; that is no moment to judge at. */
  endTouching(frame: number, span: number, seq: number): void {
    this.settle(this.openRow(frame, span, seq), seq, 0);
  }

  /** The row of an entry and a frame, -1 when it did not touch it. */
  rowOf(frame: number, span: number): number {
    let row = this.spanRows[span] - 1;
    while (row >= 0 && this.words[row * width] !== frame) row = this.words[row * width + word.nextInSpan] - 1;
    return row >= 0 ? row : -1;
  }

  /** One word of every row; the state of rows that are not done means nothing. */
  column(name: Exclude<keyof typeof word, 'count' | 'flags'>): Int32Array {
    const values = new Int32Array(this.length);
    for (let row = 0, at = word[name] as number; row < values.length; row++, at += width)
      values[row] = this.words[at];
    return values;
  }

  /** The flags of every row, 0 while the entry is open. */
  flagColumn(): Int32Array {
    const values = new Int32Array(this.length);
    for (let row = 0, at = 0; row < values.length; row++, at += width)
      if (this.words[at + word.endSeq] >>> 0 !== never) values[row] = this.words[at + word.flags];
    return values;
  }

  /** The count in every row, NaN where it is not known. */
  countColumn(): Float64Array {
    const values = new Float64Array(this.length);
    for (let row = 0, at = word.count / 2; row < values.length; row++, at += width / 2)
      values[row] = this.doubles[at];
    return values;
  }

  /** Whether the entry did nothing to the frame since it blocked. */
  private isUntouched(row: number): boolean {
    const { words } = this;
    const at = row * width;
    const counted = this.doubles[(at + word.count) / 2];
    return (
      words[at + word.mappings] === 0 &&
      words[at + word.writable] === 0 &&
      words[at + word.listed] === 0 &&
      !counted
    );
  }

  private openRow(frame: number, span: number, seq: number): number {
    let row = this.open[frame] - 1;
    while (row >= 0 && this.words[row * width + word.span] !== span)
      row = this.words[row * width + word.nextOnFrame] - 1;
    return row >= 0 ? row : this.openNew(frame, span, seq);
  }

  private openNew(frame: number, span: number, seq: number): number {
    const row = this.length++;
    if (this.length * width > this.words.length) this.grow();
    const { words } = this;
    const at = row * width;
    words[at] = frame;
    words[at + word.span] = span;
    words[at + word.firstSeq] = seq;
    words[at + word.endSeq] = never;
    words[at + word.nextOnFrame] = this.open[frame];
    this.open[frame] = row + 1;
    if (span < this.spanRows.length) {
      words[at + word.nextInSpan] = this.spanRows[span];
      this.spanRows[span] = row + 1;
    }
    return row;
  }

  private grow(): void {
    const wider = new Int32Array(2 * this.words.length);
    wider.set(this.words);
    this.words = wider;
    this.doubles = new Float64Array(wider.buffer);
  }

  private settle(row: number, seq: number, settled: number): void {
    const { words, doubles } = this;
    const at = row * width;
    const frame = words[at];
    this.close(row, frame);
    const before = this.mappings[frame];
    const listed = (this.listed[frame] += words[at + word.listed]);
    const count = (this.counts[frame] += doubles[(at + word.count) / 2]);
    this.mappings[frame] = before + words[at + word.mappings];
    words[at + word.before] = before;
    words[at + word.mappings] = this.mappings[frame];
    words[at + word.writable] = this.writable[frame] += words[at + word.writable];
    doubles[(at + word.count) / 2] = count;
    const judged = this.open[frame] === 0;
    const undisturbed = judged && this.lastEnd[frame] <= words[at + word.firstSeq];
    words[at + word.flags] =
      settled |
      (judged ? pointFlag.judged : 0) |
      (undisturbed ? pointFlag.undisturbed : 0) |
      (listed > 0 ? pointFlag.free : 0) |
      (Number.isNaN(count) ? 0 : pointFlag.counted);
    words[at + word.endSeq] = seq;
    this.lastEnd[frame] = seq + 1;
  }

  /** Takes the row out of the frame's open ones. */
  private close(row: number, frame: number): void {
    const { words } = this;
    const next = words[row * width + word.nextOnFrame];
    let at = this.open[frame] - 1;
    if (at === row) {
      this.open[frame] = next;
      return;
    }
    while (words[at * width + word.nextOnFrame] - 1 !== row) at = words[at * width + word.nextOnFrame] - 1;
    words[at * width + word.nextOnFrame] = next;
  }
}
