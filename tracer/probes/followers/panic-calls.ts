// The calls under way at a panic, on their way from the stopped machine to rows: a record each, before the panic's own.
import type { Machine } from '../../../emulator/index.js';
import { RecordKind } from '../../../emulator/ring/records.js';
import type { EventFileWriter, Word64Column } from '../../arrow/index.js';
import type { DebugInfo } from '../../symbols/index.js';
import type { Emitter } from '../emitter.js';
import { ProbeId } from '../probe-id.js';
import { operand, type RawRecord } from '../raw-record.js';

/** A call of the kernel that is under way. */
export interface KernelCall {
  /** The return address, or, of a function that a trap interrupted or that was stopped, where that was. */
  readonly pc: bigint;
  /** Whether a trap that the kernel took stopped it there. */
  readonly isInterrupted: boolean;
}

/** Calls of a stack without end are not worth a row. */
const callsMost = 32;

/** Records the calls, innermost first, at the present cycle; `pc` is the entry of the panic function. */
export function recordPanicCalls(machine: Machine, calls: readonly KernelCall[], pc: bigint): void {
  calls.slice(0, callsMost).forEach((call, depth) => {
    const [at, returns] = call.isInterrupted ? [call.pc, 0n] : [pc, call.pc];
    machine.ring.append(RecordKind.probe, ProbeId.panicCall, at, BigInt(depth), returns);
  });
}

/** Makes a row of such a record. */
export function writePanicCall(
  rows: EventFileWriter<'panic_call'> | undefined,
  record: RawRecord,
  emitter: Emitter,
  debug: DebugInfo,
): void {
  if (!rows) return;
  emitter.begin(rows, record);
  rows.columns.depth.append(record.low(operand.a));
  appendLastCall(rows.columns.call_site, record, emitter, debug);
}

/**
 * Appends the call site in `b`, of a call that may never return. Such a call may be the last of its function: then its
 * return address is the entry of the next one, which other rows may name for itself, and one less is told.
 */
export function appendLastCall(
  column: Word64Column,
  record: RawRecord,
  emitter: Emitter,
  debug: DebugInfo,
): void {
  const address = BigInt(record.number(operand.b));
  const isEntry = debug.symbols.functionAt(address)?.address === address;
  emitter.appendCallSite(column, record.low(operand.b) - (isEntry ? 1 : 0), record.high(operand.b));
}
