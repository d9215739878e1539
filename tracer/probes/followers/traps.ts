// Traps and returns, and what they are to a process: system calls, page faults, spans.
import { PageOutcome } from '../../../emulator/ring/records.js';
import type { EventFileWriter } from '../../arrow/index.js';
import { CachedTranslations } from './cached-translations.js';
import type { Emitter } from '../emitter.js';
import { operand, type RawRecord } from '../raw-record.js';
import type { Spans } from './spans.js';
import { systemCallName } from './system-calls.js';
import { faultAccess, modeEntered, modeLeft, pageOutcome, userMode } from './trap-fields.js';

type Phase = 'enter' | 'leave';

/** Name of a system call, and what stands for it in the file of calls; -1 before it is there. */
interface CallName {
  readonly text: string;
  numberInFile: number;
}

/** A process between its trap and its return; kept and reused from trap to trap. */
interface Entry {
  /** Whether a system call has been entered and not left. */
  inCall: boolean;
  number: number;
  name: CallName;
  /** Its arguments a0 to a2: low and high words. */
  readonly words: Int32Array;
  /** Whether a page fault of its user code has no outcome yet. */
  inFault: boolean;
  access: string;
  /** Halves of the faulting address, which may have all 64 bits. */
  vaLow: number;
  vaHigh: number;
  root: number;
  size: number | undefined;
  readonly at: { cycle: number; hart: number; pid: number; span: number; pc: number };
}

/** What others know and rows of traps tell. */
export interface TrapContext {
  /** Bytes of user memory of a process; undefined when unknown. */
  readonly sizeOf: (pid: number) => number | undefined;
  /** Cycle at which an entry under a page-table root last became narrower; -1 for never. */
  readonly narrowedAt: (root: number) => number;
}

type FaultOutcome = 'resolved' | 'killed' | 'panicked' | 'unfinished';

const argumentFields = [operand.b, operand.c, operand.d] as const;

export class Traps {
  private readonly entries = new Map<number, Entry>();
  private readonly translations = new CachedTranslations();
  private readonly trapRows: EventFileWriter<'trap'> | undefined;
  private readonly returnRows: EventFileWriter<'trap_return'> | undefined;
  private readonly callRows: EventFileWriter<'syscall'> | undefined;
  private readonly faultRows: EventFileWriter<'page_fault'> | undefined;
  private readonly names = new Map<number, CallName>();
  /** Numbers of `enter` and `leave` in their column, once there is a row. */
  private readonly phases = { enter: -1, leave: -1 };

  constructor(
    private readonly emitter: Emitter,
    private readonly spans: Spans,
    private readonly context: TrapContext,
  ) {
    this.trapRows = emitter.rows('trap');
    this.returnRows = emitter.rows('trap_return');
    this.callRows = emitter.rows('syscall');
    this.faultRows = emitter.rows('page_fault');
  }

  trap(record: RawRecord): void {
    const isInterrupt = record.high(operand.a) >>> 31 === 1;
    const code = record.low(operand.a) & 0xff;
    const fromMode = modeLeft(record.size);
    const pid = record.context;
    if (fromMode === userMode && pid !== 0) {
      const access = isInterrupt ? undefined : faultAccess[code];
      this.spans.enter(pid, isInterrupt ? 'interrupt' : access ? 'page_fault' : 'exception');
      if (access) this.beginFault(record, access);
    }
    const rows = this.trapRows;
    if (!rows) return;
    this.emitter.begin(rows, record);
    rows.columns.interrupt.append(isInterrupt ? 1 : 0);
    rows.columns.cause.append(code);
    rows.columns.value.append(record.low(operand.b), record.high(operand.b));
    rows.columns.from_mode.append(fromMode);
    rows.columns.to_mode.append(modeEntered(record.size));
  }

  /** Follows the trap of an ecall from user mode. */
  call(record: RawRecord): void {
    const entry = this.entryOf(record.context);
    entry.inCall = true;
    entry.number = record.address(operand.a);
    entry.name = this.nameOf(entry.number);
    for (let index = 0; index < argumentFields.length; index++) {
      entry.words[2 * index] = record.low(argumentFields[index]);
      entry.words[2 * index + 1] = record.high(argumentFields[index]);
    }
    this.spans.rename(record.context, entry.name.text);
    this.emitCall(record, 'enter', entry)?.columns.result.appendNull();
  }

