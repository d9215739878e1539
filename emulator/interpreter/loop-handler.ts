// Handlers of the backward branches of recognised loops: they do as many iterations at once as can be, then branch as
// the instruction would.
import { loopField, waitCondition, waitField } from '../idioms/loop-table.js';
import { call, i32, i64 } from '../wasm/expression.js';
import { firstRegister, immediate32, readRegister, secondRegister, type Context } from './context.js';

/** A loop that fills or copies. */
export function memoryLoop(c: Context): void {
  const { f } = c;
  f.set(c.value, i64.sub(readRegister(c, firstRegister(c)), readRegister(c, secondRegister(c))));
  f.set(c.at, immediate32(c));
  f.if(i64.ne(c.value, i64.const(0n)), () => {
    f.set(c.slow, call(c.functions.loop, c.h, c.at, c.budget, c.tlb, c.value));
    const steps = i32.mul(c.slow, i32.load(c.at, loopField.instructions));
    f.set(c.budget, i32.sub(c.budget, steps));
    f.set(c.value, i64.sub(readRegister(c, firstRegister(c)), readRegister(c, secondRegister(c))));
    f.if(i64.ne(c.value, i64.const(0n)), () => {
      f.set(c.slot, i32.add(c.slot, i32.load(c.at, loopField.headOffset)));
      f.branch(c.next);
    });
  });
  f.set(c.slot, i32.add(c.slot, i32.load(c.at, loopField.branchSlots)));
  f.branch(c.next);
}

/** A loop that waits. */
export function waitLoop(c: Context): void {
  const { f } = c;
  f.set(c.at, immediate32(c));
  const isEqual = i64.eq(readRegister(c, firstRegister(c)), readRegister(c, secondRegister(c)));
  const condition = i32.load(c.at, waitField.condition);
  const isAlways = i32.eq(condition, i32.const(waitCondition.always));
  f.if(i32.or(isAlways, i32.eq(isEqual, condition)), () => {
    f.set(c.budget, i32.sub(c.budget, call(c.functions.wait, c.h, c.at, c.budget, c.tlb)));
    f.set(c.slot, i32.add(c.slot, i32.load(c.at, waitField.headOffset)));
    f.branch(c.next);
  });
  f.set(c.slot, i32.add(c.slot, i32.load(c.at, waitField.branchSlots)));
  f.branch(c.next);
}
