// Effects that touch memory: the TLB's fast path inline, everything else through the access helpers.
import { Cause } from '../hart/trap-code.js';
import { stateOffset, tlb, workOffset } from '../hart/state.js';
import type { AccessBytes, Effect } from '../isa/instruction.js';
import { tlbEntry } from '../mmu/tlb-code.js';
import { locateBeside } from '../mmu/unwatched-code.js';
import { call, i32, i64, type I32, type I64 } from '../wasm/expression.js';
import { requestLeave, setWord } from '../hart/hart-code.js';
import { control } from '../memory-layout.js';
import type { Execution } from './execution.js';
import { raise } from './raise.js';

type Of<K extends Effect['kind']> = Extract<Effect, { kind: K }>;

/** Tag an aligned access within one page must find: a misaligned address never equals it. */
const tagOf = (va: I64, bytes: AccessBytes): I64 => i64.and(va, i64.const(BigInt(-4096 | (bytes - 1))));

/** Loads from a linear address, by size and extension. */
export const loads: Record<AccessBytes, Record<'signed' | 'unsigned', (at: I32, offset?: number) => I64>> = {
  1: { signed: i64.load8S, unsigned: i64.load8U },
  2: { signed: i64.load16S, unsigned: i64.load16U },
  4: { signed: i64.load32S, unsigned: i64.load32U },
  8: { signed: i64.load, unsigned: i64.load },
};
/** Stores to a linear address, by size. */
export const stores: Record<
  AccessBytes,
  (at: I32, value: I64, offset?: number) => ReturnType<typeof i64.store>
> = {
  1: i64.store8,
  2: i64.store16,
  4: i64.store32,
  8: i64.store,
};

/** Sets `at` to the linear address when the TLB has it, else runs `miss`, which must not fall through. */
function lookUpLoad(x: Execution, bytes: AccessBytes, miss: () => void): void {
  x.f.set(x.at, tlbEntry(x.tlb, x.va));
  x.f.if(i64.ne(i64.load(x.at, tlb.load), tagOf(x.va, bytes)), miss);
  x.f.set(x.at, i32.add(i32.wrap(x.va), i32.load(x.at, tlb.load + 8)));
}

/** Sets `at` to where a store goes that the fast path allows; else to the TLB's entry, and runs `miss`. */
function lookUpStore(x: Execution, bytes: AccessBytes, miss: () => void): void {
  const { f, at, va } = x;
  f.set(at, tlbEntry(x.tlb, va));
  f.if(
    i64.ne(i64.load(at, tlb.store), tagOf(va, bytes)),
    () =>
      f.block((found) => {
        if (x.looksBeside) locateBeside(x, tagOf(va, bytes), found);
        miss();
      }),
    () => f.set(at, i32.add(i32.wrap(va), i32.load(at, tlb.store + 8))),
  );
}

const signExtend: Record<AccessBytes, (value: I64) => I64> = {
  1: i64.extend8S,
  2: i64.extend16S,
  4: i64.extend32S,
  8: (value) => value,
};

/** Loads into the first register; `finish` shapes the value (NaN boxing). */
export function load(
  x: Execution,
  effect: { bytes: AccessBytes; signed: boolean },
  finish: (value: I64) => I64 = (value) => value,
): void {
  const { bytes, signed } = effect;
  x.f.set(x.va, i64.add(x.rs1(), x.immediate()));
  lookUpLoad(x, bytes, () => {
    x.publish();
    x.f.set(x.value, call(x.functions.load, x.h, x.va, i32.const(bytes)));
    x.continueAtTrap();
    x.write(finish(signed ? signExtend[bytes](x.value) : x.value));
    x.nextSlowly();
  });
  x.write(finish(loads[bytes][signed ? 'signed' : 'unsigned'](x.at)));
  x.next();
}

/** Stores `bytes` of rs2 to rs1 + imm. */
export function store(x: Execution, bytes: AccessBytes): void {
  x.f.set(x.va, i64.add(x.rs1(), x.immediate()));
  lookUpStore(x, bytes, () => {
    x.publish();
    x.f.do(call(x.functions.store, x.h, x.tlb, x.va, i32.const(bytes), x.rs2()));
    x.continueAtTrap();
    x.nextSlowly();
  });
  x.f.do(stores[bytes](x.at, x.rs2()));
  x.next();
}

