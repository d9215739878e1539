// One handler an instruction row and encoding length: what the row's effect means to the interpreter.
import { carryOut, operandsOf } from '../effects/carry-out.js';
import { codePage } from '../memory-layout.js';
import { i32, i64 } from '../wasm/expression.js';
import {
  executionOf,
  immediate,
  immediate32,
  pcOf,
  readRegister,
  secondRegister,
  setWord,
  writeRegister,
  type Context,
} from './context.js';
import type { Handler } from './operations.js';
import { system } from './system-handlers.js';

/** Emits the body of a handler; every path of it ends in a branch. */
export function buildHandler(c: Context, { instruction, length }: Handler): void {
  const { effect } = instruction;
  const x = executionOf(c, instruction, length);
  switch (effect.kind) {
    case 'branch':
      c.f.if(effect.taken(c.algebra, operandsOf(x)), () => jumpRelative(c));
      return x.next();
    case 'jump':
      writeRegister(c, i64.add(pcOf(c), i64.const(BigInt(length))));
      return jumpRelative(c);
    case 'jump_register':
      return jumpRegister(c, length);
    case 'system':
      return system(c, length, effect);
    default:
      return carryOut(x, instruction);
  }
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
