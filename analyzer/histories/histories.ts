// What a pass has found of a run, beside the events it was found in: what the history tables read from.
import type { RunFacts } from '../event-source.js';
import type { EventTables } from '../event-tables.js';
import { FramePoints } from './frame-points.js';
import { spanEnd } from './kernel-entries.js';
import { addressesOf } from './numbering.js';
import { foundOfCalls, foundOfFrames, type FoundHistories } from './passes.js';

export class Histories {
  private points: FramePoints | undefined;

  constructor(
    readonly events: EventTables,
    private known?: FoundHistories,
    /** What is known of the run beside its events. */
    readonly facts: RunFacts = {},
  ) {}

  /** Goes through the events when it is first asked: processes alone are known without. */
  get found(): FoundHistories {
    return (this.known ??= { ...foundOfFrames(this.events), ...foundOfCalls(this.events) });
  }

  get frames(): FramePoints {
    return (this.points ??= new FramePoints(this.found.frames));
  }

  /** Addresses of frames, given by their numbers, as a 64-bit column; a negative number gives 0. */
  addresses(numbers: Int32Array, rows: number): BigUint64Array {
    return addressesOf(this.found.framePages, numbers, rows);
  }

  /** Row of kernel_span of a span, -1 when there is none. */
  rowOfSpan(span: number): number {
    return (this.found.spans.row[span] ?? 0) - 1;
  }

  /** Cause of a span, undefined when it has no row. */
  causeOf(span: number): string | undefined {
    const { spans } = this.found;
    return this.rowOfSpan(span) < 0 ? undefined : spans.causes[spans.cause[span]];
  }

  /** Whether a span is the handling of a page fault. */
  isFault(span: number): boolean {
    return this.found.spans.isFault[span] === 1;
  }

  /** Whether what a span did is done: it ended, or never ends. */
  isDone(span: number): boolean {
    const end = this.found.spans.end[span];
    return end === spanEnd.finished || end === spanEnd.endless;
  }
}