/** Atomics need natural alignment ("A" extension, 8.2). */
function requireAligned(x: Execution, bytes: number, cause: number): void {
  const misaligned = i64.ne(i64.and(x.va, i64.const(BigInt(bytes - 1))), i64.const(0n));
  x.f.if(misaligned, () => raise(x, cause, x.va));
}

/** Sets `at` to where the word may be written in place; `slow` when writing must be told. */
function lookUpWritable(x: Execution, bytes: AccessBytes): void {
  const { f, at, va } = x;
  f.set(x.slow, i32.const(0));
  lookUpStore(x, bytes, () => {
    f.set(at, call(x.functions.unwatched, at, va, tagOf(va, bytes)));
    f.if(i32.eqz(at), () => {
      x.publish();
      f.set(at, call(x.functions.writable, x.h, va));
      x.continueAtTrap();
      f.set(x.slow, i32.const(1));
    });
  });
}

/** Stores `value` at `at`, telling watchers where the frame has any. */
function storeInPlace(x: Execution, bytes: AccessBytes, value: I64): void {
  const { f } = x;
  f.if(
    x.slow,
    () => {
      const wordAt = i32.and(x.at, i32.const(-8));
      f.set(x.other, i64.load(wordAt));
      f.do(stores[bytes](x.at, value));
      f.do(i32.store(x.h, i32.const(1), workOffset.storesAtomically));
      f.do(call(x.functions.written, x.h, wordAt, x.other));
      f.do(i32.store(x.h, i32.const(0), workOffset.storesAtomically));
    },
    () => f.do(stores[bytes](x.at, value)),
  );
}

/** An AMO: the old value to rd, the combined one to memory, in one step. */
export function atomic(x: Execution, effect: Of<'amo'>): void {
  const { bytes } = effect;
  x.f.set(x.va, x.rs1());
  requireAligned(x, bytes, Cause.storeMisaligned);
  lookUpWritable(x, bytes);
  const operand = x.rs2();
  x.f.set(x.value, loads[bytes].signed(x.at));
  x.f.set(x.va, bytes === 4 ? i64.extend32S(operand) : operand);
  x.f.set(x.va, effect.combine(x.algebra, x.value as I64, x.va as I64));
  storeInPlace(x, bytes, x.va);
  x.write(x.value);
  x.f.if(x.slow, () => x.nextSlowly());
  x.next();
}

/** Loads, and remembers the address as reserved. */
export function loadReserved(x: Execution, effect: Of<'load_reserved'>): void {
  const { bytes } = effect;
  x.f.set(x.va, x.rs1());
  requireAligned(x, bytes, Cause.loadMisaligned);
  x.publish();
  x.f.set(x.value, call(x.functions.load, x.h, x.va, i32.const(bytes)));
  x.continueAtTrap();
  setWord(x.f, x.h, 'reserved_address', x.va);
  x.f.if(i32.load(i32.const(0), control.spansTurns), () => requestLeave(x.f));
  x.write(signExtend[bytes](x.value));
  x.nextSlowly();
}

/** Stores where the reservation still holds, and says in rd whether it did (0) or not (1). */
export function storeConditional(x: Execution, effect: Of<'store_conditional'>): void {
  const { bytes } = effect;
  x.f.set(x.va, x.rs1());
  requireAligned(x, bytes, Cause.storeMisaligned);
  const reserved = i64.load(x.h, stateOffset.reserved_address);
  x.f.if(i64.ne(reserved, x.va), () => {
    setWord(x.f, x.h, 'reserved_address', i64.const(-1n));
    x.write(i64.const(1n));
    x.next();
  });
  lookUpWritable(x, bytes);
  setWord(x.f, x.h, 'reserved_address', i64.const(-1n));
  storeInPlace(x, bytes, x.rs2());
  x.write(i64.const(0n));
  x.nextSlowly();
}
