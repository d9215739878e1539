// Generated code that follows how many user mappings each frame has, from the stores to last-level entries of watched
// tables, and tells of the kernel's stores to frames that nobody may write alone: several mappings share them, or none
// allows stores. Such a frame carries a flag. The first store takes it away, so that a page that is filled or copied is
// told once; returning to user mode puts it back.
import type { HelperFunctions } from '../hart/hart-code.js';
import { hartBytes, tlb } from '../hart/state.js';
import { control, FrameFlag, machineMaximum, pageBytes, ramBase, type MemoryMap } from '../memory-layout.js';
import type { FunctionBuilder } from '../wasm/function-builder.js';
import { call, i32, i64, type I32, type I64, type Local } from '../wasm/expression.js';
import { entryTarget, flagsOf, frameNumber, inRam, linear } from './access-parts.js';
import { Pte } from '../../tracer/schema/index.js';

const at0 = i32.const(0);

/** Frames told of between two returns to user mode beyond which each store is told: as many as there are frames. */
const toldMaximum = machineMaximum.memoryBytes / pageBytes;

/** In the word of a frame: its mappings in the low half, and how many of them are writable in the high half. */
export const mappingCount = { all: 1, writable: 0x10000, mask: 0xffff } as const;

/** Where the word of a frame is, for loads and stores at `layout.userMappings`. */
const wordOf = (frame: I32): I32 => i32.shl(frame, i32.const(2));

/** Body of `leafChanged(old entry, new entry)`: entries of the last level. */
export function buildLeafChanged(f: FunctionBuilder, helpers: HelperFunctions, layout: MemoryMap): void {
  const [old, now] = [f.parameter('i64', 0), f.parameter('i64', 1)];
  const before = count(f, layout, old, -1);
  const after = count(f, layout, now, 1);
  f.if(i32.ne(before, i32.const(-1)), () => f.do(call(helpers.reviewFrame, before)));
  const another = i32.and(i32.ne(after, i32.const(-1)), i32.ne(after, before));
  f.if(another, () => f.do(call(helpers.reviewFrame, after)));
}

/** Counts a user mapping in or out; its frame's number, -1 where the entry is none. */
function count(f: FunctionBuilder, layout: MemoryMap, entry: I64, difference: 1 | -1): Local<'i32'> {
  const frame = f.local('i32', i32.const(-1));
  const isUsers = i64.eq(i64.and(entry, i64.const(Pte.v | Pte.u)), i64.const(Pte.v | Pte.u));
  const allows = i64.ne(i64.and(entry, i64.const(Pte.r | Pte.w | Pte.x)), i64.const(0n));
  f.if(i32.and(isUsers, allows), () => {
    const target = f.local('i64', entryTarget(entry));
    f.if(inRam(target), () => {
      f.set(frame, frameNumber(linear(target, layout), layout));
      const known = f.local('i32', i32.load(wordOf(frame), layout.userMappings));
      const isWritable = i64.ne(i64.and(entry, i64.const(Pte.w)), i64.const(0n));
      const one = i32.select(isWritable, i32.const(mappingCount.writable + 1), i32.const(mappingCount.all));
      const changed = difference === 1 ? i32.add(known, one) : i32.sub(known, one);
      f.do(i32.store(wordOf(frame), changed, layout.userMappings));
    });
  });
  return frame;
}

/** User mappings of the frame that a word is the address of, 255 for more; 0 for words that are none. */
export function mappingsOf(f: FunctionBuilder, layout: MemoryMap, address: I64): Local<'i32'> {
  const found = f.local('i32', at0);
  const isAligned = i64.eqz(i64.and(address, i64.const(4095n)));
  f.if(i32.and(inRam(address), isAligned), () => {
    const counts = i32.load(wordOf(frameNumber(linear(address, layout), layout)), layout.userMappings);
    f.set(found, i32.and(counts, i32.const(mappingCount.mask)));
    f.if(i32.gtU(found, i32.const(255)), () => f.set(found, i32.const(255)));
  });
  return found;
}

