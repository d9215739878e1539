// Generated code that finds where a store goes that misses the fast path only for its neighbours' sake: kernels keep
// what is watched (a free list, counts, processes) in pages beside what they write all the time (locks, harts).
import { tlb } from '../hart/state.js';
import { control, FrameFlag, type MemoryMap } from '../memory-layout.js';
import type { FunctionBuilder, Label } from '../wasm/function-builder.js';
import { i32, i64, type I32, type I64, type Local } from '../wasm/expression.js';
import { holdsOthers } from '../ring/held-locks-code.js';
import { flagsOf, frameNumber, isWatchedWord, type Parts } from './access-parts.js';
import { orderedLockAt } from './lock-order-code.js';

const none = i32.const(0);

/**
 * Body of `unwatched(TLB entry, va, tag)`: linear address of a word that may be stored to without a notice, though its
 * frame has or had flags; 0 when the slow path must see. The tag is that of an aligned access within the page.
 */
export function buildUnwatched(f: FunctionBuilder, layout: MemoryMap): void {
  const entry = f.parameter('i32', 0);
  const va = f.parameter('i64', 1);
  const tag = f.parameter('i64', 2);
  f.if(i64.ne(i64.load(entry, tlb.noticedStore), tag), () => f.return(none));
  const at = f.local('i32', i32.add(i32.wrap(va), i32.load(entry, tlb.noticedStore + 8)));
  const flags = f.local('i32', flagsOf(frameNumber(at, layout), layout));
  f.if(i32.eqz(flags), () => {
    allowStores(f, entry, va);
    f.return(at);
  });
  f.if(i32.ne(flags, i32.const(FrameFlag.watched)), () => f.return(none));
  f.if(isNews(f, at, layout), () => f.return(none));
  f.return(at);
}

/** The page of a TLB entry of noticed stores has no flags any more: stores to it need no notice. */
export function allowStores(f: FunctionBuilder, entry: I32, va: I64): void {
  f.do(i64.store(entry, i64.and(va, i64.const(-4096n)), tlb.store));
  f.do(i32.store(entry, i32.load(entry, tlb.noticedStore + 8), tlb.store + 8));
}

/** Whether a store to a frame with watched words must be told: it is to one, and none of a lock that is taken alone. */
export function isNews(f: FunctionBuilder, at: I32, layout: MemoryMap): Local<'i32'> {
  const news = f.local('i32', isWatchedWord(f, at, layout));
  f.if(news, () => {
    const lock = orderedLockAt(f, at);
    f.if(i32.ltS(i32.const(-1), lock), () =>
      f.set(news, holdsOthers(f, i32.load(none, control.hart), layout)),
    );
  });
  return news;
}

/** What a store is looked up with. */
export interface BesideParts {
  readonly f: FunctionBuilder;
  readonly layout: MemoryMap;
  readonly va: Local<'i64'>;
  /** The TLB's entry; the linear address, where that is found. */
  readonly at: Local<'i32'>;
  /** Scratch. */
  readonly other: Local<'i64'>;
}

/**
 * The usual case of `unwatched` in place, for the code of a store: kernels count the locks that a hart holds beside the
 * process that it runs. Sets `at` and goes to `found` where no word but others of the frame is watched.
 */
export function locateBeside({ f, layout, va, at, other }: BesideParts, tag: I64, found: Label): void {
  f.if(i64.eq(i64.load(at, tlb.noticedStore), tag), () => {
    f.set(other, i64.extendU(i32.add(i32.wrap(va), i32.load(at, tlb.noticedStore + 8))));
    const to = i32.wrap(other);
    f.if(i32.eq(flagsOf(frameNumber(to, layout), layout), i32.const(FrameFlag.watched)), () => {
      const byte = i32.load8U(i32.shrU(i32.sub(to, i32.const(layout.ram)), i32.const(6)), layout.watchBitmap);
      const bit = i32.and(i32.shrU(to, i32.const(3)), i32.const(7));
      f.if(i32.eqz(i32.and(i32.shrU(byte, bit), i32.const(1))), () => {
        f.set(at, to);
        f.branch(found);
      });
    });
  });
}

/**
 * The flags of a frame about to be stored to; none where it was only unchanged so far, which it then is no longer. Of
 * such a frame nothing is read: the host gives a page that is read before it is written two faults instead of one.
 */
export function flagsBeyondClean({ f, layout }: Parts, at: I32): Local<'i32'> {
  const frame = f.local('i32', frameNumber(at, layout));
  const flags = f.local('i32', flagsOf(frame, layout));
  f.if(i32.eq(flags, i32.const(FrameFlag.clean)), () => {
    f.set(flags, none);
    f.do(i32.store8(frame, flags, layout.frameFlags));
  });
  return flags;
}
