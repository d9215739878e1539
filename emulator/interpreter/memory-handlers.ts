// Handlers that touch memory: the TLB's fast path inline, everything else through the access helpers.
import { Cause } from '../hart/trap-code.js';
import { tlb } from '../hart/state.js';
import type { AccessBytes, Effect } from '../isa/instruction.js';
import { tlbEntry } from '../mmu/translate-code.js';
import { call, i32, i64, type I32, type I64 } from '../wasm/expression.js';
import {
  advance,
  advanceSlowly,
  continueAtTrap,
  firstRegister,
  immediate,
  immediate32,
  publish,
  raise,
  readRegister,
  secondRegister,
  setWord,
  stateOffset,
  writeRegister,
  type Context,
} from './context.js';

type Of<K extends Effect['kind']> = Extract<Effect, { kind: K }>;

/** Tag an aligned access within one page must find: a misaligned address never equals it. */
const tagOf = (va: I64, bytes: AccessBytes): I64 => i64.and(va, i64.const(BigInt(-4096 | (bytes - 1))));

const loads: Record<AccessBytes, Record<'signed' | 'unsigned', (at: I32) => I64>> = {
  1: { signed: i64.load8S, unsigned: i64.load8U },
  2: { signed: i64.load16S, unsigned: i64.load16U },
  4: { signed: i64.load32S, unsigned: i64.load32U },
  8: { signed: i64.load, unsigned: i64.load },
};
const stores: Record<AccessBytes, (at: I32, value: I64) => ReturnType<typeof i64.store>> = {
  1: i64.store8,
  2: i64.store16,
  4: i64.store32,
  8: i64.store,
};

/** Sets `at` to the linear address when the TLB has it, else runs `miss`, which must not fall through. */
function lookUp(c: Context, kind: number, bytes: AccessBytes, miss: () => void): void {
  c.f.set(c.at, tlbEntry(c.tlb, c.va));
  c.f.if(i64.ne(i64.load(c.at, kind), tagOf(c.va, bytes)), miss);
  c.f.set(c.at, i32.add(i32.wrap(c.va), i32.load(c.at, kind + 8)));
}

const signExtend: Record<AccessBytes, (value: I64) => I64> = {
  1: i64.extend8S,
  2: i64.extend16S,
  4: i64.extend32S,
  8: (value) => value,
};

/** Loads into the first register; `finish` shapes the value (NaN boxing). */
export function load(
  c: Context,
  length: number,
  effect: { bytes: AccessBytes; signed: boolean },
  finish: (value: I64) => I64 = (value) => value,
): void {
  const { bytes, signed } = effect;
  c.f.set(c.va, i64.add(readRegister(c, secondRegister(c)), immediate(c)));
  lookUp(c, tlb.load, bytes, () => {
    publish(c);
    c.f.set(c.value, call(c.functions.load, c.h, c.va, i32.const(bytes)));
    continueAtTrap(c);
    writeRegister(c, finish(signed ? signExtend[bytes](c.value) : c.value));
    advanceSlowly(c, length);
  });
  writeRegister(c, finish(loads[bytes][signed ? 'signed' : 'unsigned'](c.at)));
  advance(c, length);
}

/** Stores `bytes` of rs2 to rs1 + imm. */
export function store(c: Context, length: number, bytes: AccessBytes): void {
  c.f.set(c.va, i64.add(readRegister(c, secondRegister(c)), immediate(c)));
  lookUp(c, tlb.store, bytes, () => {
    publish(c);
    const value = readRegister(c, firstRegister(c));
    c.f.do(call(c.functions.store, c.h, c.va, i32.const(bytes), value));
    continueAtTrap(c);
    advanceSlowly(c, length);
  });
  c.f.do(stores[bytes](c.at, readRegister(c, firstRegister(c))));
  advance(c, length);
}

