// Kernel spans: from a trap out of user mode until the return to it, asleep or not. A hart's scheduler, and its boot,
// are spans from when it has no process until it has one.

/** What a span is about; texts appear in the `cause` column. */
interface Span {
  readonly id: number;
  readonly start: number;
  cause: string;
}

/** Receives spans that have ended. */
export type SpanEnd = (
  span: { id: number; start: number; cause: string },
  at: { cycle: number; hart: number; pid: number; pc: number },
  finished: boolean,
) => void;

export class Spans {
  private next = 1;
  private readonly ofProcess = new Map<number, Span>();
  private readonly ofHart = new Map<number, Span>();
  private readonly inUser = new Set<number>();
  onEnd: SpanEnd = () => {};
  /** The cycle of the record being translated. */
  now = 0;

  /** Span of what a hart does on behalf of a process (0: none); 0 while that process is in user mode. */
  current(hart: number, pid: number): number {
    if (pid === 0) return this.open(this.ofHart, hart, 'scheduler').id;
    if (this.inUser.has(pid)) return 0;
    return this.open(this.ofProcess, pid, 'fork').id;
  }

  /** The process trapped out of user mode. */
  enter(pid: number, cause: string): void {
    this.inUser.delete(pid);
    this.ofProcess.set(pid, { id: this.next++, start: this.now, cause });
  }

  /** What the trap turned out to be: the name of the system call. */
  rename(pid: number, cause: string): void {
    const span = this.ofProcess.get(pid);
    if (span) span.cause = cause;
  }

  /** The process returned to user mode. */
  leave(hart: number, pid: number, pc: number): void {
    this.end(this.ofProcess, pid, { cycle: this.now, hart, pid, pc });
    this.inUser.add(pid);
  }

  /** The process runs no more: it was a zombie when its hart switched away. */
  exit(hart: number, pid: number, pc: number): void {
    this.end(this.ofProcess, pid, { cycle: this.now, hart, pid, pc });
    this.inUser.delete(pid);
  }

  /** The hart has a process now: its scheduler or boot span is over. */
  leaveScheduler(hart: number, pc: number): void {
    this.end(this.ofHart, hart, { cycle: this.now, hart, pid: 0, pc });
  }

  /** The trace ends: what is open is unfinished. */
  finish(): void {
    for (const [pid, span] of this.ofProcess)
      this.onEnd(span, { cycle: this.now, hart: 0, pid, pc: 0 }, false);
    for (const [hart, span] of this.ofHart) this.onEnd(span, { cycle: this.now, hart, pid: 0, pc: 0 }, false);
    this.ofProcess.clear();
    this.ofHart.clear();
  }

  private open(spans: Map<number, Span>, key: number, cause: string): Span {
    let span = spans.get(key);
    if (!span) spans.set(key, (span = { id: this.next++, start: this.now, cause }));
    return span;
  }

  private end(
    spans: Map<number, Span>,
    key: number,
    at: { cycle: number; hart: number; pid: number; pc: number },
  ): void {
    const span = spans.get(key);
    if (!span) return;
    spans.delete(key);
    this.onEnd(span, at, true);
  }
}
