// A probe before an instruction of a routine: the record is appended and the routine goes on.
import { control } from '../memory-layout.js';
import { RecordKind } from '../ring/records.js';
import { call, i32, type I64 } from '../wasm/expression.js';
import { addressOf, leaveFor, publish, slotOf, type RoutineContext } from './routine-execution.js';
import type { CodeInstruction } from './window-code.js';

const recordRegisters = [0, 1, 2, 3, 4] as const;

/** Fires the probe of an instruction behind which `unused` instructions of its block follow. */
export function fireProbe(c: RoutineContext, one: CodeInstruction, unused: number): void {
  const { f, h, functions, registers } = c;
  const { offset } = one;
  const probe = one.probe!;
  // The ring has reached its limit: leave before this instruction, which is then met again with the ring drained.
  f.if(i32.load(i32.const(0), control.leave), () => {
    leaveFor(c, addressOf(c, offset), unused + 1, c.forced);
  });
  publish(c, offset, unused);
  if (probe.onHit) f.drop(call(functions.probe, slotOf(one)));
  if (!probe.record) return;
  const values = recordRegisters.map((index): I64 => registers.read(probe.registers[index] ?? 0));
  const kind = i32.const(RecordKind.probe | (probe.id << 16));
  f.do(call(functions.append, kind, h, addressOf(c, offset), ...values));
}