/** Atomics need natural alignment ("A" extension, 8.2). */
function requireAligned(c: Context, bytes: number, cause: number): void {
  const misaligned = i64.ne(i64.and(c.va, i64.const(BigInt(bytes - 1))), i64.const(0n));
  c.f.if(misaligned, () => raise(c, cause, c.va));
}

/** Sets `at` to where the word may be written in place; `slow` when writing must be told. */
function lookUpWritable(c: Context, bytes: AccessBytes): void {
  c.f.set(c.slow, i32.const(0));
  c.f.set(c.at, tlbEntry(c.tlb, c.va));
  c.f.if(
    i64.ne(i64.load(c.at, tlb.store), tagOf(c.va, bytes)),
    () => {
      publish(c);
      c.f.set(c.at, call(c.functions.writable, c.h, c.va));
      continueAtTrap(c);
      c.f.set(c.slow, i32.const(1));
    },
    () => c.f.set(c.at, i32.add(i32.wrap(c.va), i32.load(c.at, tlb.store + 8))),
  );
}

/** Stores `value` at `at`, telling watchers where the frame has any. */
function storeInPlace(c: Context, bytes: AccessBytes, value: I64): void {
  const { f } = c;
  f.if(
    c.slow,
    () => {
      const wordAt = i32.and(c.at, i32.const(-8));
      f.set(c.other, i64.load(wordAt));
      f.do(stores[bytes](c.at, value));
      f.do(call(c.functions.written, c.h, wordAt, c.other));
    },
    () => f.do(stores[bytes](c.at, value)),
  );
}

/** An AMO: the old value to rd, the combined one to memory, in one step. */
export function atomic(c: Context, length: number, effect: Of<'amo'>): void {
  const { bytes } = effect;
  c.f.set(c.va, readRegister(c, secondRegister(c)));
  requireAligned(c, bytes, Cause.storeMisaligned);
  lookUpWritable(c, bytes);
  const operand = readRegister(c, i32.and(immediate32(c), i32.const(0xff)));
  c.f.set(c.value, loads[bytes].signed(c.at));
  c.f.set(c.va, bytes === 4 ? i64.extend32S(operand) : operand);
  c.f.set(c.va, effect.combine(c.algebra, c.value as I64, c.va as I64));
  storeInPlace(c, bytes, c.va);
  writeRegister(c, c.value);
  advanceSlowly(c, length);
}

/** Loads, and remembers the address as reserved. */
export function loadReserved(c: Context, length: number, effect: Of<'load_reserved'>): void {
  const { bytes } = effect;
  c.f.set(c.va, readRegister(c, secondRegister(c)));
  requireAligned(c, bytes, Cause.loadMisaligned);
  publish(c);
  c.f.set(c.value, call(c.functions.load, c.h, c.va, i32.const(bytes)));
  continueAtTrap(c);
  setWord(c.f, c.h, 'reserved_address', c.va);
  writeRegister(c, signExtend[bytes](c.value));
  advanceSlowly(c, length);
}

/** Stores where the reservation still holds, and says in rd whether it did (0) or not (1). */
export function storeConditional(c: Context, length: number, effect: Of<'store_conditional'>): void {
  const { bytes } = effect;
  c.f.set(c.va, readRegister(c, secondRegister(c)));
  requireAligned(c, bytes, Cause.storeMisaligned);
  const reserved = i64.load(c.h, stateOffset.reserved_address);
  c.f.if(i64.ne(reserved, c.va), () => {
    setWord(c.f, c.h, 'reserved_address', i64.const(-1n));
    writeRegister(c, i64.const(1n));
    advance(c, length);
  });
  lookUpWritable(c, bytes);
  setWord(c.f, c.h, 'reserved_address', i64.const(-1n));
  storeInPlace(c, bytes, readRegister(c, i32.and(immediate32(c), i32.const(0xff))));
  writeRegister(c, i64.const(0n));
  advanceSlowly(c, length);
}
