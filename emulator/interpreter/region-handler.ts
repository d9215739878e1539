// Handler of a slot that is the entry of a compiled region. The region runs as far as the budget covers its blocks; one
// that does not even cover the first is left to the instruction's own handler.
import { codePage } from '../memory-layout.js';
import { callIndirect, i32, i64, type I32 } from '../wasm/expression.js';
import type { Context } from './context.js';

/** Field of the slot at hand in one of the tables behind the slots. */
const fieldOf = (c: Context, shift: number): I32 =>
  i32.add(c.page, i32.shrU(i32.sub(c.slot, c.page), i32.const(shift)));

/** The entry of a region: runs it, and goes on where it was left. */
export function enterRegion(c: Context): void {
  const { f, h } = c;
  // The step the loop counted for this slot is the region's to count.
  f.set(c.slow, i32.add(c.budget, i32.const(1)));
  f.set(c.at, i32.load(fieldOf(c, 1), codePage.entries));
  const pageAddress = i64.add(c.pcBase, i64.extendU(i32.shrU(c.page, i32.const(2))));
  const base = i64.sub(pageAddress, i64.extendU(i32.load(c.page, codePage.regionOffset)));
  const block = i32.and(c.at, i32.const(0xffff));
  const region = i32.shrU(c.at, i32.const(16));
  f.set(c.at, callIndirect(c.functions.region, region, h, c.slow, block, base, c.tlb));
  f.if(i32.eq(c.at, c.slow), () => {
    f.set(c.handler, i32.load16U(fieldOf(c, 2), codePage.originals));
    f.branch(c.dispatch);
  });
  f.set(c.budget, c.at);
  f.branch(c.refetch);
}