  trapReturn(record: RawRecord): void {
    const toMode = modeEntered(record.size);
    const rows = this.returnRows;
    if (rows) {
      this.emitter.begin(rows, record);
      rows.columns.to_mode.append(toMode);
      rows.columns.target.append(record.low(operand.a), record.high(operand.a));
      rows.columns.root.append(record.low(operand.c), record.high(operand.c));
      rows.columns.stale.append(
        toMode === userMode && this.isStale(record, record.number(operand.c), record.number(operand.d))
          ? 1
          : 0,
      );
      rows.columns.locks.append(record.low(operand.e));
    }
    const pid = record.context;
    if (toMode !== userMode || pid === 0) return;
    const entry = this.entries.get(pid);
    if (entry?.inCall) {
      this.emitCall(record, 'leave', entry)?.columns.result.append(
        record.low(operand.b),
        record.high(operand.b),
      );
      entry.inCall = false;
    }
    if (entry?.inFault) this.endFault(entry, 'resolved', record.cycle, pageOutcome(record.size));
    this.spans.leave(record);
  }

  /** The process has exited: its status when it asked to, -1 when it was killed. */
  exited(pid: number): number {
    const entry = this.entries.get(pid);
    if (!entry) return -1;
    const status = entry.inCall && entry.name.text === 'exit' ? entry.words[0] | 0 : -1;
    entry.inCall = false;
    if (entry.inFault) this.endFault(entry, 'killed', this.spans.now);
    this.entries.delete(pid);
    return status;
  }

  /** The trace is over: faults that have no outcome yet get one, the oldest first. */
  finish(panicked: boolean): void {
    const open = [...this.entries.values()].filter(({ inFault }) => inFault);
    for (const entry of open.sort((a, b) => a.at.cycle - b.at.cycle))
      this.endFault(entry, panicked ? 'panicked' : 'unfinished', this.spans.now);
  }

  private isStale({ hart, cycle }: RawRecord, root: number, fencedAt: number): boolean {
    return this.translations.returns(hart, root, cycle, fencedAt, this.context.narrowedAt(root));
  }

  private entryOf(pid: number): Entry {
    let entry = this.entries.get(pid);
    if (!entry)
      this.entries.set(
        pid,
        (entry = {
          inCall: false,
          number: 0,
          name: this.nameOf(0),
          words: new Int32Array(2 * argumentFields.length),
          inFault: false,
          access: '',
          vaLow: 0,
          vaHigh: 0,
          root: 0,
          size: undefined,
          at: { cycle: 0, hart: 0, pid, span: 0, pc: 0 },
        }),
      );
    return entry;
  }

  private nameOf(number: number): CallName {
    let name = this.names.get(number);
    if (name === undefined)
      this.names.set(number, (name = { text: systemCallName(number), numberInFile: -1 }));
    return name;
  }

  private beginFault(record: RawRecord, access: string): void {
    const entry = this.entryOf(record.context);
    const { at } = entry;
    at.cycle = record.cycle;
    at.hart = record.hart;
    at.span = this.spans.current(record.hart, record.context);
    at.pc = record.pc;
    entry.inFault = true;
    entry.access = access;
    entry.vaLow = record.low(operand.b);
    entry.vaHigh = record.high(operand.b);
    entry.root = record.number(operand.c);
    entry.size = this.context.sizeOf(record.context);
  }

  private endFault(
    entry: Entry,
    outcome: FaultOutcome,
    endCycle: number,
    page: number = PageOutcome.unknown,
  ): void {
    entry.inFault = false;
    const rows = this.faultRows;
    if (!rows) return;
    this.emitter.beginAt(rows, entry.at);
    rows.columns.access.append(entry.access);
    rows.columns.va.append(entry.vaLow, entry.vaHigh);
    rows.columns.root.appendNumber(entry.root);
    if (entry.size === undefined) rows.columns.size.appendNull();
    else rows.columns.size.appendNumber(entry.size);
    rows.columns.outcome.append(outcome);
    rows.columns.end_cycle.appendNumber(endCycle);
    if (page === PageOutcome.unknown) rows.columns.kept.appendNull();
    else rows.columns.kept.append(page === PageOutcome.kept ? 1 : 0);
  }

  /** Everything of the row but the result. */
  private emitCall(record: RawRecord, phase: Phase, call: Entry): EventFileWriter<'syscall'> | undefined {
    const rows = this.callRows;
    if (!rows) return undefined;
    const { words, name } = call;
    this.emitter.begin(rows, record);
    const { phases } = this;
    if (phases[phase] < 0) phases[phase] = rows.columns.phase.numberOf(phase);
    if (name.numberInFile < 0) name.numberInFile = rows.columns.name.numberOf(name.text);
    rows.columns.phase.appendNumber(phases[phase]);
    rows.columns.number.append(call.number);
    rows.columns.name.appendNumber(name.numberInFile);
    rows.columns.argument0.append(words[0], words[1]);
    rows.columns.argument1.append(words[2], words[3]);
    rows.columns.argument2.append(words[4], words[5]);
    return rows;
  }
}
