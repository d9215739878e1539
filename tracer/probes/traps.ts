// Traps and returns, and what they are to a process: system calls, page faults, spans.
import type { Emitter } from './emitter.js';
import type { RawRecord } from './raw-record.js';
import type { Spans } from './spans.js';
import { systemCallName } from './system-calls.js';

const mode = { user: 0 } as const;
const cause = { callFromUser: 8, fetchPageFault: 12, loadPageFault: 13, storePageFault: 15 } as const;
const faultAccess: Readonly<Record<number, string>> = {
  [cause.fetchPageFault]: 'fetch',
  [cause.loadPageFault]: 'load',
  [cause.storePageFault]: 'store',
};

interface Call {
  readonly number: number;
  readonly name: string;
  readonly arguments: readonly [bigint, bigint, bigint];
}

interface Fault {
  readonly at: { cycle: number; hart: number; pid: number; span: number; pc: number };
  readonly access: string;
  readonly va: number;
  readonly root: number;
}

type FaultOutcome = 'resolved' | 'killed' | 'panicked' | 'unfinished';

/** Equal exceptions of a hart, one after the other, from a mode into itself. */
interface Repetition {
  readonly pc: number;
  readonly value: number;
  count: number;
}

/** So many are no progress: a kernel's own exceptions are bugs, and the first one mostly its panic. */
const repetitionMaximum = 1000;
const accessFaults = new Set([1, 5, 7]);

export class Traps {
  /** Called when a hart will take the same exception forever. */
  onHang: () => void = () => {};
  /** Address of the first access by the kernel that nothing answered: beyond RAM, or where no device is. */
  unanswered: number | undefined;
  private readonly repetitions = new Map<number, Repetition>();
  private readonly calls = new Map<number, Call>();
  private readonly faults = new Map<number, Fault>();

  constructor(
    private readonly emitter: Emitter,
    private readonly spans: Spans,
  ) {}

  trap(record: RawRecord): void {
    const isInterrupt = record.high('a') >>> 31 === 1;
    const code = record.low('a') & 0xff;
    const fromMode = record.size & 0xf;
    const pid = record.context;
    if (!isInterrupt && fromMode !== mode.user) this.kernelException(record, code);
    if (fromMode === mode.user && pid !== 0) {
      const access = isInterrupt ? undefined : faultAccess[code];
      this.spans.enter(pid, isInterrupt ? 'interrupt' : access ? 'page_fault' : 'exception');
      if (access) this.beginFault(record, access);
    }
    const row = this.emitter.begin('trap', record);
    if (!row) return;
    row.columns.interrupt.append(isInterrupt ? 1 : 0);
    row.columns.cause.append(code);
    row.columns.value.append(record.low('b'), record.high('b'));
    row.columns.from_mode.append(fromMode);
    row.columns.to_mode.append(record.size >>> 4);
  }

  private kernelException(record: RawRecord, code: number): void {
    if (accessFaults.has(code)) this.unanswered ??= record.number('b');
    if ((record.size & 0xf) !== record.size >>> 4) return;
    const value = record.number('b');
    const last = this.repetitions.get(record.hart);
    if (last?.pc !== record.pc || last.value !== value)
      this.repetitions.set(record.hart, { pc: record.pc, value, count: 1 });
    else if (++last.count === repetitionMaximum) this.onHang();
  }

  /** Follows the trap of an ecall from user mode. */
  call(record: RawRecord): void {
    const number = record.low('a');
    const call: Call = {
      number,
      name: systemCallName(number),
      arguments: [record.big('b'), record.big('c'), record.big('d')],
    };
    this.calls.set(record.context, call);
    this.spans.rename(record.context, call.name);
    this.emitCall(record, 'enter', call, null);
  }

  trapReturn(record: RawRecord): void {
    const toMode = record.size >>> 4;
    const row = this.emitter.begin('trap_return', record);
    row?.columns.to_mode.append(toMode);
    row?.columns.target.append(record.low('a'), record.high('a'));
    row?.columns.root.append(record.low('c'), record.high('c'));
    const pid = record.context;
    if (toMode !== mode.user || pid === 0) return;
    const call = this.calls.get(pid);
    if (call) this.emitCall(record, 'leave', call, BigInt.asIntN(64, record.big('b')));
    this.calls.delete(pid);
    this.endFault(pid, 'resolved', record.cycle);
    this.spans.leave(record.hart, pid, record.pc);
  }

  /** The process has exited: its status when it asked to, -1 when it was killed. */
  exited(pid: number): number {
    const call = this.calls.get(pid);
    const status = call?.name === 'exit' ? Number(BigInt.asIntN(32, call.arguments[0])) : -1;
    this.calls.delete(pid);
    this.endFault(pid, 'killed', this.spans.now);
    return status;
  }

  /** The trace is over. */
  finish(panicked: boolean): void {
    for (const pid of [...this.faults.keys()])
      this.endFault(pid, panicked ? 'panicked' : 'unfinished', this.spans.now);
  }

  private beginFault(record: RawRecord, access: string): void {
    const { cycle, hart, context: pid, pc } = record;
    const span = this.spans.current(hart, pid);
    const root = record.number('c');
    this.faults.set(pid, { at: { cycle, hart, pid, span, pc }, access, va: record.number('b'), root });
  }

  private endFault(pid: number, outcome: FaultOutcome, endCycle: number): void {
    const fault = this.faults.get(pid);
    if (!fault) return;
    this.faults.delete(pid);
    const row = this.emitter.beginAt('page_fault', fault.at);
    if (!row) return;
    row.columns.access.append(fault.access);
    row.columns.va.appendNumber(fault.va);
    row.columns.root.appendNumber(fault.root);
    row.columns.outcome.append(outcome);
    row.columns.end_cycle.appendNumber(endCycle);
  }

  private emitCall(record: RawRecord, phase: string, call: Call, result: bigint | null): void {
    const row = this.emitter.begin('syscall', record);
    if (!row) return;
    row.columns.phase.append(phase);
    row.columns.number.append(call.number);
    row.columns.name.append(call.name);
    row.columns.argument0.appendValue(call.arguments[0]);
    row.columns.argument1.appendValue(call.arguments[1]);
    row.columns.argument2.appendValue(call.arguments[2]);
    if (result === null) row.columns.result.appendNull();
    else row.columns.result.appendValue(result);
  }
}
