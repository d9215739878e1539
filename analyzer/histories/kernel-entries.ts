// What the pass knows of kernel entries (spans): how each ended, and which a process is in, so that it can be told
// which one blocks.
import { UsageError } from '../../errors.js';
import { roomFor } from './growing-columns.js';

/** A trace has a number for each kernel entry, counted up from 0; larger ones come from damage. */
const spansMost = 2 ** 28;

/** Throws UsageError (65) for a number that only damage can have made. */
export function checkSpan(id: number): void {
  if (id >= spansMost) throw new UsageError(`The trace numbers a kernel entry ${id}: it is damaged.`, 65);
}

/** Causes of spans that have no end to judge at: nobody's process is at work. */
const endlessCauses = new Set(['scheduler', 'boot']);

/** How a span ends; unknown of one without a row, which the end of a damaged trace has lost. */
export const spanEnd = { unknown: 0, unfinished: 1, finished: 2, endless: 3 } as const;

const supervisor = 1;
const user = 0;

/** Facts by number of the span; of numbers behind the last element nothing is known. */
export interface FoundSpans {
  /** Row of kernel_span plus one, 0 when there is none. */
  readonly row: Int32Array;
  /** One of `spanEnd`. */
  readonly end: Uint8Array;
  /** Seq of the row plus one where it tells of an end, 0 otherwise. */
  readonly endSeq: Uint32Array;
  /** Seq of the trap that began it plus one, 0 where that is not told. */
  readonly startSeq: Uint32Array;
  /** Index of its cause. */
  readonly cause: Uint8Array;
  /** 1 for the handling of a page fault. */
  readonly isFault: Uint8Array;
  readonly causes: readonly string[];
  /** Seq of the last row, -1 when there is none. */
  readonly lastSeq: number;
}

/** Follows them through the pass. */
export class KernelEntries {
  private row: Int32Array = new Int32Array();
  private end: Uint8Array = new Uint8Array();
  private endSeq: Uint32Array = new Uint32Array();
  private startSeq: Uint32Array = new Uint32Array();
  private cause: Uint8Array = new Uint8Array();
  private isFault: Uint8Array = new Uint8Array();
  private readonly causes: string[] = [];
  private lastSeq = -1;
  /** By process: the span that it is in, or was in last. */
  private readonly current = new Map<number, number>();
  /** By process: how many interrupts of its kernel code have not returned. */
  private readonly interrupted = new Map<number, number>();

  /** A row of kernel_span; whether it is an end to judge at. */
  ended(id: number, row: number, seq: number, cause: string, isFinished: boolean): boolean {
    if (id >= this.row.length) {
      checkSpan(id);
      this.row = roomFor(this.row, id);
      this.end = roomFor(this.end, id);
      this.endSeq = roomFor(this.endSeq, id);
      this.cause = roomFor(this.cause, id);
      this.isFault = roomFor(this.isFault, id);
    }
    const end = isFinished ? spanEnd.finished : spanEnd.unfinished;
    this.row[id] = row + 1;
    this.end[id] = endlessCauses.has(cause) ? spanEnd.endless : end;
    this.endSeq[id] = isFinished ? seq + 1 : 0;
    this.cause[id] = this.causeNumber(cause);
    this.isFault[id] = cause === 'page_fault' ? 1 : 0;
    this.lastSeq = seq;
    return this.end[id] === spanEnd.finished;
  }

  /** A process trapped: out of user mode a span begins, else its kernel code is interrupted. */
  trapped(pid: number, span: number, from: number, seq: number): void {
    if (from === user) this.begin(pid, span, seq);
    else if (from === supervisor) this.interrupted.set(pid, (this.interrupted.get(pid) ?? 0) + 1);
  }

  private begin(pid: number, span: number, seq: number): void {
    this.current.set(pid, span);
    if (span >= this.startSeq.length) {
      checkSpan(span);
      this.startSeq = roomFor(this.startSeq, span);
    }
    this.startSeq[span] = seq + 1;
  }

  returned(pid: number, to: number): void {
    if (to === supervisor) this.interrupted.set(pid, Math.max(0, (this.interrupted.get(pid) ?? 0) - 1));
  }

  /** A hart goes on with a process. */
  resumed(pid: number, span: number): void {
    this.current.set(pid, span);
  }

  /**
   * The span that blocks as the process gives up its hart of its own accord, to go on later in the same span; -1 when
   * none does. One that was interrupted and had to give way was in the middle of something, and is not among them.
   */
  blocked(pid: number): number {
    return (this.interrupted.get(pid) ?? 0) > 0 ? -1 : (this.current.get(pid) ?? -1);
  }

  found(): FoundSpans {
    const { row, end, endSeq, startSeq, cause, isFault, causes, lastSeq } = this;
    return { row, end, endSeq, startSeq, cause, isFault, causes, lastSeq };
  }

  private causeNumber(cause: string): number {
    const known = this.causes.indexOf(cause);
    return known < 0 ? this.causes.push(cause) - 1 : known;
  }
}
