// A fault that is declared resolved with nothing done and comes again at once, which a program may go through millions
// of times: its first rows are kept, the others become one row that says how many there were.
import { PageOutcome, RecordKind } from '../../../emulator/ring/records.js';
import type { EventFileWriter } from '../../arrow/index.js';
import type { Emitter } from '../emitter.js';
import { operand, RawRecord, recordWords } from '../raw-record.js';
import { faultAccess, modeEntered, modeLeft, pageOutcome, userMode } from './trap-fields.js';

/** Times in a row that a fault is told in full. */
export const toldInFull = 100;

/** The fault that a hart's program takes again and again. */
class Streak {
  private readonly words = new Int32Array(recordWords);
  /** The last record of the trap. */
  readonly trap = new RawRecord();
  /** Whether the hart has trapped for it and done nothing since. */
  isOpen = false;
  /** Times it was taken and returned from, with nothing in between. */
  times = 0;
  /** How many of these no rows tell. */
  leftOut = 0;

  get isIdle(): boolean {
    return this.times === 0 && !this.isOpen;
  }

  takes(record: RawRecord): void {
    record.copyTo(this.words);
    this.trap.move(this.words, 0);
    this.isOpen = true;
  }

  isSameFault(record: RawRecord): boolean {
    const { trap } = this;
    return (
      this.times > 0 &&
      record.pcLow === trap.pcLow &&
      record.pcHigh === trap.pcHigh &&
      record.context === trap.context &&
      record.low(operand.b) === trap.low(operand.b) &&
      record.high(operand.b) === trap.high(operand.b) &&
      record.low(operand.a) === trap.low(operand.a)
    );
  }

  /** Whether the program goes on at the instruction that faulted, its page being what it was. */
  isReturn(record: RawRecord): boolean {
    const { trap } = this;
    return (
      record.kind === RecordKind.trapReturn &&
      record.context === trap.context &&
      modeEntered(record.size) === userMode &&
      pageOutcome(record.size) !== PageOutcome.changed &&
      record.low(operand.a) === trap.pcLow &&
      record.high(operand.a) === trap.pcHigh
    );
  }
}

export class FaultRepeats {
  private readonly rows: EventFileWriter<'fault_repeat'> | undefined;
  private readonly streaks: Streak[] = [];
  /** The hart whose last trap is kept back until it is known to have come to nothing; -1 for none. */
  private keptBack = -1;

  /** @param tell writes the rows of a record that was kept back */
  constructor(
    private readonly emitter: Emitter,
    private readonly tell: (record: RawRecord) => void,
  ) {
    this.rows = emitter.rows('fault_repeat');
  }

  /** Whether no rows are to be written of the record, for now or for good: never without rows of its own. */
  leavesOut(record: RawRecord): boolean {
    if (!this.rows) return false;
    const streak = (this.streaks[record.hart] ??= new Streak());
    if (record.kind !== RecordKind.trap && streak.isIdle && this.keptBack < 0) return false;
    if (this.keptBack === record.hart && streak.isReturn(record)) {
      this.keptBack = -1;
      streak.isOpen = false;
      streak.times++;
      streak.leftOut++;
      return true;
    }
    this.release();
    if (isUserFault(record)) return this.trapped(streak, record);
    if (streak.isOpen && streak.isReturn(record)) {
      streak.isOpen = false;
      streak.times++;
    } else this.end(streak, record.cycle);
    return false;
  }

  /** The trace is over. */
  finish(cycle: number): void {
    this.release();
    for (const streak of this.streaks) if (streak) this.end(streak, cycle);
  }

  private trapped(streak: Streak, record: RawRecord): boolean {
    const isAgain = !streak.isOpen && streak.isSameFault(record);
    if (!isAgain) this.end(streak, record.cycle);
    streak.takes(record);
    if (streak.times < toldInFull) return false;
    this.keptBack = record.hart;
    return true;
  }

  private release(): void {
    if (this.keptBack < 0) return;
    const { trap } = this.streaks[this.keptBack];
    this.keptBack = -1;
    this.tell(trap);
  }

  private end(streak: Streak, cycle: number): void {
    const { rows } = this;
    if (streak.leftOut > 0 && rows) {
      const { trap } = streak;
      this.emitter.beginAt(rows, { cycle, hart: trap.hart, pid: trap.context, span: 0, pc: trap.pc });
      rows.columns.access.append(faultAccess[trap.low(operand.a) & 0xff]);
      rows.columns.va.append(trap.low(operand.b), trap.high(operand.b));
      rows.columns.times.appendNumber(streak.leftOut);
    }
    streak.isOpen = false;
    streak.times = 0;
    streak.leftOut = 0;
  }
}

function isUserFault(record: RawRecord): boolean {
  return (
    record.kind === RecordKind.trap &&
    record.context !== 0 &&
    modeLeft(record.size) === userMode &&
    record.high(operand.a) >= 0 &&
    (record.low(operand.a) & 0xff) in faultAccess
  );
}
