// System calls that put results into memory of the program (read, pipe, fstat, wait: by their numbers in xv6), as they
// return.
import { GrowingColumns } from './growing-columns.js';

/** Their numbers. */
export const resultCall = { wait: 3, pipe: 4, read: 5, fstat: 8 } as const;

function callColumns() {
  return {
    /** Row of the event `syscall` that tells of the return. */
    row: new Int32Array(),
    seq: new Uint32Array(),
    /** Seq of the entry plus one, 0 when it was not seen. */
    enteredSeq: new Uint32Array(),
    pid: new Int32Array(),
    span: new Uint32Array(),
    number: new Uint8Array(),
    result: new Float64Array(),
    argument0: new Float64Array(),
    /** Where the result goes. */
    address: new Float64Array(),
  };
}

/** What the pass leaves of them. */
export type FoundCalls = ReturnType<ResultCalls['found']>;

/** Follows them through the pass. */
export class ResultCalls {
  private readonly rows = new GrowingColumns(callColumns());
  /** Seq of the entry by span, of calls that have not returned. */
  private readonly entered = new Map<number, number>();

  enter(span: number, seq: number): void {
    this.entered.set(span, seq);
  }

  /** A call returns: the number of its row in `of`, where its values are to be put. */
  leave(row: number, span: number, pid: number, seq: number): number {
    const at = this.rows.add();
    const { of } = this.rows;
    of.row[at] = row;
    of.pid[at] = pid;
    of.span[at] = span;
    of.seq[at] = seq;
    of.enteredSeq[at] = (this.entered.get(span) ?? -1) + 1;
    this.entered.delete(span);
    return at;
  }

  get of(): ReturnType<typeof callColumns> {
    return this.rows.of;
  }

  found() {
    return this.rows.found();
  }
}

/** Whether a number is that of one of these calls. */
export function isResultCall(number: number): boolean {
  return (
    number === resultCall.read ||
    number === resultCall.wait ||
    number === resultCall.pipe ||
    number === resultCall.fstat
  );
}
