// System calls that make and end memory (fork, exec and sbrk, by their numbers in xv6) and failed: few of all calls.
import { GrowingColumns, type FoundRows } from './growing-columns.js';

const numbers: readonly number[] = [1, 7, 12];

function failureColumns() {
  return {
    /** Row of the event `syscall` that tells of the return. */
    row: new Int32Array(),
    span: new Uint32Array(),
  };
}

/** What the pass leaves of them. */
export type FoundFailures = FoundRows<ReturnType<typeof failureColumns>>;

/** Follows them through the pass. */
export class CallFailures {
  private readonly rows = new GrowingColumns(failureColumns());

  /** A call returns. */
  leave(row: number, span: number, number: number, result: number): void {
    if (result !== -1 || !numbers.includes(number)) return;
    const at = this.rows.add();
    this.rows.of.row[at] = row;
    this.rows.of.span[at] = span;
  }

  found(): FoundFailures {
    return this.rows.found();
  }
}
