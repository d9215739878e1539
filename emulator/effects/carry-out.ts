// What an instruction's effect means wherever it is executed: the effects that need nothing of the engine but an
// Execution.
import type { Operands } from '../isa/algebra.js';
import type { Instruction } from '../isa/instruction.js';
import type { I64 } from '../wasm/expression.js';
import { csr } from './csr.js';
import type { Execution } from './execution.js';
import { float, floatLoad, floatStore } from './float.js';
import { atomic, load, loadReserved, store, storeConditional } from './memory.js';

/** What a row's semantics may read, from an execution. */
export function operandsOf(x: Execution): Operands<I64> {
  return { a: x.rs1(), b: x.rs2(), imm: x.immediate(), pc: x.pc() };
}

/** Emits the effect; jumps, branches and system operations are the engine's own. */
export function carryOut(x: Execution, instruction: Instruction): void {
  const { effect } = instruction;
  switch (effect.kind) {
    case 'compute':
      x.write(effect.value(x.algebra, operandsOf(x)));
      return x.next();
    case 'load':
      return load(x, effect);
    case 'store':
      return store(x, effect.bytes);
    case 'load_reserved':
      return loadReserved(x, effect);
    case 'store_conditional':
      return storeConditional(x, effect);
    case 'amo':
      return atomic(x, effect);
    case 'csr':
      return csr(x, effect);
    case 'float':
      return float(x, instruction, effect);
    case 'float_load':
      return floatLoad(x, effect.bytes);
    case 'float_store':
      return floatStore(x, effect.bytes);
    default:
      throw new Error(`${instruction.name} is no effect both engines share`);
  }
}
