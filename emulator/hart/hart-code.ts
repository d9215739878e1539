// Small expressions over hart state that the generated helpers share: reading and writing state words and registers,
// the machine's clock, and asking the interpreter to leave.
import { control, type MemoryMap } from '../memory-layout.js';
import type { FunctionBuilder } from '../wasm/function-builder.js';
import { i32, i64, type FunctionReference, type I32, type I64 } from '../wasm/expression.js';
import { hartBytes, Mode, stateOffset, workOffset, type StateWord } from './state.js';

/** The generated functions that call each other; filled in as they are declared. */
export interface HelperFunctions {
  /** (hart, cause with interrupt bit, value): takes a trap; pc is state.pc. Sets `trapped`. */
  trap: FunctionReference<'void'>;
  /** (hart, slot address): raises illegal instruction with the instruction's bits. */
  illegal: FunctionReference<'void'>;
  /** (hart): takes the highest enabled pending interrupt, if any; 1 when it did. */
  takeInterrupt: FunctionReference<'i32'>;
  /** (kind | size << 16, hart, pc, a, b, c, d, e): appends a record to the event ring. */
  append: FunctionReference<'void'>;
  /** (hart, kind | size << 16, field a, old, new, locks held): appends the record of a store. */
  appendStore: FunctionReference<'void'>;
  /** (hart, linear address of an 8-byte word, its old value): a store to a frame with watched words was done. */
  watchedWritten: FunctionReference<'void'>;
  /** (old, new): an entry of the last level of a watched table was changed. */
  leafChanged: FunctionReference<'void'>;
  /** (frame number): whether the kernel's stores to it are told is decided anew. */
  reviewFrame: FunctionReference<'void'>;
  /** (old, new): the head of a list of free frames was changed. */
  freeHeadChanged: FunctionReference<'void'>;
  /** (hart): the locks it holds, see ring/held-locks-code.ts. */
  heldLocks: FunctionReference<'i32'>;
  /** (hart, cause, value): a trap out of user mode; see ring/fault-content-code.ts. */
  faultBegins: FunctionReference<'void'>;
  /** (hart, pc): a return to user mode; a `PageOutcome`. */
  faultEnds: FunctionReference<'i32'>;
  /** (hart, mode): chooses the TLB that accesses of the mode use, as satp and mstatus are now. */
  chooseTlb: FunctionReference<'void'>;
  /** (frame number): a page table that is not watched yet was put into satp. */
  rootSeen: FunctionReference<'void'>;
  /** (hart, virtual address): the physical address a load would read, or -1; without any effect. */
  peek: FunctionReference<'i64'>;
  /** The same for a page of a program; -1 for others. */
  peekUser: FunctionReference<'i64'>;
  /** Makes all harts' TLBs forget stores: a frame was flagged. */
  forgetStores: FunctionReference<'void'>;
  /** (linear address): forgets what rests on a page table that is one no more. */
  forgetTable: FunctionReference<'void'>;
  /** Makes all harts' TLBs forget all: a page table changed. */
  forgetTranslations: FunctionReference<'void'>;
  /** (hart, virtual address, access, mode): the physical address, or -1 after taking a trap. */
  translate: FunctionReference<'i64'>;
}

export const word = (h: I32, name: StateWord): I64 => i64.load(h, stateOffset[name]);
export const mode = (h: I32): I32 => i32.load(h, stateOffset.mode);
export const register = (h: I32, index: number): I64 => i64.load(h, index * 8);

/** Stores a state word of the hart with base `h`. */
export function setWord(f: FunctionBuilder, h: I32, name: StateWord, value: I64): void {
  f.do(i64.store(h, value, stateOffset[name]));
}

/** Replaces the bits of `mask` in a state word. */
export function replaceBits(f: FunctionBuilder, h: I32, name: StateWord, mask: bigint, value: I64): void {
  const kept = i64.and(word(h, name), i64.const(~mask));
  setWord(f, h, name, i64.or(kept, i64.and(value, i64.const(mask))));
}

/** True when any of the bits is set. */
export const anyBit = (value: I64, bits: bigint): I32 =>
  i64.ne(i64.and(value, i64.const(bits)), i64.const(0n));

/** The cycle of the instruction being executed; valid once `control.budget` has been stored. */
export function currentCycle(): I64 {
  const atZero = i64.load(i32.const(0), control.sliceEnd);
  return i64.sub(atZero, i64.extendS(i32.add(i32.load(i32.const(0), control.budget), i32.const(1))));
}

/** Remembers that translations were fenced now; nothing depends on it but records. */
export function noteFence(f: FunctionBuilder, h: I32): void {
  f.do(i64.store(h, currentCycle(), workOffset.fencedAt));
}

/** Asks the interpreter to return to the host after this instruction. */
export function requestLeave(f: FunctionBuilder): void {
  f.do(i32.store(i32.const(0), i32.const(1), control.leave));
}

/** Values of the word at `workOffset.trapped`: a trap was taken and pc is the handler's; or pc must be fetched anew. */
export const Sync = { trapped: 1, refetch: 2 } as const;

/** True after a trap; what was asked for did not happen. */
export const trapped = (h: I32): I32 => i32.eq(i32.load(h, workOffset.trapped), i32.const(Sync.trapped));

/** True when the following instruction must not be taken from the decoded page at hand, for either reason. */
export const outOfStep = (h: I32): I32 => i32.load(h, workOffset.trapped);

/** Notes whether a helper has taken a trap: then `pc` is the handler’s already. */
export function setTrapped(f: FunctionBuilder, h: I32, value: number): void {
  f.do(i32.store(h, i32.const(value), workOffset.trapped));
}

/** Accesses see another translation from now on: the TLBs of the modes are chosen when they are next needed. */
export function chooseTlbAgain(f: FunctionBuilder, h: I32): void {
  for (const mode of [Mode.user, Mode.supervisor])
    f.do(i32.store(h, i32.const(0), workOffset.tlbOfMode + 4 * mode));
}

/** Bytes of RAM. */
export const ramBytes = (): I64 => i64.load(i32.const(0), control.ramBytes);

/** Index of the hart with base `h`. */
export function hartNumber(h: I32, layout: MemoryMap): I32 {
  return i32.shrU(i32.sub(h, i32.const(layout.hartBase)), i32.const(Math.log2(hartBytes)));
}

/** Makes a waiting loop begin anew: at the start of a slice and at a trap, after which memory may be another. */
export function forgetWaiting(f: FunctionBuilder, h: I32): void {
  f.do(i32.store(h, i32.const(0), workOffset.waitRow));
}
