// Generated code of memory accesses that miss the TLB's fast path: page crossings, first touches, devices, and frames
// whose stores are watched or hold decoded code.
import { mode, trapped, word, type HelperFunctions } from '../hart/hart-code.js';
import { Mstatus } from '../hart/mstatus.js';
import { Mode, tlb } from '../hart/state.js';
import { control, FrameFlag, type MemoryMap } from '../memory-layout.js';
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
import {
  beyondPage,
  flagsOf,
  frameNumber,
  inRam,
  linear,
  type MemoryHost,
  type Parts,
} from './access-parts.js';
import { lookUpNoticed, storeBytes, storeFlagged, storeNoticed } from './noticed-store-code.js';
import { fillTlb, tlbEntry, tlbOf } from './tlb-code.js';
import { flagsBeyondClean } from './unwatched-code.js';
import { Access, accessFaultCause } from './translate-code.js';

/** The generated functions of the slow path. */
export interface AccessFunctions {
  /** (hart, va, bytes): zero-extended value. */
  load: FunctionReference<'i64'>;
  /** (hart, TLB of the mode that data accesses act in, va, bytes, value). */
  store: FunctionReference<'void'>;
  /** (hart, va): linear address of a frame that may be written in place; 0 after a trap. Does not cross pages. */
  writable: FunctionReference<'i32'>;
  /** (TLB entry, va, tag): linear address of a store that needs no notice after all; 0 for none. */
  unwatched: FunctionReference<'i32'>;
  /** (hart, linear address, old 8-byte word): tells watchers what an in-place write did. */
  written: FunctionReference<'void'>;
}

const at0 = i32.const(0);

/** Mode that loads and stores act in: MPP under MPRV (privileged specification 3.1.6.3). */
export function dataMode(f: FunctionBuilder, h: I32): Local<'i32'> {
  const effective = f.local('i32', mode(h));
  const mprv = i64.ne(i64.and(word(h, 'mstatus'), i64.const(Mstatus.mprv)), i64.const(0n));
  f.if(i32.and(mprv, i32.eq(effective, i32.const(Mode.machine))), () => {
    const mpp = i64.and(i64.shrU(word(h, 'mstatus'), i64.const(Mstatus.mppShift)), i64.const(3n));
    f.set(effective, i32.wrap(mpp));
  });
  return effective;
}

/** Host bytes `bytes` (1, 2, 4, 8) at `at`, zero-extended. */
function loadBytes(f: FunctionBuilder, at: I32, bytes: I32): Local<'i64'> {
  const value = f.local('i64');
  f.if(i32.eq(bytes, i32.const(8)), () => f.set(value, i64.load(at)));
  f.if(i32.eq(bytes, i32.const(4)), () => f.set(value, i64.load32U(at)));
  f.if(i32.eq(bytes, i32.const(2)), () => f.set(value, i64.load16U(at)));
  f.if(i32.eq(bytes, i32.const(1)), () => f.set(value, i64.load8U(at)));
  return value;
}

const nextPage = (va: I64): I64 => i64.and(i64.add(va, i64.const(4096n)), i64.const(-4096n));

