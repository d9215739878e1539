// Programs that a page fault keeps at one instruction for ever, seen as traps are recorded: the kernel says that the
// fault is resolved, the instruction is executed again, and it faults again: for the same reason, or for several in
// turn (a fetch and a store, two pages of one access). The run ends by what is seen here, so it is seen in the
// emulator's thread, before translation.
import { operand, RawRecord } from '../raw-record.js';
import { faultAccess, modeEntered, modeLeft, userMode } from './trap-fields.js';

/**
 * What a loop must come to before it is one for ever: so many faults in a row, and so many cycles. A kernel that waits
 * for memory may send a program back to try again and again; none does so for 40 s of the guest's time, in which the
 * program gets nowhere. It is also 15 s longer than `audit` waits for a case, which it then ends itself.
 */
const forEver = { faults: 100_000, cycles: 4e9 } as const;

/** What an instruction wanted that faulted. */
export interface Faulted {
  readonly access: string;
  readonly va: bigint;
}

/** Faults of one instruction that came again and again, that instruction being all that the process did in between. */
export interface FaultLoop extends Faulted {
  /** The process's number; 0 where the kernel's processes are not known. */
  readonly pid: number;
  readonly pc: number;
  /** Another fault of the instruction, that came in turn with it. */
  readonly other?: Faulted;
  /** Times one of them came at once behind the return to the instruction. */
  readonly times: number;
  /** The first fault's cycle, and the last one's. */
  readonly since: number;
  readonly cycle: number;
}

/** The first of the page faults of one instruction that were the last traps of its process. */
class Candidate {
  since = 0;
  /** Another one that came at once behind a return. */
  other: Faulted | undefined;
  /** Times it came again at once. */
  times = 0;
  private pcLow = 0;
  private pcHigh = 0;
  private vaLow = 0;
  private vaHigh = 0;
  private cause = 0;

  take(record: RawRecord): void {
    this.since = record.cycle;
    this.times = 0;
    this.other = undefined;
    this.pcLow = record.pcLow;
    this.pcHigh = record.pcHigh;
    this.vaLow = record.low(operand.b);
    this.vaHigh = record.high(operand.b);
    this.cause = record.low(operand.a);
  }

  first(): Faulted {
    return faulted(this.cause, this.vaLow, this.vaHigh);
  }

  isAt(record: RawRecord): boolean {
    return record.pcLow === this.pcLow && record.pcHigh === this.pcHigh;
  }

  isSame(record: RawRecord): boolean {
    const isSamePage = record.low(operand.b) === this.vaLow && record.high(operand.b) === this.vaHigh;
    return isSamePage && this.isAt(record) && record.low(operand.a) === this.cause;
  }
}

export class FaultLoops {
  /** What each process's last trap was, if that was a page fault: by number, or by its page table's root. */
  private readonly candidates = new Map<number, Candidate>();
  /** Cycle of each hart's last return to user mode, the low half. */
  private readonly returned: number[] = [];
  private readonly record = new RawRecord();
  private isFound = false;

  /** @param onLoop called once, with the first loop that is one for ever */
  constructor(
    private readonly onLoop: (loop: FaultLoop) => void,
    private readonly enough: { readonly faults: number; readonly cycles: number } = forEver,
  ) {}

  /** A trap's record begins at an index of the words. */
  trapped(words: Int32Array, at: number): void {
    const { record, candidates } = this;
    record.move(words, at);
    if (modeLeft(record.size) !== userMode) return;
    const key = record.context || record.low(operand.c);
    let candidate = candidates.get(key);
    if (record.high(operand.a) < 0) {
      // An interrupt of the instruction before it is executed is neither progress nor a fault.
      if (candidate && !candidate.isAt(record)) candidates.delete(key);
    } else if (!((record.low(operand.a) & 0xff) in faultAccess)) candidates.delete(key);
    else if (candidate?.isAt(record) && this.isAtOnce()) {
      if (!candidate.isSame(record)) candidate.other ??= faultedOf(record);
      this.again(candidate);
    } else if (!candidate?.isSame(record)) {
      if (!candidate) candidates.set(key, (candidate = new Candidate()));
      candidate.take(record);
    }
  }

  /** The record of a return from a trap begins at an index of the words. */
  left(words: Int32Array, at: number): void {
    const { record } = this;
    record.move(words, at);
    if (modeEntered(record.size) === userMode) this.returned[record.hart] = record.cycleLow;
  }

  /**
   * Whether the hart has executed nothing since its return. With a turn of another hart in between the program may have
   * done something: that counts for nothing.
   */
  private isAtOnce(): boolean {
    const { record, returned } = this;
    return ((record.cycleLow - returned[record.hart]) | 0) <= 1;
  }

  private again(candidate: Candidate): void {
    const { record, isFound } = this;
    if (++candidate.times < this.enough.faults || isFound) return;
    if (record.cycle - candidate.since < this.enough.cycles) return;
    this.isFound = true;
    this.onLoop(loopOf(candidate, record));
  }
}

function loopOf(candidate: Candidate, record: RawRecord): FaultLoop {
  const { context: pid, pc, cycle } = record;
  const { times, since, other } = candidate;
  return { pid, ...candidate.first(), pc, ...(other && { other }), times, since, cycle };
}

function faultedOf(record: RawRecord): Faulted {
  return faulted(record.low(operand.a), record.low(operand.b), record.high(operand.b));
}

function faulted(cause: number, vaLow: number, vaHigh: number): Faulted {
  return { access: faultAccess[cause & 0xff], va: (BigInt(vaHigh >>> 0) << 32n) | BigInt(vaLow >>> 0) };
}