/** Body of `reviewFrame(frame number)`: gives the frame the flag, or takes it, as its mappings ask. */
export function buildReviewFrame(f: FunctionBuilder, layout: MemoryMap): void {
  const frame = f.parameter('i32', 0);
  const counts = f.local('i32', i32.load(wordOf(frame), layout.userMappings));
  const all = i32.and(counts, i32.const(mappingCount.mask));
  const isReadOnly = i32.eq(counts, i32.const(mappingCount.all));
  const isWanted = f.local('i32', i32.or(i32.gtU(all, i32.const(1)), isReadOnly));
  const flags = f.local('i32', flagsOf(frame, layout));
  const has = i32.ne(i32.and(flags, i32.const(FrameFlag.unwritable)), at0);
  f.if(i32.eq(has, isWanted), () => f.return());
  f.do(i32.store8(frame, i32.xor(flags, i32.const(FrameFlag.unwritable)), layout.frameFlags));
  // A frame that had flags has no entry that lets stores through.
  f.if(i32.and(isWanted, i32.eqz(flags)), () => forgetKernelStore(f, layout, frame));
}

/**
 * Kernels see RAM at its physical addresses, before they have a page table and by it: there the next store to the frame
 * must look again.
 */
export function forgetKernelStore(f: FunctionBuilder, layout: MemoryMap, frame: I32): void {
  const index = i32.and(i32.add(frame, i32.const(ramBase / 4096)), i32.const(tlb.entries - 1));
  const offset = f.local('i32', i32.shl(index, i32.const(Math.log2(tlb.entryBytes))));
  const h = f.local('i32', i32.const(layout.hartBase));
  const at = f.local('i32');
  f.loop((nextHart) => {
    f.set(at, i32.add(h, i32.const(tlb.offset)));
    const end = f.local('i32', i32.add(at, i32.const(tlb.count * tlb.bytes)));
    f.loop((again) => {
      f.do(i64.store(i32.add(at, offset), i64.const(-1n), tlb.store));
      f.set(at, i32.add(at, i32.const(tlb.bytes)));
      f.branchIf(i32.ltU(at, end), again);
    });
    f.set(h, i32.add(h, i32.const(hartBytes)));
    f.branchIf(i32.ltU(h, i32.load(at0, control.hartsEnd)), nextHart);
  });
}

/** In `written`: the kernel has stored to a frame with the flag, which goes until the frame is to be told of again. */
export function tellKernelStore(
  f: FunctionBuilder,
  layout: MemoryMap,
  frame: I32,
  flags: Local<'i32'>,
  record: (counts: I64) => void,
): void {
  record(i64.load32U(wordOf(frame), layout.userMappings));
  const told = f.local('i32', i32.load(at0, control.toldCount));
  f.if(i32.ltU(told, i32.const(toldMaximum)), () => {
    f.do(i32.store(i32.shl(told, i32.const(2)), frame, layout.toldFrames));
    f.do(i32.store(at0, i32.add(told, i32.const(1)), control.toldCount));
    f.set(flags, i32.and(flags, i32.const(~FrameFlag.unwritable)));
    f.do(i32.store8(frame, flags, layout.frameFlags));
  });
}

/** On a return to user mode: frames that were told of are told of again at their next store. */
export function tellAgain(f: FunctionBuilder, helpers: HelperFunctions, layout: MemoryMap): void {
  const told = f.local('i32', i32.load(at0, control.toldCount));
  f.if(told, () => {
    f.loop((again) => {
      f.set(told, i32.sub(told, i32.const(1)));
      f.do(call(helpers.reviewFrame, i32.load(i32.shl(told, i32.const(2)), layout.toldFrames)));
      f.branchIf(told, again);
    });
    f.do(i32.store(at0, at0, control.toldCount));
  });
}
