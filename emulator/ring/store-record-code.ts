// Generated code that appends the record of a store, with what finding its call site needs.
import { mode, ramBytes, register, word, type HelperFunctions } from '../hart/hart-code.js';
import { tlb, workOffset } from '../hart/state.js';
import type { MemoryMap } from '../memory-layout.js';
import { ramOffset } from '../mmu/access-parts.js';
import { tlbEntry, tlbOf } from '../mmu/tlb-code.js';
import { call, i32, i64, type I32, type I64, type Local } from '../wasm/expression.js';
import type { FunctionBuilder } from '../wasm/function-builder.js';
import { atomicStore } from './records.js';

/** Body of `appendStore(hart, kind | size << 16, field a, old, new, locks)`: adds ra and the word at s0-8. */
export function buildAppendStore(f: FunctionBuilder, helpers: HelperFunctions, layout: MemoryMap): void {
  const h = f.parameter('i32', 0);
  const isAtomic = i32.shl(i32.load(h, workOffset.storesAtomically), i32.const(Math.log2(atomicStore >>> 0)));
  const locks = i64.shl(i64.extendU(i32.or(f.parameter('i32', 5), isAtomic)), i64.const(32n));
  const caller = i64.or(i64.and(register(h, 1), i64.const(0xffff_ffffn)), locks);
  const saved = savedReturnAddress(f, h, helpers, layout);
  const [kind, a] = [f.parameter('i32', 1), f.parameter('i64', 2)];
  const [old, now] = [f.parameter('i64', 3), f.parameter('i64', 4)];
  f.do(call(helpers.append, kind, h, word(h, 'pc'), a, old, now, caller, saved));
}

/** The word at s0-8, where a framed function saves ra; 0 where it is not in RAM. */
function savedReturnAddress(f: FunctionBuilder, h: I32, helpers: HelperFunctions, layout: MemoryMap): I64 {
  const saved = f.local('i64', i64.const(0n));
  const va = f.local('i64', i64.sub(register(h, 8), i64.const(8n)));
  const offset = f.local('i64', ramOffsetOf(f, h, va, helpers, layout));
  f.if(i64.ltU(offset, i64.sub(ramBytes(), i64.const(8n))), () =>
    f.set(saved, i64.load(i32.add(i32.wrap(offset), i32.const(layout.ram)))),
  );
  return saved;
}

/** Kernel stacks are not mapped one to one: the address is translated, mostly by what the TLB knows of the stack. */
function ramOffsetOf(
  f: FunctionBuilder,
  h: I32,
  va: Local<'i64'>,
  helpers: HelperFunctions,
  layout: MemoryMap,
): I64 {
  const found = f.local('i64', i64.const(-1n));
  const chosen = f.local('i32', tlbOf(h, mode(h)));
  f.if(chosen, () => {
    const entry = f.local('i32', tlbEntry(chosen, va));
    f.if(i64.eq(i64.load(entry, tlb.load), i64.and(va, i64.const(-4096n))), () => {
      const at = i32.add(i32.wrap(va), i32.load(entry, tlb.load + 8));
      f.set(found, i64.extendU(i32.sub(at, i32.const(layout.ram))));
    });
  });
  f.if(i64.ltS(found, i64.const(0n)), () => f.set(found, ramOffset(call(helpers.peek, h, va))));
  return found;
}
