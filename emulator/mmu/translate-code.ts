// Generated code of address translation: the Sv39 walk with hardware A/D updates (privileged specification 4.3.2, step
// numbers below).
import { mode, word, type HelperFunctions, ramBytes } from '../hart/hart-code.js';
import { Mstatus } from '../hart/mstatus.js';
import { Mode } from '../hart/state.js';
import { Cause } from '../hart/trap-code.js';
import { FrameFlag, ramBase, type MemoryMap } from '../memory-layout.js';
import type { FunctionBuilder, Label } from '../wasm/function-builder.js';
import { call, i32, i64, type I32, type I64, type Local } from '../wasm/expression.js';
import { entryTarget } from './access-parts.js';
import { Pte, tableLevels } from '../../tracer/schema/index.js';

/** What an access wants; also the order of the fault causes. */
export const Access = { load: 0, store: 1, fetch: 2 } as const;

const failed = i64.const(-1n);

/** (hart, va, cause): raises a fault of the given cause and yields -1. */
function fault(f: FunctionBuilder, helpers: HelperFunctions, h: I32, cause: I64, va: I64): void {
  f.do(call(helpers.trap, h, cause, va));
  f.return(failed);
}

const pageFaultCause = (access: I32): I64 =>
  i64.extendU(
    i32.select(
      i32.eq(access, i32.const(Access.fetch)),
      i32.const(Cause.fetchPageFault),
      i32.add(i32.const(Cause.loadPageFault), i32.shl(access, i32.const(1))),
    ),
  );

/** Cause of an access fault: physical memory that is not there. */
export const accessFaultCause = (access: I32): I64 =>
  i64.extendU(
    i32.select(
      i32.eq(access, i32.const(Access.fetch)),
      i32.const(Cause.fetchAccess),
      i32.add(i32.const(Cause.loadAccess), i32.shl(access, i32.const(1))),
    ),
  );

/** Body of `translate(hart, va, access, mode)`: the physical address, or -1 after taking the trap. */
export function buildTranslate(f: FunctionBuilder, helpers: HelperFunctions, layout: MemoryMap): void {
  const h = f.parameter('i32', 0);
  const va = f.parameter('i64', 1);
  const access = f.parameter('i32', 2);
  const mode = f.parameter('i32', 3);
  const bare = i64.eqz(i64.shrU(word(h, 'satp'), i64.const(60n)));
  f.if(i32.or(i32.eq(mode, i32.const(Mode.machine)), bare), () => f.return(va));
  f.block((pageFault) => {
    const canonical = i64.shrS(i64.shl(va, i64.const(25n)), i64.const(25n));
    f.branchIf(i64.ne(canonical, va), pageFault);
    walk(f, { helpers, layout, h, va, access, mode, pageFault });
  });
  fault(f, helpers, h, pageFaultCause(access), va);
}

interface Walk {
  readonly helpers: HelperFunctions;
  readonly layout: MemoryMap;
  readonly h: Local<'i32'>;
  readonly va: Local<'i64'>;
  readonly access: Local<'i32'>;
  readonly mode: Local<'i32'>;
  readonly pageFault: Label;
}

function walk(f: FunctionBuilder, w: Walk): void {
  const { h, va } = w;
  const table = f.local('i64', i64.shl(i64.and(word(h, 'satp'), i64.const(Pte.numberMask)), i64.const(12n)));
  const entryAt = f.local('i32');
  const entry = f.local('i64');
  const pageMask = f.local('i64');
  f.block((leaf) => {
    for (let level = tableLevels - 1; level >= 0; level--) {
      const shift = BigInt(12 + 9 * level);
      f.set(pageMask, i64.const((1n << shift) - 1n));
      loadEntry(f, w, table, level, entryAt, entry); // steps 2 and 3
      const pointer = i64.eqz(i64.and(entry, i64.const(Pte.r | Pte.x)));
      f.branchIf(i32.eqz(pointer), leaf); // step 4
      const leafBits = i64.and(entry, i64.const(Pte.a | Pte.d | Pte.u));
      f.branchIf(i64.ne(leafBits, i64.const(0n)), w.pageFault);
      f.set(table, entryTarget(entry));
    }
    f.branch(w.pageFault);
  });
  checkPermission(f, w, entry); // step 5
  const number = entryTarget(entry);
  f.branchIf(i64.ne(i64.and(number, pageMask), i64.const(0n)), w.pageFault); // step 6
  updateAccessed(f, w, entryAt, entry); // step 7
  f.return(i64.or(number, i64.and(va, pageMask))); // step 8
}

function loadEntry(
  f: FunctionBuilder,
  w: Walk,
  table: Local<'i64'>,
  level: number,
  entryAt: Local<'i32'>,
  entry: Local<'i64'>,
): void {
  const { h, va, layout } = w;
  const offset = f.local('i64', i64.sub(table, i64.const(BigInt(ramBase))));
  f.if(i64.geU(offset, ramBytes()), () => fault(f, w.helpers, h, accessFaultCause(w.access), va));
  const index = i64.and(i64.shrU(va, i64.const(BigInt(12 + 9 * level))), i64.const(511n));
  const at = i64.add(offset, i64.shl(index, i64.const(3n)));
  f.set(entryAt, i32.add(i32.wrap(at), i32.const(layout.ram)));
  f.set(entry, i64.load(entryAt));
  markWalked(f, w, offset, level);
  const writeOnly = i64.eq(i64.and(entry, i64.const(Pte.r | Pte.w)), i64.const(Pte.w));
  const invalid = i32.eqz(i32.wrap(i64.and(entry, i64.const(Pte.v))));
  const reserved = i64.ne(i64.and(entry, i64.const(Pte.reserved)), i64.const(0n));
  f.branchIf(i32.or(i32.or(invalid, writeOnly), reserved), w.pageFault);
}

