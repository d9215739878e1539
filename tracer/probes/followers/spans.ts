// Kernel spans: from a trap out of user mode until the return to it, asleep or not. A hart's scheduler, and its boot,
// are spans from when it has no process until it has one.
import { cycleOf, type RawRecord } from '../raw-record.js';

/** Where and when a span ends: cycle and pc are halves of 32 bits. */
export interface SpanEndOrigin {
  cycleLow: number;
  cycleHigh: number;
  hart: number;
  pid: number;
  pcLow: number;
  pcHigh: number;
}

/** Receives spans that end, with whether they do so in the trace. What it is given is reused. */
export type SpanEnd = (span: Readonly<Span>, at: Readonly<SpanEndOrigin>, finished: boolean) => void;

/** What a process or a hart without one is about; kept and reused from span to span. */
export interface Span {
  /** The open span's number; 0 while there is none. */
  id: number;
  /** Its first cycle, in halves. */
  startLow: number;
  startHigh: number;
  /** The `cause` column. */
  cause: string;
  /** The process is in user mode: it has no span until it traps. */
  inUser: boolean;
}

export class Spans {
  private next = 1;
  private readonly processes = new Map<number, Span>();
  private readonly harts: Span[] = [];
  private readonly origin: SpanEndOrigin = {
    cycleLow: 0,
    cycleHigh: 0,
    hart: 0,
    pid: 0,
    pcLow: 0,
    pcHigh: 0,
  };
  /** The process asked about last, if any: most records in a row are one process's. */
  private lastPid = NaN;
  private last = newSpan();
  onEnd: SpanEnd = () => {};
  /** Halves of the cycle of the record being translated. */
  private nowLow = 0;
  private nowHigh = 0;

  /** The cycle of the record being translated. */
  get now(): number {
    return cycleOf(this.nowLow, this.nowHigh);
  }

  /** What follows happens at this cycle, given in halves. */
  setNow(low: number, high: number): void {
    this.nowLow = low;
    this.nowHigh = high;
  }

  /** Span of what a hart does on behalf of a process (0: none); 0 while that process is in user mode. */
  current(hart: number, pid: number): number {
    const owner = pid === 0 ? this.hart(hart) : this.process(pid);
    if (owner.id === 0 && !owner.inUser) this.open(owner, pid === 0 ? 'scheduler' : 'fork');
    return owner.id;
  }

  /** The process trapped out of user mode. */
  enter(pid: number, cause: string): void {
    const owner = this.process(pid);
    owner.inUser = false;
    this.open(owner, cause);
  }

  /** What the trap turned out to be: the name of the system call. */
  rename(pid: number, cause: string): void {
    const owner = this.process(pid);
    if (owner.id !== 0) owner.cause = cause;
  }

  /** The process returned to user mode. */
  leave(record: RawRecord): void {
    const { hart, context: pid } = record;
    const owner = this.process(pid);
    this.end(owner, hart, pid, record.pcLow, record.pcHigh);
    owner.inUser = true;
  }

  /** The process runs no more: it was a zombie when its hart switched away. */
  exit(hart: number, pid: number, { pcLow, pcHigh }: RawRecord): void {
    this.end(this.process(pid), hart, pid, pcLow, pcHigh);
    this.processes.delete(pid);
    this.lastPid = NaN;
  }

  /** The hart has a process now: its scheduler or boot span is over. */
  leaveScheduler(hart: number, { pcLow, pcHigh }: RawRecord): void {
    this.end(this.hart(hart), hart, 0, pcLow, pcHigh);
  }

  /** The trace ends: what is open is unfinished, oldest first. */
  finish(): void {
    const byProcess = [...this.processes].map(([pid, owner]) => ({ owner, hart: 0, pid }));
    // Not every hart has been heard of: flatMap passes over the others.
    const byHart = this.harts.flatMap((owner, hart) => [{ owner, hart, pid: 0 }]);
    for (const open of [byProcess, byHart])
      for (const { owner, hart, pid } of open.sort((a, b) => a.owner.id - b.owner.id))
        if (owner.id !== 0) this.end(owner, hart, pid, 0, 0, false);
  }

  private process(pid: number): Span {
    if (this.lastPid === pid) return this.last;
    let owner = this.processes.get(pid);
    if (!owner) this.processes.set(pid, (owner = newSpan()));
    this.lastPid = pid;
    this.last = owner;
    return owner;
  }

  private hart(hart: number): Span {
    return (this.harts[hart] ??= newSpan());
  }

  private open(owner: Span, cause: string): void {
    owner.id = this.next++;
    owner.startLow = this.nowLow;
    owner.startHigh = this.nowHigh;
    owner.cause = cause;
  }

  private end(owner: Span, hart: number, pid: number, pcLow: number, pcHigh: number, finished = true): void {
    if (owner.id === 0) return;
    const { origin } = this;
    origin.cycleLow = this.nowLow;
    origin.cycleHigh = this.nowHigh;
    origin.hart = hart;
    origin.pid = pid;
    origin.pcLow = pcLow;
    origin.pcHigh = pcHigh;
    this.onEnd(owner, origin, finished);
    owner.id = 0;
  }
}

function newSpan(): Span {
  return { id: 0, startLow: 0, startHigh: 0, cause: '', inUser: false };
}
