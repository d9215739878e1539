// One handler an instruction row and encoding length: what the row's effect means to the interpreter.
import type { Instruction } from '../isa/instruction.js';
import type { Operands } from '../isa/algebra.js';
import { codePage } from '../memory-layout.js';
import { i32, i64, type I64 } from '../wasm/expression.js';
import {
  advance,
  firstRegister,
  immediate,
  immediate32,
  pcOf,
  readRegister,
  secondRegister,
  setWord,
  writeRegister,
  type Context,
} from './context.js';
import { atomic, load, loadReserved, store, storeConditional } from './memory-handlers.js';
import type { Handler } from './operations.js';
import { csr, float, floatLoad, floatStore, system } from './system-handlers.js';

/** Emits the body of a handler; every path of it ends in a branch. */
export function buildHandler(c: Context, { instruction, length }: Handler): void {
  const { effect } = instruction;
  switch (effect.kind) {
    case 'compute':
      writeRegister(c, effect.value(c.algebra, operandsOf(c, instruction)));
      return advance(c, length);
    case 'branch':
      c.f.if(effect.taken(c.algebra, operandsOf(c, instruction)), () => jumpRelative(c));
      return advance(c, length);
    case 'jump':
      writeRegister(c, i64.add(pcOf(c), i64.const(BigInt(length))));
      return jumpRelative(c);
    case 'jump_register':
      return jumpRegister(c, length);
    case 'load':
      return load(c, length, effect);
    case 'store':
      return store(c, length, effect.bytes);
    case 'load_reserved':
      return loadReserved(c, length, effect);
    case 'store_conditional':
      return storeConditional(c, length, effect);
    case 'amo':
      return atomic(c, length, effect);
    case 'csr':
      return csr(c, length, effect);
    case 'float':
      return float(c, length, instruction, effect);
    case 'float_load':
      return floatLoad(c, length, effect.bytes);
    case 'float_store':
      return floatStore(c, length, effect.bytes);
    case 'system':
      return system(c, length, effect);
  }
}

/** Operands as locals or loads; rs2 is in the first field where there is no rd, else in the immediate. */
function operandsOf(c: Context, instruction: Instruction): Operands<I64> {
  const { rd, rs2 } = instruction.registers;
  const second = rd === undefined ? firstRegister(c) : i32.and(immediate32(c), i32.const(0xff));
  return {
    a: readRegister(c, secondRegister(c)),
    b: rs2 === undefined ? i64.const(0n) : readRegister(c, second),
    imm: immediate(c),
    pc: pcOf(c),
  };
}

/** To slot + offset when that is in this page, else through the translation of the target. */
function jumpRelative(c: Context): void {
  const { f } = c;
  f.set(c.at, i32.add(c.slot, immediate32(c)));
  f.if(i32.ltU(i32.sub(c.at, c.page), i32.const(codePage.bodyBytes)), () => {
    f.set(c.slot, c.at);
    f.branch(c.next);
  });
  const offset = i64.shrS(immediate(c), i64.const(2n));
  setWord(f, c.h, 'pc', i64.add(pcOf(c), offset));
  f.branch(c.refetch);
}

function jumpRegister(c: Context, length: number): void {
  const { f } = c;
  const sum = i64.add(readRegister(c, secondRegister(c)), immediate(c));
  f.set(c.va, i64.and(sum, i64.const(-2n)));
  f.set(c.value, pcOf(c));
  writeRegister(c, i64.add(c.value, i64.const(BigInt(length))));
  // Returns within the page, the common case of leaf calls, need no translation.
  f.set(
    c.value,
    i64.sub(c.va, i64.sub(c.value, i64.extendU(i32.shrU(i32.sub(c.slot, c.page), i32.const(2))))),
  );
  f.if(i64.ltU(c.value, i64.const(4096n)), () => {
    f.set(c.slot, i32.add(c.page, i32.shl(i32.wrap(c.value), i32.const(2))));
    f.branch(c.next);
  });
  setWord(f, c.h, 'pc', c.va);
  f.branch(c.refetch);
}