/** Body of `load(hart, va, bytes)`. */
export function buildLoad(
  f: FunctionBuilder,
  helpers: HelperFunctions,
  host: MemoryHost,
  layout: MemoryMap,
): void {
  const parts: Parts = { f, helpers, host, layout, h: f.parameter('i32', 0) };
  const va = f.parameter('i64', 1);
  const bytes = f.parameter('i32', 2);
  const effective = dataMode(f, parts.h);
  const physical = f.local('i64');
  const translate = (address: I64): I64 =>
    call(helpers.translate, parts.h, address, i32.const(Access.load), effective);
  f.set(physical, translate(va));
  f.if(trapped(parts.h), () => f.return(i64.const(0n)));
  f.if(i32.ltS(i32.const(0), beyondPage(va, bytes)), () => loadAcross(parts, va, bytes, physical, translate));
  f.if(inRam(physical), () => {
    const at = f.local('i32', linear(physical, layout));
    f.if(
      i32.and(flagsOf(frameNumber(at, layout), layout), i32.const(FrameFlag.guarded)),
      () => f.do(call(host.guardedLoad, i32.wrap(physical), bytes)),
      () => fillTlb(f, parts.h, effective, tlb.load, va, i32.sub(at, i32.wrap(va))),
    );
    f.return(loadBytes(f, at, bytes));
  });
  const answered = call(host.deviceLoad, deviceAddress(physical), bytes);
  refuseDevice(parts, Access.load, va, answered, i64.const(0n));
  const high = i64.shl(i64.load32U(at0, control.loadHigh), i64.const(32n));
  f.return(i64.or(i64.load32U(at0, control.loadLow), high));
}

/** Addresses beyond 4 GiB have no device: they become 0, where nothing answers. */
const deviceAddress = (physical: I64): I32 =>
  i32.select(i64.eqz(i64.shrU(physical, i64.const(32n))), i32.wrap(physical), at0);

function refuseDevice(parts: Parts, access: number, va: I64, answered: I32, value?: I64 | I32): void {
  const { f, h, helpers } = parts;
  f.if(i32.eqz(answered), () => {
    f.do(call(helpers.trap, h, accessFaultCause(i32.const(access)), va));
    f.return(value);
  });
}

/** Both pages are translated before anything is read; each byte is then read from its own page. */
function loadAcross(
  parts: Parts,
  va: I64,
  bytes: Local<'i32'>,
  first: Local<'i64'>,
  translate: (va: I64) => I64,
): void {
  const { f, h, layout } = parts;
  const second = f.local('i64', translate(nextPage(va)));
  f.if(trapped(h), () => f.return(i64.const(0n)));
  const both = i32.and(inRam(first), inRam(second));
  refuseDevice(parts, Access.load, refusedPart(va, first), both, i64.const(0n));
  const value = f.local('i64');
  const index = f.local('i32');
  tellGuarded(parts, va, bytes, first, second);
  f.loop((again) => {
    const byte = i64.load8U(byteOfCrossing(va, index, first, second, layout));
    f.set(value, i64.or(value, i64.shl(byte, i64.extendU(i32.shl(index, i32.const(3))))));
    f.set(index, i32.add(index, i32.const(1)));
    f.branchIf(i32.ltU(index, bytes), again);
  });
  f.return(value);
}

/** A load across pages is told as two. */
function tellGuarded(parts: Parts, va: I64, bytes: I32, first: I64, second: I64): void {
  const { f, host, layout } = parts;
  const beyond = f.local('i32', beyondPage(va, bytes));
  const tell = (physical: I64, length: I32): void =>
    f.if(
      i32.and(flagsOf(frameNumber(linear(physical, layout), layout), layout), i32.const(FrameFlag.guarded)),
      () => f.do(call(host.guardedLoad, i32.wrap(physical), length)),
    );
  tell(first, i32.sub(bytes, beyond));
  tell(second, beyond);
}

/** The address of the part of a crossing access that is not in RAM: what stval is to hold (3.1.16). */
function refusedPart(va: I64, first: I64): I64 {
  return i64.select(inRam(first), nextPage(va), va);
}

/** Linear address of byte `index` of an access that starts in one page and ends in the next. */
function byteOfCrossing(va: I64, index: I32, first: I64, second: I64, layout: MemoryMap): I32 {
  const over = i32.sub(i32.add(i32.and(i32.wrap(va), i32.const(4095)), index), i32.const(4096));
  const inFirst = i32.ltS(over, i32.const(0));
  return i32.select(inFirst, i32.add(linear(first, layout), index), i32.add(linear(second, layout), over));
}

