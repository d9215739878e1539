// Generated code of what follows a store to a frame with flags: code is dropped, translations are forgotten, watchers
// are told.
import { mode, outOfStep, setTrapped, Sync, type HelperFunctions } from '../hart/hart-code.js';
import { tlb } from '../hart/state.js';
import { control, FrameFlag, ramBase, type MemoryMap } from '../memory-layout.js';
import { RecordKind } from '../ring/records.js';
import type { FunctionBuilder } from '../wasm/function-builder.js';
import { call, i32, i64, type I32, type I64, type Local } from '../wasm/expression.js';
import {
  entryTarget,
  flagsOf,
  frameNumber,
  inRam,
  isWatchedWord,
  linear,
  type MemoryHost,
  type Parts,
} from './access-parts.js';
import { orderedLockAt, tellOrder } from './lock-order-code.js';
import { followFreeList, tellFreeFrameStore } from './free-frames-code.js';
import { dropDecoded } from './overwritten-code.js';
import { Pte } from '../../tracer/schema/index.js';
import { forgetIndex } from './tlb-code.js';
import { mappingsOf, tellKernelStore } from './user-mappings-code.js';

const at0 = i32.const(0);

/** The kernel has stored to a frame that has the flag. */
const isKernels = ({ h }: Parts, flags: I32, flag: number): I32 =>
  i32.and(i32.ne(i32.and(flags, i32.const(flag)), at0), i32.ne(mode(h), at0));

/** Body of `written(hart, linear address of an 8-byte word, its old value)`. */
export function buildWritten(
  f: FunctionBuilder,
  helpers: HelperFunctions,
  host: MemoryHost,
  layout: MemoryMap,
): void {
  const parts: Parts = { f, helpers, host, layout, h: f.parameter('i32', 0) };
  const at = f.parameter('i32', 1);
  const old = f.parameter('i64', 2);
  const frame = f.local('i32', frameNumber(at, layout));
  const flags = f.local('i32', flagsOf(frame, layout));
  f.if(i32.eqz(flags), () => f.return());
  f.if(i32.and(flags, i32.const(FrameFlag.clean)), () => {
    f.set(flags, i32.and(flags, i32.const(~FrameFlag.clean)));
    f.do(i32.store8(frame, flags, layout.frameFlags));
  });
  f.if(i32.and(flags, i32.const(FrameFlag.code)), () => dropDecoded(f, host, layout, at, frame));
  f.if(isKernels(parts, flags, FrameFlag.unwritable), () =>
    tellKernelStore(f, layout, frame, flags, (counts) =>
      appendStore(parts, i32.const(RecordKind.frameStore), at, counts, i64.const(0n)),
    ),
  );
  f.if(isKernels(parts, flags, FrameFlag.free), () =>
    tellFreeFrameStore(f, layout, { at, frame, flags }, () =>
      appendStore(parts, i32.const(RecordKind.freeFrameStore), at, old, i64.load(at)),
    ),
  );
  const now = f.local('i64', i64.load(at));
  f.if(i64.ne(old, now), () => {
    f.if(i32.and(flags, i32.const(FrameFlag.guarded)), () =>
      f.do(call(host.guardedStore, i32.wrap(physicalOf(at, layout)), old)),
    );
    f.if(i32.and(flags, i32.const(FrameFlag.walked)), () => forgetWalked(parts, at, old, now, frame, flags));
    f.if(i32.and(flags, i32.const(FrameFlag.table)), () => recordTableStore(parts, at, old, now, frame));
  });
  f.if(i32.and(flags, i32.const(FrameFlag.watched)), () =>
    f.do(call(helpers.watchedWritten, parts.h, at, old)),
  );
}

/** Body of `watchedWritten(hart, linear address of an 8-byte word, its old value)`. */
export function buildWatchedWritten(
  f: FunctionBuilder,
  helpers: HelperFunctions,
  host: MemoryHost,
  layout: MemoryMap,
): void {
  const parts: Parts = { f, helpers, host, layout, h: f.parameter('i32', 0) };
  const at = f.parameter('i32', 1);
  const old = f.parameter('i64', 2);
  const now = f.local('i64', i64.load(at));
  f.if(i64.eq(old, now), () => f.if(i32.eqz(isLoop(f, now, layout)), () => f.return()));
  recordWatchedStore(parts, at, old, now);
}

/**
 * Translations that were read from the word are forgotten; there are none of an entry that was invalid. An entry of the
 * last level is of one page, and so of one index of the TLBs; others may be of very many.
 */
function forgetWalked(parts: Parts, at: I32, old: I64, now: I64, frame: I32, flags: Local<'i32'>): void {
  const { f, h, helpers, layout } = parts;
  const wasValid = i64.ne(i64.and(old, i64.const(Pte.v)), i64.const(0n));
  const isNoEntry = i64.ne(i64.and(now, i64.const(Pte.reserved)), i64.const(0n));
  f.if(
    i32.or(isNoEntry, i32.and(wasValid, i32.load8U(frame, layout.walkedUpper))),
    () => {
      f.do(call(helpers.forgetTranslations));
      stopNoticing(parts, frame, flags);
    },
    () =>
      f.if(wasValid, () => {
        const index = i32.and(i32.shrU(at, i32.const(3)), i32.const(tlb.entries - 1));
        forgetIndex(f, layout, f.local('i32', index));
        f.if(i32.eqz(outOfStep(h)), () => setTrapped(f, h, Sync.refetch));
      }),
  );
}

