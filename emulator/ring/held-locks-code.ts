// Generated code that tells which known locks a hart holds, for the records of its stores. Nothing follows the taking
// of locks: a lock names its holder in memory, and only what is recorded looks.
import { hartNumber } from '../hart/hart-code.js';
import { control, type MemoryMap } from '../memory-layout.js';
import { i32, i64, type I32, type I64 } from '../wasm/expression.js';
import type { FunctionBuilder } from '../wasm/function-builder.js';
import { otherLock } from './records.js';

const at0 = i32.const(0);

/** Body of `heldLocks(hart)`: bit n for lock n, and `otherLock` when the hart counts more locks than these. */
export function buildHeldLocks(f: FunctionBuilder, layout: MemoryMap): void {
  const h = f.parameter('i32', 0);
  const count = f.local('i32', i32.load(at0, control.lockCount));
  f.if(i32.eqz(count), () => f.return(at0));
  const depthOfFirst = f.local('i32', i32.load(at0, control.lockDepth));
  const depth = f.local('i32', i32.const(0));
  f.if(depthOfFirst, () => {
    f.set(depth, i32.load(ofHart(h, layout, depthOfFirst, control.lockDepthStride)));
    // Most stores to page tables are made without any lock.
    f.if(i32.eqz(depth), () => f.return(at0));
  });
  const self = f.local('i64', holderWord(h, layout));
  const held = f.local('i32', i32.const(0));
  const known = f.local('i32', i32.const(0));
  // Mostly a hart holds the one lock that it held at the record before.
  const number = f.local('i32', i32.load(at0, control.lockFound));
  f.if(i32.and(i32.eq(depth, i32.const(1)), i64.eq(holderOf(number), self)), () =>
    f.return(i32.shl(i32.const(1), number)),
  );
  f.set(number, at0);
  f.loop((again) => {
    f.if(i64.eq(holderOf(number), self), () => {
      f.do(i32.store(at0, number, control.lockFound));
      f.set(held, i32.or(held, i32.shl(i32.const(1), number)));
      f.set(known, i32.add(known, i32.const(1)));
      // Where the depth is not known it is 0 here, and all locks are looked at.
      f.if(i32.eq(known, depth), () => f.return(held));
    });
    f.set(number, i32.add(number, i32.const(1)));
    f.branchIf(i32.ltU(number, count), again);
  });
  f.if(i32.ltS(known, depth), () => f.set(held, i32.or(held, i32.const(otherLock))));
  f.return(held);
}

const holderOf = (number: I32): I64 => i64.load(i32.load(i32.shl(number, i32.const(2)), control.lockWords));

/** 0 where the hart counts no lock but the one that it is taking or giving back: that is taken after no other. */
export function holdsOthers(f: FunctionBuilder, h: I32, layout: MemoryMap): I32 {
  const depthOfFirst = f.local('i32', i32.load(at0, control.lockDepth));
  const depth = i32.load(ofHart(h, layout, depthOfFirst, control.lockDepthStride));
  return i32.or(i32.eqz(depthOfFirst), i32.gtU(depth, i32.const(1)));
}

/** What the holder word of a lock contains while the hart holds it. */
export const holderWord = (h: I32, layout: MemoryMap): I64 =>
  i64.add(
    i64.load(at0, control.lockHolder),
    i64.extendU(i32.mul(hartNumber(h, layout), i32.load(at0, control.lockHolderStride))),
  );

const ofHart = (h: I32, layout: MemoryMap, first: I32, stride: number): I32 =>
  i32.add(first, i32.mul(hartNumber(h, layout), i32.load(at0, stride)));
