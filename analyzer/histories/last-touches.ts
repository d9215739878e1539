// When spans that never end (the scheduler, boot code) are done with a frame: at their last touch of it, which has
// to be known beforehand.
import type { FrameRows } from './frame-rows.js';
import { isUserLeaf, type PageStores } from './page-stores.js';
import { spanEnd, type SpanFacts } from './span-facts.js';

/** The last touch of each frame by each endless span. */
export class LastTouches {
  /** By span, then by frame: seq. Few such spans touch frames at all. */
  private readonly seqs = new Map<number, Map<number, number>>();

  constructor(
    private readonly spans: SpanFacts,
    stores: PageStores,
    kinds: readonly FrameRows[],
  ) {
    for (const { rows, frame, span, seq } of kinds)
      for (let row = 0; row < rows; row++)
        if (this.isEndless(span[row])) this.note(frame[row], span[row], seq[2 * row]);
    for (let row = 0; row < stores.rows; row++) {
      const span = stores.span[row];
      if (stores.slot[row] < 0 || !this.isEndless(span)) continue;
      const seq = stores.seq[2 * row];
      if (isUserLeaf(stores.before[2 * row])) this.note(stores.frameBefore(row), span, seq);
      if (stores.frame[row] >= 0) this.note(stores.frame[row], span, seq);
    }
  }

  /** Whether the span never ends. */
  isEndless(span: number): boolean {
    return this.spans.end[span] === spanEnd.endless;
  }

  /** Whether a touch of the frame by an endless span is the last one. */
  isLast(frame: number, span: number, seq: number): boolean {
    return this.seqs.get(span)?.get(frame) === seq;
  }

  private note(frame: number, span: number, seq: number): void {
    let frames = this.seqs.get(span);
    if (frames === undefined) this.seqs.set(span, (frames = new Map()));
    if (seq > (frames.get(frame) ?? -1)) frames.set(frame, seq);
  }
}
