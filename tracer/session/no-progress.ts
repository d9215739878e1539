// Guests that go on and get nowhere: what ends a run long before its budget, and the sentences that say so. What is
// decided here depends on the guest, and on whether traps are recorded; never on when records are looked at.
import type { Machine } from '../../emulator/index.js';
import { FaultLoops, KernelExceptions, TrapWatch, type FaultLoop, type Hang } from '../probes/index.js';
import type { DebugInfo } from '../symbols/index.js';
import { formatCount, hex, processWords } from '../../text/index.js';
import { lockupRemark, LockupWatch } from './lockup-watch.js';
import type { RunEnd } from './types.js';

/** Cycles from what settles that a guest gets nowhere to the run's end: records are looked at within fewer. */
const noticedCycles = 10e6;
/** By how many times its estimate a full ring may come late: turns of other harts are no whole periods. */
const lateness = 2;

export class NoProgress {
  private readonly exceptions: KernelExceptions;
  private readonly traps: TrapWatch;
  private readonly lockups: LockupWatch;
  private readonly remarksMade: string[] = [];
  private end: { readonly cycle: number; readonly is: 'hang' | 'fault_loop' } | undefined;

  constructor(
    private readonly machine: Machine,
    private readonly debug: DebugInfo,
  ) {
    this.exceptions = new KernelExceptions((hang) => this.hung(hang));
    this.traps = new TrapWatch(this.exceptions, new FaultLoops((loop) => this.looped(loop)));
    this.lockups = new LockupWatch(machine);
  }

  /** The next cycle at which to call `endAt`. */
  get next(): number {
    return Math.min(this.lockups.next, this.end?.cycle ?? Infinity);
  }

  /** Looks through raw records between two byte addresses. */
  observe(view: DataView, from: number, to: number): void {
    this.traps.observe(view, from, to);
  }

  /** How the run ends, if it does, at a cycle that was reached. */
  endAt(cycle: number): RunEnd | undefined {
    if (this.end && cycle >= this.end.cycle) return this.end.is;
    const hart = cycle >= this.lockups.next ? this.lockups.look() : undefined;
    if (hart === undefined) return undefined;
    this.remarksMade.push(lockupRemark(this.machine, hart, this.debug));
    return 'lockup';
  }

  /** What the run has shown of the kernel, a sentence each. */
  remarks(): string[] {
    return [...this.exceptions.remarks(this.machine.ramRange), ...this.remarksMade];
  }

  private looped(loop: FaultLoop): void {
    this.endAtLatest(loop.cycle + noticedCycles, 'fault_loop');
    this.remarksMade.push(loopRemark(loop));
  }

  /** Each exception leaves a record, so that a hart that takes one after the other fills the ring long before. */
  private hung({ cycle, period }: Hang): void {
    const { ring, harts } = this.machine;
    const full = Math.ceil(lateness * harts.length * ring.capacity * period);
    this.endAtLatest(cycle + Math.min(noticedCycles, full), 'hang');
  }

  private endAtLatest(cycle: number, is: 'hang' | 'fault_loop'): void {
    if (this.end && this.end.cycle <= cycle) return;
    this.end = { cycle, is };
    // The present piece of the run may go further.
    this.machine.requestStop();
  }
}

function loopRemark({ pid, access, va, pc, other, times, since }: FaultLoop): string {
  const who = pid === 0 ? 'a program' : processWords(pid);
  const inTurn = other ? ` and, in turn, by a ${other.access} at ${hex(other.va)},` : '';
  const fault = `a page fault by a ${access} at ${hex(va)}${inTurn}`;
  return (
    `${who} took ${fault} ${formatCount(times)} times in a row since cycle ${formatCount(since)}: each time the kernel ` +
    `returned to the instruction at ${hex(pc)}, which faulted again`
  );
}
