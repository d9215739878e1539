// Handler of a slot that is the entry of a compiled routine. The routine runs as far as the budget covers its blocks;
// one that does not even cover the first is left to the instruction's own handler, and so is code at another address.
import { word } from '../hart/hart-code.js';
import { codePage, control } from '../memory-layout.js';
import { blockInstructionsMaximum, callsMaximum, mustReturn } from '../routine-convention.js';
import { callIndirect, i32, i64, type I32 } from '../wasm/expression.js';
import type { Context } from './context.js';

/** Field of the slot at hand in one of the tables behind the slots. */
const fieldOf = (c: Context, shift: number): I32 =>
  i32.add(c.page, i32.shrU(i32.sub(c.slot, c.page), i32.const(shift)));

/** The entry of a routine: runs it, and goes on where it was left. */
export function enterRegion(c: Context): void {
  const { f, h } = c;
  const pageAddress = i64.add(c.pcBase, i64.extendU(i32.shrU(c.page, i32.const(2))));
  f.if(i64.eq(pageAddress, i64.load(c.page, codePage.compiledAt)), () => {
    // The step the loop counted for this slot is the routine's to count.
    f.set(c.slow, i32.add(c.budget, i32.const(1)));
    f.set(c.at, i32.load(fieldOf(c, 1), codePage.entries));
    const entry = i32.and(c.at, i32.const(0xffff));
    const number = i32.shrU(c.at, i32.const(16));
    const calls = i32.const(callsMaximum);
    const entered = i64.load(i32.const(0), control.entered);
    f.do(i64.store(i32.const(0), i64.add(entered, i64.const(1n)), control.entered));
    f.set(c.at, callIndirect(c.functions.routine, number, h, c.slow, entry, c.tlb, calls));
    // Where a budget ends, or a helper asked to leave, says nothing of the code.
    f.if(i32.leS(i32.const(blockInstructionsMaximum), c.at), () => {
      f.do(i64.store(i32.const(0), word(h, 'pc'), control.leftAt));
      f.do(
        i32.store(i32.const(0), i32.add(i32.load(i32.const(0), control.left), i32.const(1)), control.left),
      );
    });
    f.set(c.at, i32.and(c.at, i32.const(~mustReturn)));
    f.if(i32.ne(c.at, c.slow), () => {
      f.set(c.budget, c.at);
      f.branch(c.refetch);
    });
  });
  f.set(c.handler, i32.load16U(fieldOf(c, 2), codePage.originals));
  f.branch(c.dispatch);
}