/** Body of `store(hart, TLB, va, bytes, value)`. */
export function buildStore(
  f: FunctionBuilder,
  helpers: HelperFunctions,
  host: MemoryHost,
  layout: MemoryMap,
  written: FunctionReference<'void'>,
): void {
  const parts: Parts = { f, helpers, host, layout, h: f.parameter('i32', 0) };
  const va = f.parameter('i64', 2);
  const bytes = f.parameter('i32', 3);
  const value = f.parameter('i64', 4);
  const entry = f.local('i32', tlbEntry(f.parameter('i32', 1), va));
  storeNoticed(parts, { entry, va, bytes, value }, written);
  const effective = dataMode(f, parts.h);
  const translate = (address: I64): I64 =>
    call(helpers.translate, parts.h, address, i32.const(Access.store), effective);
  const physical = f.local('i64', translate(va));
  f.if(trapped(parts.h), () => f.return());
  f.if(i32.ltS(i32.const(0), beyondPage(va, bytes)), () => {
    storeAcross(parts, va, bytes, value, physical, translate, written);
  });
  f.if(inRam(physical), () => {
    const at = f.local('i32', linear(physical, layout));
    f.if(flagsBeyondClean(parts, at), () => {
      fillTlb(f, parts.h, effective, tlb.noticedStore, va, i32.sub(at, i32.wrap(va)));
      storeFlagged(parts, at, bytes, value, written);
      f.return();
    });
    fillTlb(f, parts.h, effective, tlb.store, va, i32.sub(at, i32.wrap(va)));
    storeBytes(f, at, bytes, value);
    f.return();
  });
  const high = i32.wrap(i64.shrU(value, i64.const(32n)));
  const answered = call(host.deviceStore, deviceAddress(physical), bytes, i32.wrap(value), high);
  refuseDevice(parts, Access.store, va, answered);
}

function storeAcross(
  parts: Parts,
  va: I64,
  bytes: Local<'i32'>,
  value: Local<'i64'>,
  first: Local<'i64'>,
  translate: (va: I64) => I64,
  written: FunctionReference<'void'>,
): void {
  const { f, h, layout } = parts;
  const second = f.local('i64', translate(nextPage(va)));
  f.if(trapped(h), () => f.return());
  const both = i32.and(inRam(first), inRam(second));
  refuseDevice(parts, Access.store, refusedPart(va, first), both);
  const index = f.local('i32');
  f.loop((again) => {
    const at = f.local('i32', byteOfCrossing(va, index, first, second, layout));
    const byte = i64.shrU(value, i64.extendU(i32.shl(index, i32.const(3))));
    storeFlagged(parts, at, i32.const(1), byte, written);
    f.set(index, i32.add(index, i32.const(1)));
    f.branchIf(i32.ltU(index, bytes), again);
  });
  f.return();
}

/** Body of `writable(hart, va)`: for atomics. Devices have no atomics: an access fault. */
export function buildWritable(
  f: FunctionBuilder,
  helpers: HelperFunctions,
  host: MemoryHost,
  layout: MemoryMap,
): void {
  const parts: Parts = { f, helpers, host, layout, h: f.parameter('i32', 0) };
  const va = f.parameter('i64', 1);
  const effective = dataMode(f, parts.h);
  const noticed = lookUpNoticed(parts, tlbEntry(tlbOf(parts.h, effective), va), va);
  f.if(noticed, () => f.return(noticed));
  const store = i32.const(Access.store);
  const physical = f.local('i64', call(helpers.translate, parts.h, va, store, effective));
  f.if(trapped(parts.h), () => f.return(at0));
  refuseDevice(parts, Access.store, va, inRam(physical), at0);
  const at = f.local('i32', linear(physical, layout));
  const offset = i32.sub(at, i32.wrap(va));
  f.if(
    flagsOf(frameNumber(at, layout), layout),
    () => fillTlb(f, parts.h, effective, tlb.noticedStore, va, offset),
    () => fillTlb(f, parts.h, effective, tlb.store, va, offset),
  );
  f.return(at);
}
