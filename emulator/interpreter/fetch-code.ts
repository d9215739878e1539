// Generated code that finds the decoded page for a pc, and prepares instructions that cross a page boundary.
import { mode, trapped, type HelperFunctions, ramBytes } from '../hart/hart-code.js';
import { straddleOffset, tlb, workOffset } from '../hart/state.js';
import { Cause } from '../hart/trap-code.js';
import { codePage, ramBase, type MemoryMap } from '../memory-layout.js';
import { fillTlb, tlbEntry, tlbOf } from '../mmu/tlb-code.js';
import { Access } from '../mmu/translate-code.js';
import type { FunctionBuilder } from '../wasm/function-builder.js';
import {
  call,
  i32,
  i64,
  type FunctionReference,
  type I32,
  type I64,
  type Local,
} from '../wasm/expression.js';

/** Host functions that fetching needs. */
export interface FetchHost {
  /** (frame number): the decoded page of a frame that has none yet. */
  allocateCode: FunctionReference<'i32'>;
  /** (hart, instruction word): decodes into the hart's straddle slot. */
  decodeStraddle: FunctionReference<'void'>;
}

const none = i32.const(0);

const ramOffset = (physical: I64): I64 => i64.sub(physical, i64.const(BigInt(ramBase)));

function refuseOutsideRam(
  f: FunctionBuilder,
  helpers: HelperFunctions,
  h: I32,
  physical: I64,
  va: I64,
): void {
  f.if(i64.geU(ramOffset(physical), ramBytes()), () => {
    f.do(call(helpers.trap, h, i64.const(BigInt(Cause.fetchAccess)), va));
    f.return(none);
  });
}

/** Body of `fetch(hart, va)`: the decoded page that holds va, or 0 after a trap. */
export function buildFetch(
  f: FunctionBuilder,
  helpers: HelperFunctions,
  host: FetchHost,
  layout: MemoryMap,
): void {
  const h = f.parameter('i32', 0);
  const va = f.parameter('i64', 1);
  const entry = f.local('i32', tlbEntry(tlbOf(h, mode(h)), va));
  const tag = i64.and(va, i64.const(-4096n));
  f.if(i64.eq(i64.load(entry, tlb.fetch), tag), () => f.return(i32.load(entry, tlb.fetch + 8)));
  const physical = f.local('i64', call(helpers.translate, h, va, i32.const(Access.fetch), mode(h)));
  f.if(trapped(h), () => f.return(none));
  refuseOutsideRam(f, helpers, h, physical, va);
  const frame = f.local('i32', i32.shrU(i32.wrap(ramOffset(physical)), i32.const(12)));
  const page = f.local('i32', i32.load(i32.shl(frame, i32.const(2)), layout.codeMap));
  f.if(i32.eqz(page), () => f.set(page, call(host.allocateCode, frame)));
  fillTlb(f, h, mode(h), tlb.fetch, va, page);
  f.return(page);
}

/** Body of `straddle(hart, slot, pc)`: the hart's straddle slot holding the instruction at pc, or 0 after a trap. */
export function buildStraddle(
  f: FunctionBuilder,
  helpers: HelperFunctions,
  host: FetchHost,
  layout: MemoryMap,
): void {
  const h = f.parameter('i32', 0);
  const pc = f.parameter('i64', 2);
  const second = i64.add(pc, i64.const(2n));
  const half = (va: I64): Local<'i32'> => {
    const physical = f.local('i64', call(helpers.translate, h, va, i32.const(Access.fetch), mode(h)));
    f.if(trapped(h), () => f.return(none));
    refuseOutsideRam(f, helpers, h, physical, va);
    return f.local('i32', i32.load16U(i32.wrap(ramOffset(physical)), layout.ram));
  };
  const low = half(pc);
  const high = half(second);
  const word = f.local('i32', i32.or(low, i32.shl(high, i32.const(16))));
  f.if(i32.ne(word, i32.load(h, workOffset.straddleWord)), () => {
    f.do(i32.store(h, word, workOffset.straddleWord));
    f.do(call(host.decodeStraddle, h, word));
  });
  f.return(i32.add(h, i32.const(straddleOffset + codePage.bodyBytes - codePage.slotBytes)));
}
