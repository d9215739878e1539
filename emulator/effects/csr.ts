// The Zicsr instructions: all of them are one helper, which knows the registers.
import { csrOperation } from '../hart/csr-code.js';
import type { Effect } from '../isa/instruction.js';
import { call, i32 } from '../wasm/expression.js';
import type { Execution } from './execution.js';

export function csr(x: Execution, effect: Extract<Effect, { kind: 'csr' }>): void {
  x.publish();
  const operand = effect.immediate ? x.csrOperand() : x.rs1();
  const operation = i32.const(csrOperation[effect.operation]);
  x.f.set(x.value, call(x.functions.csr, x.h, x.csrRow(), operation, operand, x.slotAddress()));
  x.continueAtTrap();
  x.write(x.value);
  x.nextSlowly();
}
