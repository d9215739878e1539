// Instructions of the privileged architecture in a routine: traps and returns from them leave it, with all its callers.
import type { Execution } from '../effects/execution.js';
import { raise } from '../effects/raise.js';
import { anyBit, mode, noteFence, word } from '../hart/hart-code.js';
import { Mstatus } from '../hart/mstatus.js';
import { Mode } from '../hart/state.js';
import { Cause } from '../hart/trap-code.js';
import { call, i32, i64 } from '../wasm/expression.js';
import { addressOf, leaveFor, type RoutineContext } from './routine-execution.js';
import type { CodeInstruction } from './window-code.js';

/** A system instruction behind which `unused` instructions of its block follow. */
export function system(c: RoutineContext, x: Execution, one: CodeInstruction, unused: number): void {
  const { effect } = one.decoded.instruction;
  if (effect.kind !== 'system') throw new Error(`${one.decoded.instruction.name} is no system instruction`);
  switch (effect.operation) {
    case 'fence':
    case 'fence_i':
      return x.next();
    case 'ecall':
      return raise(x, i64.extendU(i32.add(mode(c.h), i32.const(Cause.callFromUser))), i64.const(0n));
    case 'ebreak':
      return raise(x, Cause.breakpoint, i64.const(0n));
    case 'mret':
    case 'sret':
      x.publish();
      c.f.do(call(c.functions[effect.operation], c.h, x.slotAddress()));
      return x.goToTrap();
    case 'sfence_vma':
      return fenceTranslations(c, x, one, unused);
    case 'wfi':
      throw new Error('wfi is not compiled');
  }
}

/** Translations are coherent with memory: there is nothing to do, where it is allowed. */
function fenceTranslations(c: RoutineContext, x: Execution, one: CodeInstruction, unused: number): void {
  const { f, h } = c;
  const isPlain = i32.and(
    i32.eq(mode(h), i32.const(Mode.supervisor)),
    i32.eqz(anyBit(word(h, 'mstatus'), Mstatus.tvm)),
  );
  f.if(isPlain, () => {
    x.publish();
    noteFence(f, h);
    x.next();
  });
  leaveFor(c, addressOf(c, one.offset), unused + 1);
}
