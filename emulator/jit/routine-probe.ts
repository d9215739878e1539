// A probe before an instruction of a routine: the record is appended and the routine goes on.
import { ramBytes } from '../hart/hart-code.js';
import { control, FrameFlag, pageBytes, ramBase } from '../memory-layout.js';
import { RecordKind } from '../ring/records.js';
import type { Probe } from '../watch.js';
import { call, i32, type I64 } from '../wasm/expression.js';
import { addressOf, leaveFor, publish, slotOf, type RoutineContext } from './routine-execution.js';
import type { CodeInstruction } from './window-code.js';

const recordRegisters = [0, 1, 2, 3, 4] as const;

/** Fires the probe of an instruction behind which `unused` instructions of its block follow. */
export function fireProbe(c: RoutineContext, one: CodeInstruction, unused: number): void {
  const { f, h, functions, registers } = c;
  const { offset } = one;
  const probe = one.probe!;
  if (!probe.onHit && !probe.record) return;
  // The ring has reached its limit: leave before this instruction, which is then met again with the ring drained.
  f.if(i32.load(i32.const(0), control.leave), () => {
    leaveFor(c, addressOf(c, offset), unused + 1, c.forced);
  });
  publish(c, offset, unused);
  if (probe.onHit) whereNews(c, probe, () => f.drop(call(functions.probe, slotOf(one))));
  if (!probe.record) return;
  const values = recordRegisters.map((index): I64 => registers.read(probe.registers[index] ?? 0));
  const kind = i32.const(RecordKind.probe | (probe.id << 16));
  f.do(call(functions.append, kind, h, addressOf(c, offset), ...values));
}

/** Tells of a hit, unless the page tables say that it is none of the owner's business. */
function whereNews({ f, layout, registers }: RoutineContext, { news }: Probe, tell: () => void): void {
  if (!news) return tell();
  const address = i32.wrap(registers.read(news.register));
  const target = f.local('i32', i32.sub(address, i32.const(ramBase | 0)));
  f.if(i32.ltU(target, i32.wrap(ramBytes())), () => {
    const flags = i32.load8U(i32.shrU(target, i32.const(Math.log2(pageBytes))), layout.frameFlags);
    const isTable = i32.and(flags, i32.const(FrameFlag.table));
    f.if(news.isTable ? isTable : i32.eqz(isTable), tell);
  });
}
