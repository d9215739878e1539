// Exceptions of the kernel itself, seen as they are recorded: a hart that takes the same one forever, and accesses that
// nothing answered. The run ends by what is seen here, so it is seen in the emulator's thread, before translation.
import { hex } from '../../../text/index.js';
import { operand, RawRecord } from '../raw-record.js';

/** Equal exceptions of a hart, one after the other, from a mode into itself. */
interface Repetition {
  pc: number;
  value: number;
  count: number;
  since: number;
}

/** A hart that takes the same exception forever. */
export interface Hang {
  /** The cycle at which that is certain. */
  readonly cycle: number;
  /** Cycles from one to the next, those of other harts between them included. */
  readonly period: number;
}

/** So many are no progress: a kernel's own exceptions are bugs, and the first one mostly its panic. */
const repetitionMaximum = 1000;
const userMode = 0;
/** Bytes of memory that a machine may have; an address behind them is no memory that somebody forgot. */
const memoryMost = 2 ** 31;
const accessFaults = new Set([1, 5, 7]);

export class KernelExceptions {
  /** Address of the first access by the kernel that nothing answered: beyond RAM, or where no device is. */
  unanswered: number | undefined;
  private readonly repetitions: Repetition[] = [];
  private readonly record = new RawRecord();

  constructor(private readonly onHang: (hang: Hang) => void) {}

  /** What is to be said of them to who gave the machine its memory, a sentence each. */
  remarks(ram: { readonly start: number; readonly end: number }): string[] {
    const { unanswered } = this;
    if (unanswered === undefined || unanswered < ram.end || unanswered >= ram.start + memoryMost) return [];
    const beyond = `${hex(unanswered)}, beyond its ${(ram.end - ram.start) / 2 ** 20} MiB of memory`;
    return [`the kernel accessed ${beyond}: does it need more (--memory)?`];
  }

  /** A trap's record begins at an index of the words. */
  trapped(words: Int32Array, at: number): void {
    // Most are traps out of user mode; the rest is the timer's.
    if (((words[at] >>> 16) & 0xf) === userMode) return;
    const { record } = this;
    record.move(words, at);
    if (record.high(operand.a) >>> 31 === 1) return;
    const value = record.number(operand.b);
    if (accessFaults.has(record.low(operand.a) & 0xff)) this.unanswered ??= value;
    if ((record.size & 0xf) !== record.size >>> 4) return;
    const { cycle, pc } = record;
    const last = (this.repetitions[record.hart] ??= { pc: -1, value: -1, count: 0, since: 0 });
    if (last.pc !== pc || last.value !== value) Object.assign(last, { pc, value, count: 1, since: cycle });
    else if (++last.count === repetitionMaximum)
      this.onHang({ cycle, period: (cycle - last.since) / (repetitionMaximum - 1) });
  }
}
