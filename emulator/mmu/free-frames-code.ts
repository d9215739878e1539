// Generated code that follows which frames are on the lists of free frames, from the stores to the heads of the lists,
// and tells of the kernel's stores to such frames. A free frame carries a flag; the first store takes it away, so that
// a page that is filled or copied is told once each time it is freed.
import { control, FrameFlag, type MemoryMap } from '../memory-layout.js';
import type { FunctionBuilder } from '../wasm/function-builder.js';
import { call, i32, i64, type I32, type I64, type Local } from '../wasm/expression.js';
import { flagsOf, frameNumber, inRam, linear, type Parts } from './access-parts.js';
import { forgetKernelStore } from './user-mappings-code.js';

const at0 = i32.const(0);

/** In a watched store: when the word is the head of a list, the frames that come and go are flagged. */
export function followFreeList({ f, helpers }: Parts, at: I32, old: I64, now: I64): void {
  const number = f.local('i32', i32.load(at0, control.freeHeadCount));
  f.if(number, () =>
    f.loop((again) => {
      f.set(number, i32.sub(number, i32.const(1)));
      const head = i32.load(i32.shl(number, i32.const(2)), control.freeHeads);
      f.if(i32.eq(head, at), () => f.do(call(helpers.freeHeadChanged, old, now)));
      f.branchIf(number, again);
    }),
  );
}

/**
 * Body of `freeHeadChanged(old head, new head)`: a frame was pushed when the new head links to the old one; else the
 * old head was taken, and what is the head now is free, also where it comes with a chain from another list.
 */
export function buildFreeHeadChanged(f: FunctionBuilder, layout: MemoryMap): void {
  const [old, now] = [f.parameter('i64', 0), f.parameter('i64', 1)];
  const isPush = f.local('i32', at0);
  f.if(isFrame(now), () => f.set(isPush, i64.eq(i64.load(linear(now, layout)), old)));
  f.if(i32.and(i32.eqz(isPush), isFrame(old)), () => {
    const frame = f.local('i32', frameNumber(linear(old, layout), layout));
    const flags = i32.and(flagsOf(frame, layout), i32.const(~FrameFlag.free));
    f.do(i32.store8(frame, flags, layout.frameFlags));
  });
  f.if(isFrame(now), () => {
    const frame = f.local('i32', frameNumber(linear(now, layout), layout));
    const flags = f.local('i32', flagsOf(frame, layout));
    f.if(i32.and(flags, i32.const(FrameFlag.free)), () => f.return());
    f.do(i32.store8(frame, i32.or(flags, i32.const(FrameFlag.free)), layout.frameFlags));
    // A frame that had flags has no entry that lets stores through.
    f.if(i32.eqz(flags), () => forgetKernelStore(f, layout, frame));
  });
}

/** The address of a whole frame of RAM. */
function isFrame(address: I64): I32 {
  return i32.and(inRam(address), i64.eqz(i64.and(address, i64.const(4095n))));
}

/**
 * In `written`: the kernel has stored to a frame with the flag. A link at the frame's start is none of its content:
 * lists are cut and joined without their heads.
 */
export function tellFreeFrameStore(
  f: FunctionBuilder,
  layout: MemoryMap,
  { at, frame, flags }: { readonly at: I32; readonly frame: I32; readonly flags: Local<'i32'> },
  record: () => void,
): void {
  const now = f.local('i64', i64.load(at));
  const isAtStart = i32.eqz(i32.and(i32.sub(at, i32.const(layout.ram)), i32.const(4095)));
  const isLink = i32.and(isAtStart, i32.or(i64.eqz(now), isFrame(now)));
  f.if(i32.eqz(isLink), () => {
    record();
    f.set(flags, i32.and(flags, i32.const(~FrameFlag.free)));
    f.do(i32.store8(frame, flags, layout.frameFlags));
  });
}
