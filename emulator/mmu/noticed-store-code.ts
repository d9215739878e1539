// Generated code of stores to pages that are known to have flags: nothing is translated, and what must be told of the
// store is.
import { tlb } from '../hart/state.js';
import { FrameFlag } from '../memory-layout.js';
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
import { beyondPage, flagsOf, frameNumber, type Parts } from './access-parts.js';
import { allowStores, isNews } from './unwatched-code.js';

const at0 = i32.const(0);
const pageOf = (va: I64): I64 => i64.and(va, i64.const(-4096n));

/** A store as the slow path is asked for it; `entry` is the TLB's, before the kind's offset. */
export interface AskedStore {
  readonly entry: Local<'i32'>;
  readonly va: Local<'i64'>;
  readonly bytes: Local<'i32'>;
  readonly value: Local<'i64'>;
}

/** In `store`: does it and returns where the TLB knows the page as one with flags; else falls through. */
export function storeNoticed(parts: Parts, store: AskedStore, written: FunctionReference<'void'>): void {
  const { f, layout } = parts;
  const { entry, va, bytes, value } = store;
  f.if(i64.eq(i64.load(entry, tlb.noticedStore), pageOf(va)), () => {
    const at = f.local('i32', i32.add(i32.wrap(va), i32.load(entry, tlb.noticedStore + 8)));
    const flags = f.local('i32', flagsOf(frameNumber(at, layout), layout));
    const misaligned = i32.and(i32.wrap(va), i32.sub(bytes, i32.const(1)));
    f.if(i32.eqz(misaligned), () => storeAligned(parts, store, at, flags));
    f.if(i32.and(i32.ne(flags, at0), i32.leS(beyondPage(va, bytes), at0)), () => {
      storeFlagged(parts, at, bytes, value, written);
      f.return();
    });
  });
}

/** The usual cases, a store that touches one 8-byte word of a page without flags or with watched words alone. */
function storeAligned(
  { f, h, helpers, layout }: Parts,
  { entry, va, bytes, value }: AskedStore,
  at: Local<'i32'>,
  flags: Local<'i32'>,
): void {
  f.if(i32.eqz(flags), () => {
    allowStores(f, entry, va);
    storeBytes(f, at, bytes, value);
    f.return();
  });
  f.if(i32.eq(flags, i32.const(FrameFlag.watched)), () => {
    const wordAt = f.local('i32', i32.and(at, i32.const(-8)));
    const old = f.local('i64', i64.load(wordAt));
    const news = isNews(f, at, layout);
    storeBytes(f, at, bytes, value);
    f.if(news, () => f.do(call(helpers.watchedWritten, h, wordAt, old)));
    f.return();
  });
}

/** Where a store goes that is known to be one to a frame with flags; 0 for any other. */
export function lookUpNoticed({ f, layout }: Parts, tlbEntryAt: I32, va: I64): Local<'i32'> {
  const found = f.local('i32');
  const entry = f.local('i32', tlbEntryAt);
  f.if(i64.eq(i64.load(entry, tlb.noticedStore), pageOf(va)), () => {
    f.set(found, i32.add(i32.wrap(va), i32.load(entry, tlb.noticedStore + 8)));
    f.if(i32.eqz(flagsOf(frameNumber(found, layout), layout)), () => f.set(found, at0));
  });
  return found;
}

/** A store to a frame with flags; a misaligned one may touch two 8-byte words, told one by one. */
export function storeFlagged(
  parts: Parts,
  at: I32,
  bytes: I32,
  value: I64,
  written: FunctionReference<'void'>,
): void {
  const { f, h, helpers, layout } = parts;
  // Page tables are written entry by entry; anything else is another use of the frame.
  const isWalked = i32.and(flagsOf(frameNumber(at, layout), layout), i32.const(FrameFlag.walked));
  f.if(i32.and(isWalked, i32.ne(bytes, i32.const(8))), () => f.do(call(helpers.forgetTable, at)));
  const first = f.local('i32', i32.and(at, i32.const(-8)));
  const last = f.local('i32', i32.and(i32.sub(i32.add(at, bytes), i32.const(1)), i32.const(-8)));
  const oldFirst = f.local('i64', i64.load(first));
  const oldLast = f.local('i64', i64.load(last));
  storeBytes(f, at, bytes, value);
  f.do(call(written, h, first, oldFirst));
  f.if(i32.ne(first, last), () => f.do(call(written, h, last, oldLast)));
}

/** Stores the low `bytes` (1, 2, 4, 8) of a value; most kernels' stores are of 8. */
export function storeBytes(f: FunctionBuilder, at: I32, bytes: I32, value: I64): void {
  f.if(
    i32.eq(bytes, i32.const(8)),
    () => f.do(i64.store(at, value)),
    () => {
      f.if(i32.eq(bytes, i32.const(4)), () => f.do(i64.store32(at, value)));
      f.if(i32.eq(bytes, i32.const(2)), () => f.do(i64.store16(at, value)));
      f.if(i32.eq(bytes, i32.const(1)), () => f.do(i64.store8(at, value)));
    },
  );
}
