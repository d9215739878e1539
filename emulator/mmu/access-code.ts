// Generated code of memory accesses that miss the TLB's fast path: page crossings, first touches, devices, and frames
// whose stores are watched or hold decoded code.
import { mode, register, trapped, word, type HelperFunctions } from '../hart/hart-code.js';
import { Mstatus } from '../hart/mstatus.js';
import { Mode, tlb } from '../hart/state.js';
import { control, FrameFlag, ramBase, type MemoryLayout } from '../memory-layout.js';
import { RecordKind } from '../ring/records.js';
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
import { dropDecoded } from './overwritten-code.js';
import { Access, accessFaultCause, fillTlb } from './translate-code.js';
import { Pte } from './pte.js';

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
  /** (frame number of the table, physical address of the entry, level): the table was linked. */
  tableLinked: FunctionReference<'void'>;
}

/** The generated functions of the slow path. */
export interface AccessFunctions {
  /** (hart, va, bytes): zero-extended value. */
  load: FunctionReference<'i64'>;
  /** (hart, va, bytes, value). */
  store: FunctionReference<'void'>;
  /** (hart, va): linear address of a frame that may be written in place; 0 after a trap. Does not cross pages. */
  writable: FunctionReference<'i32'>;
  /** (hart, linear address, old 8-byte word): tells watchers what an in-place write did. */
  written: FunctionReference<'void'>;
}

