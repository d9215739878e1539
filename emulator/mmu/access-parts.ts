// What the generated code of memory accesses shares: the host functions it calls, and where in linear memory a physical
// address, a frame's number and its flags are.
import { ramBytes } from '../hart/hart-code.js';
import type { HelperFunctions } from '../hart/hart-code.js';
import { ramBase, type MemoryMap } from '../memory-layout.js';
import type { FunctionBuilder } from '../wasm/function-builder.js';
import { i32, i64, type FunctionReference, type I32, type I64, type Local } from '../wasm/expression.js';
import { Pte } from '../../tracer/schema/index.js';

/** Host functions that memory accesses need. */
export interface MemoryHost {
  /** (physical address, bytes): loads from a device into control.loadLow/High; 0 when nothing answers. */
  deviceLoad: FunctionReference<'i32'>;
  /** (physical address, bytes, low, high): stores to a device; 0 when nothing answers. */
  deviceStore: FunctionReference<'i32'>;
  /** (frame number): a store went to a frame with decoded code so often that the code is dropped. */
  dropCode: FunctionReference<'void'>;
  /** (frame number, byte offset in it): an 8-byte word of a page with recognised loops was overwritten. */
  loopOverwritten: FunctionReference<'void'>;
  /** (frame number): decoded code of a page with compiled code was overwritten. */
  regionOverwritten: FunctionReference<'void'>;
  /** (physical address, bytes): a load from a guarded frame, about to be done. */
  guardedLoad: FunctionReference<'void'>;
  /** (physical address of an 8-byte word, its old value): a store to a guarded frame, done. */
  guardedStore: FunctionReference<'void'>;
  /** (frame number of the table, physical address of the entry, level): the table was linked. */
  tableLinked: FunctionReference<'void'>;
}

/** What code is generated with. */
export interface Parts {
  readonly f: FunctionBuilder;
  readonly helpers: HelperFunctions;
  readonly host: MemoryHost;
  readonly layout: MemoryMap;
  readonly h: Local<'i32'>;
}

/** Physical address of the frame that a page-table entry names. */
export const entryTarget = (entry: I64): I64 =>
  i64.shl(i64.and(i64.shrU(entry, i64.const(Pte.numberShift)), i64.const(Pte.numberMask)), i64.const(12n));
export const ramOffset = (physical: I64): I64 => i64.sub(physical, i64.const(BigInt(ramBase)));
export const inRam = (physical: I64): I32 => i64.ltU(ramOffset(physical), ramBytes());
export const linear = (physical: I64, layout: MemoryMap): I32 =>
  i32.add(i32.wrap(ramOffset(physical)), i32.const(layout.ram));
export const frameNumber = (at: I32, layout: MemoryMap): I32 =>
  i32.shrU(i32.sub(at, i32.const(layout.ram)), i32.const(12));
/** Bytes of an access that lie beyond the page of `va`; not positive when none do. */
export const beyondPage = (va: I64, bytes: I32): I32 =>
  i32.sub(i32.add(i32.and(i32.wrap(va), i32.const(4095)), bytes), i32.const(4096));
/** Non-zero when an observer watches the 8-byte word at a linear address. */
export function isWatchedWord(f: FunctionBuilder, at: I32, layout: MemoryMap): I32 {
  const number = f.local('i32', i32.shrU(i32.sub(at, i32.const(layout.ram)), i32.const(3)));
  const byte = i32.load8U(i32.shrU(number, i32.const(3)), layout.watchBitmap);
  return i32.and(i32.shrU(byte, i32.and(number, i32.const(7))), i32.const(1));
}
export const flagsOf = (frame: I32, layout: MemoryMap): I32 => i32.load8U(frame, layout.frameFlags);
