// Kernel spans: from a trap out of user mode until the return to it, asleep or not. A hart's scheduler, and its boot,
// are spans from when it has no process until it has one.

/** Receives spans that have ended: number, first cycle, what it is about, and whether it ended in the trace. */
export type SpanEnd = (
  id: number,
  start: number,
  cause: string,
  at: { readonly cycle: number; readonly hart: number; readonly pid: number; readonly pc: number },
  finished: boolean,
) => void;

/** What a process or a hart without one is about; kept and reused from span to span. */
interface Owner {
  /** The open span; 0 while there is none. */
  id: number;
  start: number;
  /** The `cause` column. */
  cause: string;
  /** The process is in user mode: it has no span until it traps. */
  inUser: boolean;
}

export class Spans {
  private next = 1;
  private readonly processes = new Map<number, Owner>();
  private readonly harts: Owner[] = [];
  private readonly origin = { cycle: 0, hart: 0, pid: 0, pc: 0 };
  /** The process asked about last: most records in a row are one process's. */
  private lastPid = 0;
  private last: Owner | undefined;
  onEnd: SpanEnd = () => {};
  /** The cycle of the record being translated. */
  now = 0;

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
  leave(hart: number, pid: number, pc: number): void {
    const owner = this.process(pid);
    this.end(owner, hart, pid, pc);
    owner.inUser = true;
  }

  /** The process runs no more: it was a zombie when its hart switched away. */
  exit(hart: number, pid: number, pc: number): void {
    this.end(this.process(pid), hart, pid, pc);
    this.processes.delete(pid);
    this.last = undefined;
  }

  /** The hart has a process now: its scheduler or boot span is over. */
  leaveScheduler(hart: number, pc: number): void {
    this.end(this.hart(hart), hart, 0, pc);
  }

  /** The trace ends: what is open is unfinished, oldest first. */
  finish(): void {
    const byProcess = [...this.processes].map(([pid, owner]) => ({ owner, hart: 0, pid }));
    const byHart = this.harts.map((owner, hart) => ({ owner, hart, pid: 0 }));
    for (const open of [byProcess, byHart])
      for (const { owner, hart, pid } of open.sort((a, b) => a.owner.id - b.owner.id))
        if (owner.id !== 0) this.end(owner, hart, pid, 0, false);
  }

  private process(pid: number): Owner {
    if (this.last !== undefined && this.lastPid === pid) return this.last;
    let owner = this.processes.get(pid);
    if (!owner) this.processes.set(pid, (owner = { id: 0, start: 0, cause: '', inUser: false }));
    this.lastPid = pid;
    this.last = owner;
    return owner;
  }

  private hart(hart: number): Owner {
    return (this.harts[hart] ??= { id: 0, start: 0, cause: '', inUser: false });
  }

  private open(owner: Owner, cause: string): void {
    owner.id = this.next++;
    owner.start = this.now;
    owner.cause = cause;
  }

  private end(owner: Owner, hart: number, pid: number, pc: number, finished = true): void {
    if (owner.id === 0) return;
    const { id } = owner;
    const { origin } = this;
    origin.cycle = this.now;
    origin.hart = hart;
    origin.pid = pid;
    origin.pc = pc;
    owner.id = 0;
    this.onEnd(id, owner.start, owner.cause, origin, finished);
  }
}
