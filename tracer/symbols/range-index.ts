// Finds which of many address ranges holds an address. Ranges may overlap (labels inside functions, sections
// discarded to address 0), so it answers the one that starts last.
import { lastAtMost } from './address.js';

/** Addresses start (included) to end (excluded) in the internal form. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export class RangeIndex<T extends Span> {
  /** Ascending by start; equal starts keep the order they were given in. */
  readonly spans: readonly T[];
  private readonly starts: Float64Array;
  /** For each span, the greatest end among it and all before it: says when to stop looking back. */
  private readonly endsUpTo: Float64Array;

  constructor(spans: readonly T[]) {
    this.spans = [...spans].sort((a, b) => a.start - b.start);
    this.starts = Float64Array.from(this.spans, (span) => span.start);
    this.endsUpTo = new Float64Array(spans.length);
    let end = -Infinity;
    this.spans.forEach((span, index) => {
      end = Math.max(end, span.end);
      this.endsUpTo[index] = end;
    });
  }

  /**
   * The span that starts last among those that hold `address`; of several with that start, the first given.
   */
  at(address: number): T | undefined {
    let best: T | undefined;
    for (let index = lastAtMost(this.starts, this.starts.length, address); index >= 0; index--) {
      const span = this.spans[index];
      if (best !== undefined && span.start < best.start) break;
      if (this.endsUpTo[index] <= address) break;
      if (span.end > address) best = span;
    }
    return best;
  }
}