interface Parts {
  readonly f: FunctionBuilder;
  readonly helpers: HelperFunctions;
  readonly host: MemoryHost;
  readonly layout: MemoryLayout;
  readonly h: Local<'i32'>;
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

function storeBytes(f: FunctionBuilder, at: I32, bytes: I32, value: I64): void {
  f.if(i32.eq(bytes, i32.const(8)), () => f.do(i64.store(at, value)));
  f.if(i32.eq(bytes, i32.const(4)), () => f.do(i64.store32(at, value)));
  f.if(i32.eq(bytes, i32.const(2)), () => f.do(i64.store16(at, value)));
  f.if(i32.eq(bytes, i32.const(1)), () => f.do(i64.store8(at, value)));
}

const ramOffset = (physical: I64): I64 => i64.sub(physical, i64.const(BigInt(ramBase)));
const inRam = (physical: I64, layout: MemoryLayout): I32 =>
  i64.ltU(ramOffset(physical), i64.const(BigInt(layout.memoryBytes)));
const linear = (physical: I64, layout: MemoryLayout): I32 =>
  i32.add(i32.wrap(ramOffset(physical)), i32.const(layout.ram));
const frameNumber = (at: I32, layout: MemoryLayout): I32 =>
  i32.shrU(i32.sub(at, i32.const(layout.ram)), i32.const(12));
const flagsOf = (frame: I32, layout: MemoryLayout): I32 => i32.load8U(frame, layout.frameFlags);

/** Bytes of the access that lie beyond the page of `va`; not positive when none do. */
const beyondPage = (va: I64, bytes: I32): I32 =>
  i32.sub(i32.add(i32.and(i32.wrap(va), i32.const(4095)), bytes), i32.const(4096));

const nextPage = (va: I64): I64 => i64.and(i64.add(va, i64.const(4096n)), i64.const(-4096n));

/** Body of `load(hart, va, bytes)`. */
export function buildLoad(
  f: FunctionBuilder,
  helpers: HelperFunctions,
  host: MemoryHost,
  layout: MemoryLayout,
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
  f.if(inRam(physical, layout), () => {
    const at = f.local('i32', linear(physical, layout));
    fillTlb(f, parts.h, effective, tlb.load, va, i32.sub(at, i32.wrap(va)));
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
  const both = i32.and(inRam(first, layout), inRam(second, layout));
  refuseDevice(parts, Access.load, refusedPart(va, first, layout), both, i64.const(0n));
  const value = f.local('i64');
  const index = f.local('i32');
  f.loop((again) => {
    const byte = i64.load8U(byteOfCrossing(va, index, first, second, layout));
    f.set(value, i64.or(value, i64.shl(byte, i64.extendU(i32.shl(index, i32.const(3))))));
    f.set(index, i32.add(index, i32.const(1)));
    f.branchIf(i32.ltU(index, bytes), again);
  });
  f.return(value);
}

/** The address of the part of a crossing access that is not in RAM: what stval is to hold (3.1.16). */
function refusedPart(va: I64, first: I64, layout: MemoryLayout): I64 {
  return i64.select(inRam(first, layout), nextPage(va), va);
}

/** Linear address of byte `index` of an access that starts in one page and ends in the next. */
function byteOfCrossing(va: I64, index: I32, first: I64, second: I64, layout: MemoryLayout): I32 {
  const over = i32.sub(i32.add(i32.and(i32.wrap(va), i32.const(4095)), index), i32.const(4096));
  const inFirst = i32.ltS(over, i32.const(0));
  return i32.select(inFirst, i32.add(linear(first, layout), index), i32.add(linear(second, layout), over));
}

/** Body of `store(hart, va, bytes, value)`. */
export function buildStore(
  f: FunctionBuilder,
  helpers: HelperFunctions,
  host: MemoryHost,
  layout: MemoryLayout,
  written: FunctionReference<'void'>,
): void {
  const parts: Parts = { f, helpers, host, layout, h: f.parameter('i32', 0) };
  const va = f.parameter('i64', 1);
  const bytes = f.parameter('i32', 2);
  const value = f.parameter('i64', 3);
  const effective = dataMode(f, parts.h);
  const translate = (address: I64): I64 =>
    call(helpers.translate, parts.h, address, i32.const(Access.store), effective);
  const physical = f.local('i64', translate(va));
  f.if(trapped(parts.h), () => f.return());
  f.if(i32.ltS(i32.const(0), beyondPage(va, bytes)), () => {
    storeAcross(parts, va, bytes, value, physical, translate, written);
  });
  f.if(inRam(physical, layout), () => {
    const at = f.local('i32', linear(physical, layout));
    f.if(flagsOf(frameNumber(at, layout), layout), () => {
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

/** A store to a frame with flags; a misaligned one may touch two 8-byte words, told one by one. */
function storeFlagged(
  parts: Parts,
  at: I32,
  bytes: I32,
  value: I64,
  written: FunctionReference<'void'>,
): void {
  const { f, h } = parts;
  const first = f.local('i32', i32.and(at, i32.const(-8)));
  const last = f.local('i32', i32.and(i32.sub(i32.add(at, bytes), i32.const(1)), i32.const(-8)));
  const oldFirst = f.local('i64', i64.load(first));
  const oldLast = f.local('i64', i64.load(last));
  storeBytes(f, at, bytes, value);
  f.do(call(written, h, first, oldFirst));
  f.if(i32.ne(first, last), () => f.do(call(written, h, last, oldLast)));
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
  const both = i32.and(inRam(first, layout), inRam(second, layout));
  refuseDevice(parts, Access.store, refusedPart(va, first, layout), both);
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
  layout: MemoryLayout,
): void {
  const parts: Parts = { f, helpers, host, layout, h: f.parameter('i32', 0) };
  const va = f.parameter('i64', 1);
  const effective = dataMode(f, parts.h);
  const store = i32.const(Access.store);
  const physical = f.local('i64', call(helpers.translate, parts.h, va, store, effective));
  f.if(trapped(parts.h), () => f.return(at0));
  refuseDevice(parts, Access.store, va, inRam(physical, layout), at0);
  const at = f.local('i32', linear(physical, layout));
  f.if(i32.eqz(flagsOf(frameNumber(at, layout), layout)), () =>
    fillTlb(f, parts.h, effective, tlb.store, va, i32.sub(at, i32.wrap(va))),
  );
  f.return(at);
}

/** Body of `written(hart, linear address of an 8-byte word, its old value)`. */
export function buildWritten(
  f: FunctionBuilder,
  helpers: HelperFunctions,
  host: MemoryHost,
  layout: MemoryLayout,
): void {
  const parts: Parts = { f, helpers, host, layout, h: f.parameter('i32', 0) };
  const at = f.parameter('i32', 1);
  const old = f.parameter('i64', 2);
  const frame = f.local('i32', frameNumber(at, layout));
  const flags = f.local('i32', flagsOf(frame, layout));
  f.if(i32.eqz(flags), () => f.return());
  f.if(i32.and(flags, i32.const(FrameFlag.code)), () => dropDecoded(f, host, layout, at, frame));
  const now = f.local('i64', i64.load(at));
  f.if(i64.eq(old, now), () => f.return());
  f.if(i32.and(flags, i32.const(FrameFlag.walked)), () => forgetWalked(parts, frame, flags));
  f.if(i32.and(flags, i32.const(FrameFlag.table)), () => recordTableStore(parts, at, old, now, flags));
  f.if(i32.and(flags, i32.const(FrameFlag.watched)), () => recordWatchedStore(parts, at, old, now));
}

/** No translation rests on the frame any more: as long as none does, stores to it need no notice. */
function forgetWalked({ f, helpers, layout }: Parts, frame: I32, flags: I32): void {
  f.do(call(helpers.forgetTranslations));
  f.do(i32.store8(frame, i32.and(flags, i32.const(~FrameFlag.walked)), layout.frameFlags));
}

const physicalOf = (at: I32, layout: MemoryLayout): I64 =>
  i64.add(i64.extendU(i32.sub(at, i32.const(layout.ram))), i64.const(BigInt(ramBase)));

function recordTableStore(parts: Parts, at: I32, old: I64, now: Local<'i64'>, flags: Local<'i32'>): void {
  const { f, host, layout } = parts;
  const level = f.local('i32', i32.shrU(flags, i32.const(FrameFlag.levelShift)));
  const kind = i32.or(i32.const(RecordKind.tableStore), i32.shl(level, i32.const(16)));
  appendStore(parts, kind, at, old, now);
  const links = i64.eq(i64.and(now, i64.const(Pte.v | Pte.r | Pte.w | Pte.x)), i64.const(Pte.v));
  f.if(i32.and(links, i32.ne(level, at0)), () => {
    const target = f.local(
      'i64',
      i64.shl(i64.and(i64.shrU(now, i64.const(Pte.numberShift)), i64.const(Pte.numberMask)), i64.const(12n)),
    );
    f.if(inRam(target, layout), () => {
      const frame = frameNumber(linear(target, layout), layout);
      const below = i32.sub(level, i32.const(1));
      f.do(call(host.tableLinked, frame, i32.wrap(physicalOf(at, layout)), below));
    });
  });
}

function recordWatchedStore(parts: Parts, at: Local<'i32'>, old: I64, now: Local<'i64'>): void {
  const { f, layout } = parts;
  const wordNumber = f.local('i32', i32.shrU(i32.sub(at, i32.const(layout.ram)), i32.const(3)));
  const byte = i32.load8U(i32.shrU(wordNumber, i32.const(3)), layout.watchBitmap);
  f.if(i32.and(i32.shrU(byte, i32.and(wordNumber, i32.const(7))), i32.const(1)), () => {
    appendStore(parts, i32.const(RecordKind.watchedStore), at, old, now, pointee(parts, now));
  });
}

/** Low half of the word that a pointer into RAM points at, in the high half; 0 for other values. */
function pointee({ f, layout }: Parts, pointer: I64): I64 {
  const found = f.local('i64', i64.const(0n));
  const aligned = i64.eqz(i64.and(pointer, i64.const(7n)));
  f.if(i32.and(inRam(pointer, layout), aligned), () =>
    f.set(found, i64.shl(i64.load32U(linear(pointer, layout)), i64.const(32n))),
  );
  return found;
}

/** The store with what finding its call site needs: ra, and the word where a framed function saved it. */
function appendStore(parts: Parts, kind: I32, at: I32, old: I64, now: I64, extra?: I64): void {
  const { f, h, helpers, layout } = parts;
  const saved = f.local('i64');
  // Kernel stacks are not mapped one to one, so the address must be translated.
  const savedAt = f.local('i64', ramOffset(call(helpers.peek, h, i64.sub(register(h, 8), i64.const(8n)))));
  f.if(i64.ltU(savedAt, i64.const(BigInt(layout.memoryBytes - 8))), () =>
    f.set(saved, i64.load(i32.add(i32.wrap(savedAt), i32.const(layout.ram)))),
  );
  const physical = extra ? i64.or(physicalOf(at, layout), extra) : physicalOf(at, layout);
  f.do(call(helpers.append, kind, h, word(h, 'pc'), physical, old, now, register(h, 1), saved));
}