/** Translations stay coherent with memory: from now on stores to this table are noticed. */
function markWalked(f: FunctionBuilder, { helpers, layout }: Walk, offset: I64, level: number): void {
  const frame = f.local('i32', i32.wrap(i64.shrU(offset, i64.const(12n))));
  if (level > 0) f.do(i32.store8(frame, i32.const(1), layout.walkedUpper));
  const flags = f.local('i32', i32.load8U(frame, layout.frameFlags));
  f.if(i32.eqz(i32.and(flags, i32.const(FrameFlag.walked))), () => {
    f.do(i32.store8(frame, i32.or(flags, i32.const(FrameFlag.walked)), layout.frameFlags));
    // A frame with other flags has no store in any TLB anyway.
    f.if(i32.eqz(flags), () => f.do(call(helpers.forgetStores)));
  });
}

function checkPermission(f: FunctionBuilder, w: Walk, entry: Local<'i64'>): void {
  const { h, access, mode, pageFault } = w;
  const isUserPage = i64.ne(i64.and(entry, i64.const(Pte.u)), i64.const(0n));
  const isUser = i32.eqz(mode);
  const isFetch = i32.eq(access, i32.const(Access.fetch));
  f.if(
    isUser,
    () => f.branchIf(i32.eqz(isUserPage), pageFault),
    () => {
      const sum = i64.ne(i64.and(word(h, 'mstatus'), i64.const(Mstatus.sum)), i64.const(0n));
      f.branchIf(i32.and(isUserPage, i32.or(isFetch, i32.eqz(sum))), pageFault);
    },
  );
  const wanted = f.local('i64', i64.const(Pte.r));
  const mxr = i64.ne(i64.and(word(h, 'mstatus'), i64.const(Mstatus.mxr)), i64.const(0n));
  f.if(mxr, () => f.set(wanted, i64.const(Pte.r | Pte.x)));
  f.if(isFetch, () => f.set(wanted, i64.const(Pte.x)));
  f.if(i32.eq(access, i32.const(Access.store)), () => f.set(wanted, i64.const(Pte.w)));
  f.branchIf(i64.eqz(i64.and(entry, wanted)), pageFault);
}

/** The hardware sets A, and D on stores, in place; such updates are no events. */
function updateAccessed(f: FunctionBuilder, w: Walk, entryAt: Local<'i32'>, entry: Local<'i64'>): void {
  const isStore = i32.eq(w.access, i32.const(Access.store));
  const updated = f.local('i64', i64.or(entry, i64.const(Pte.a)));
  f.if(isStore, () => f.set(updated, i64.or(updated, i64.const(Pte.d))));
  f.if(i64.ne(updated, entry), () => {
    f.do(i64.store(entryAt, updated));
    const frame = f.local('i32', i32.shrU(i32.sub(entryAt, i32.const(w.layout.ram)), i32.const(12)));
    const flags = i32.load8U(frame, w.layout.frameFlags);
    f.do(i32.store8(frame, i32.and(flags, i32.const(~FrameFlag.clean)), w.layout.frameFlags));
  });
}

/**
 * Body of `peek(hart, va)`: the physical address a load in the present mode would read, or -1 where it would fault.
 * Takes no trap and changes nothing, so that observers may ask.
 * @param required flags that the leaf must have
 */
export function buildPeek(f: FunctionBuilder, layout: MemoryMap, required = 0n): void {
  const h = f.parameter('i32', 0);
  const va = f.parameter('i64', 1);
  const bare = i64.eqz(i64.shrU(word(h, 'satp'), i64.const(60n)));
  f.if(i32.or(i32.eq(mode(h), i32.const(Mode.machine)), bare), () => f.return(va));
  const table = f.local('i64', i64.shl(i64.and(word(h, 'satp'), i64.const(Pte.numberMask)), i64.const(12n)));
  const entry = f.local('i64');
  for (let level = tableLevels - 1; level >= 0; level--) {
    const shift = BigInt(12 + 9 * level);
    const offset = f.local('i64', i64.sub(table, i64.const(BigInt(ramBase))));
    f.if(i64.geU(offset, ramBytes()), () => f.return(failed));
    const index = i64.and(i64.shrU(va, i64.const(shift)), i64.const(511n));
    const at = i64.add(offset, i64.shl(index, i64.const(3n)));
    f.set(entry, i64.load(i32.add(i32.wrap(at), i32.const(layout.ram))));
    f.if(i64.eqz(i64.and(entry, i64.const(Pte.v))), () => f.return(failed));
    f.set(table, entryTarget(entry));
    const isLeaf = i64.ne(i64.and(entry, i64.const(Pte.r | Pte.x)), i64.const(0n));
    if (required) {
      const lacks = i64.ne(i64.and(entry, i64.const(required)), i64.const(required));
      f.if(i32.and(isLeaf, lacks), () => f.return(failed));
    }
    f.if(isLeaf, () => f.return(i64.or(table, i64.and(va, i64.const((1n << shift) - 1n)))));
  }
  f.return(failed);
}
