// What each kernel entry did to each frame, and the state of the frame when the entry was done with it: mappings,
// count, place on the free list. One pass in order of seq; rows become the table frame_spans.
import type { FoundFrameRows } from './frame-points.js';
import {
  chunkOf,
  chunkRows,
  never,
  newChunk,
  pointFlag,
  rowWord as word,
  wordOf,
  type RowChunk,
} from './frame-row.js';
import { roomFor } from './growing-columns.js';
import { checkSpan } from './kernel-entries.js';

/**
 * While an entry is open its row holds the differences it made; when it is done these are added to the frame's settled
 * state, and the row holds that state.
 */
export class FrameHistory {
  private length = 0;
  private readonly chunks: RowChunk[] = [];
  /** The settled state by frame. */
  private mappings: Int32Array = new Int32Array();
  private writable: Int32Array = new Int32Array();
  private listed: Int32Array = new Int32Array();
  /** NaN while no count was seen. */
  private counts: Float64Array = new Float64Array();
  /** The first count seen of it, which it had from the beginning. */
  private firstCounts: Float64Array = new Float64Array();
  /** By frame: the newest row of an entry that is not done with it, plus one. */
  private open: Int32Array = new Int32Array();
  /** By frame: the end of the last entry that was done with it, plus one. */
  private lastEnd: Uint32Array = new Uint32Array();
  /** Newest row of a span, plus one, by its number. */
  private spanRows: Int32Array = new Int32Array();

  /** An entry made or removed user mappings of a frame, writable ones among them. */
  touchMappings(frame: number, span: number, seq: number, mappings: number, writable: number): void {
    const row = this.openRow(frame, span, seq);
    const { words } = this.chunks[chunkOf(row)];
    words[wordOf(row) + word.mappings] += mappings;
    words[wordOf(row) + word.writable] += writable;
  }

  /** An entry put a frame on the free list (1) or took it off (-1). */
  touchList(frame: number, span: number, seq: number, listed: number): void {
    const row = this.openRow(frame, span, seq);
    this.chunks[chunkOf(row)].words[wordOf(row) + word.listed] += listed;
  }

  /** An entry changed the count of a frame. */
  touchCount(frame: number, span: number, seq: number, before: number, after: number): void {
    const row = this.openRow(frame, span, seq);
    if (Number.isNaN(this.firstCounts[frame])) this.firstCounts[frame] = this.counts[frame] = before;
    this.chunks[chunkOf(row)].doubles[(wordOf(row) + word.count) / 2] += after - before;
  }

  /** The entry is done with every frame that it touched. */
  endSpan(span: number, seq: number): void {
    if (span >= this.spanRows.length) return;
    for (let row = this.spanRows[span] - 1; row >= 0;) {
      const { words } = this.chunks[chunkOf(row)];
      const at = wordOf(row);
      if (words[at + word.endSeq] >>> 0 === never) this.settle(row, seq, pointFlag.settled);
      row = words[at + word.nextInSpan] - 1;
    }
  }

  /** The entry blocks: the frames that it touched are settled as they are, and it is not done with them. */
  blockSpan(span: number, seq: number): void {
    if (span >= this.spanRows.length) return;
    for (let row = this.spanRows[span] - 1; row >= 0;) {
      const { words } = this.chunks[chunkOf(row)];
      const at = wordOf(row);
      const next = words[at + word.nextInSpan] - 1;
      if (words[at + word.endSeq] >>> 0 === never && !this.isUntouched(row)) {
        this.settle(row, seq, pointFlag.settled);
        this.openNew(words[at], span, seq);
      }
      row = next;
    }
  }

  /** An entry that never ends is done with a frame; that is no moment to judge at. */
  endTouching(frame: number, span: number, seq: number): void {
    this.settle(this.openRow(frame, span, seq), seq, 0);
  }

  found(): FoundFrameRows {
    this.completeCounts();
    return { length: this.length, chunks: this.chunks.map(({ words }) => words), spanRows: this.spanRows };
  }

  /** What the first change of a count found was so before, too. */
  private completeCounts(): void {
    for (let row = 0; row < this.length; row++) {
      const { words, doubles } = this.chunks[chunkOf(row)];
      const at = wordOf(row);
      if (!Number.isNaN(doubles[(at + word.count) / 2])) continue;
      const first = this.firstCounts[words[at]];
      if (Number.isNaN(first)) continue;
      doubles[(at + word.count) / 2] = first;
      words[at + word.flags] |= pointFlag.counted;
    }
  }

  /** Whether the entry did nothing to the frame since it blocked. */
  private isUntouched(row: number): boolean {
    const { words, doubles } = this.chunks[chunkOf(row)];
    const at = wordOf(row);
    return (
      words[at + word.mappings] === 0 &&
      words[at + word.writable] === 0 &&
      words[at + word.listed] === 0 &&
      doubles[(at + word.count) / 2] === 0
    );
  }

  private openRow(frame: number, span: number, seq: number): number {
    if (frame >= this.open.length) this.growFrames(frame);
    let row = this.open[frame] - 1;
    while (row >= 0) {
      const { words } = this.chunks[chunkOf(row)];
      const at = wordOf(row);
      if (words[at + word.span] === span) return row;
      row = words[at + word.nextOnFrame] - 1;
    }
    return this.openNew(frame, span, seq);
  }

  private openNew(frame: number, span: number, seq: number): number {
    const row = this.length++;
    if (row === this.chunks.length * chunkRows) this.chunks.push(newChunk());
    if (span >= this.spanRows.length) {
      checkSpan(span);
      this.spanRows = roomFor(this.spanRows, span);
    }
    const { words } = this.chunks[chunkOf(row)];
    const at = wordOf(row);
    words[at] = frame;
    words[at + word.span] = span;
    words[at + word.firstSeq] = seq;
    words[at + word.endSeq] = never;
    words[at + word.nextOnFrame] = this.open[frame];
    words[at + word.nextInSpan] = this.spanRows[span];
    this.open[frame] = row + 1;
    this.spanRows[span] = row + 1;
    return row;
  }

  private settle(row: number, seq: number, settled: number): void {
    const { words, doubles } = this.chunks[chunkOf(row)];
    const at = wordOf(row);
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
    words[at + word.doneBefore] = this.lastEnd[frame];
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
    const next = this.nextOnFrame(row);
    let at = this.open[frame] - 1;
    if (at === row) {
      this.open[frame] = next + 1;
      return;
    }
    while (this.nextOnFrame(at) !== row) at = this.nextOnFrame(at);
    this.chunks[chunkOf(at)].words[wordOf(at) + word.nextOnFrame] = next + 1;
  }

  private nextOnFrame(row: number): number {
    return this.chunks[chunkOf(row)].words[wordOf(row) + word.nextOnFrame] - 1;
  }

  private growFrames(frame: number): void {
    this.mappings = roomFor(this.mappings, frame);
    this.writable = roomFor(this.writable, frame);
    this.listed = roomFor(this.listed, frame);
    this.counts = roomFor(this.counts, frame, NaN);
    this.firstCounts = roomFor(this.firstCounts, frame, NaN);
    this.open = roomFor(this.open, frame);
    this.lastEnd = roomFor(this.lastEnd, frame);
  }
}