/** No translation rests on the frame any more: as long as none does, stores to it need no notice. */
function stopNoticing({ f, layout }: Pick<Parts, 'f' | 'layout'>, frame: I32, flags: Local<'i32'>): void {
  f.set(flags, i32.and(flags, i32.const(~FrameFlag.walked)));
  f.do(i32.store8(frame, flags, layout.frameFlags));
  f.do(i32.store8(frame, i32.const(0), layout.walkedUpper));
}

/** Body of `forgetTable(linear address)`: what overwrites the frame is no entry, so it is no table any more. */
export function buildForgetTable(f: FunctionBuilder, helpers: HelperFunctions, layout: MemoryMap): void {
  const frame = f.local('i32', frameNumber(f.parameter('i32', 0), layout));
  const flags = f.local('i32', flagsOf(frame, layout));
  f.if(i32.and(flags, i32.const(FrameFlag.walked)), () => {
    f.do(call(helpers.forgetTranslations));
    stopNoticing({ f, layout }, frame, flags);
  });
}

const physicalOf = (at: I32, layout: MemoryMap): I64 =>
  i64.add(i64.extendU(i32.sub(at, i32.const(layout.ram))), i64.const(BigInt(ramBase)));

function recordTableStore(parts: Parts, at: I32, old: I64, now: Local<'i64'>, frame: I32): void {
  const { f, helpers, host, layout } = parts;
  const level = f.local('i32', i32.load8U(frame, layout.tableLevel));
  const kind = i32.or(i32.const(RecordKind.tableStore), i32.shl(level, i32.const(16)));
  appendStore(parts, kind, at, old, now);
  const followed = i32.and(i32.eqz(level), i32.ne(i32.load(at0, control.tellStores), at0));
  f.if(followed, () => f.do(call(helpers.leafChanged, old, now)));
  const links = i64.eq(i64.and(now, i64.const(Pte.v | Pte.r | Pte.w | Pte.x)), i64.const(Pte.v));
  f.if(i32.and(links, i32.ne(level, at0)), () => {
    const target = f.local('i64', entryTarget(now));
    f.if(inRam(target), () => {
      const child = frameNumber(linear(target, layout), layout);
      const below = i32.sub(level, i32.const(1));
      f.do(call(host.tableLinked, child, i32.wrap(physicalOf(at, layout)), below));
    });
  });
}

function recordWatchedStore(parts: Parts, at: Local<'i32'>, old: I64, now: Local<'i64'>): void {
  const { f, layout } = parts;
  f.if(isWatchedWord(f, at, layout), () => {
    const lock = orderedLockAt(f, at);
    f.if(i32.ltS(i32.const(-1), lock), () => {
      tellOrder(parts, lock, now, (kind, locks) => appendStore(parts, kind, at, old, now, { locks }));
      f.return();
    });
    const kind = i32.or(
      i32.const(RecordKind.watchedStore),
      i32.shl(mappingsOf(f, layout, old), i32.const(16)),
    );
    const locks = call(parts.helpers.heldLocks, parts.h);
    appendStore(parts, kind, at, old, now, { pointee: pointee(parts, now), locks });
    followFreeList(parts, at, old, now);
  });
}

/** A frame that is put on a list whose head it is links to itself: a store that changes nothing, and is news. */
function isLoop(f: FunctionBuilder, now: I64, layout: MemoryMap): Local<'i32'> {
  const found = f.local('i32', at0);
  const isPointer = i32.and(inRam(now), i64.eqz(i64.and(now, i64.const(7n))));
  f.if(isPointer, () => f.set(found, i64.eq(i64.load(linear(now, layout)), now)));
  return found;
}

/** Low half of the word that a pointer into RAM points at, in the high half; 0 for other values. */
function pointee({ f, layout }: Parts, pointer: I64): I64 {
  const found = f.local('i64', i64.const(0n));
  const aligned = i64.eqz(i64.and(pointer, i64.const(7n)));
  f.if(i32.and(inRam(pointer), aligned), () =>
    f.set(found, i64.shl(i64.load32U(linear(pointer, layout)), i64.const(32n))),
  );
  return found;
}

/** The record of the store. Which locks are held is looked for only where a row tells it. */
function appendStore(
  { f, h, helpers, layout }: Parts,
  kind: I32,
  at: I32,
  old: I64,
  now: I64,
  { pointee = i64.const(0n), locks = at0 }: { readonly pointee?: I64; readonly locks?: I32 } = {},
): void {
  const a = i64.or(physicalOf(at, layout), pointee);
  f.do(call(helpers.appendStore, h, kind, a, old, now, locks));
}
