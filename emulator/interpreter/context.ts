// What the bodies of the interpreter's handlers work with: the loop's locals, its labels, and the ways out of a body.
import { outOfStep, setTrapped, setWord, Sync, trapped, type HelperFunctions } from '../hart/hart-code.js';
import { stateOffset } from '../hart/state.js';
import type { Algebra } from '../isa/algebra.js';
import { control, type MemoryLayout } from '../memory-layout.js';
import type { AccessFunctions } from '../mmu/access-code.js';
import type { FunctionBuilder, Label } from '../wasm/function-builder.js';
import {
  call,
  i32,
  i64,
  type FunctionReference,
  type I32,
  type I64,
  type Local,
} from '../wasm/expression.js';

/** Functions the interpreter calls besides the hart's helpers. */
export interface InterpreterFunctions extends HelperFunctions, AccessFunctions {
  csr: FunctionReference<'i64'>;
  mret: FunctionReference<'void'>;
  sret: FunctionReference<'void'>;
  /** (hart, va): decoded page of the code at va; 0 after a trap. */
  fetch: FunctionReference<'i32'>;
  /** (slot): decodes the instruction the slot stands for. */
  decode: FunctionReference<'void'>;
  /** (hart, slot, pc): prepares the straddle slot; its address, or 0 after a trap. */
  straddle: FunctionReference<'i32'>;
  /** (slot's physical address): number of the probe there. */
  probe: FunctionReference<'i32'>;
  /** (hart, loop row, budget, TLB, rs2 - rs1): iterations of a recognised loop that were done at once. */
  loop: FunctionReference<'i32'>;
  /** (operation | format << 8, rounding, a, b, c): result; flags in control.floatFlags. */
  float: FunctionReference<'i64'>;
}

export interface Context {
  readonly f: FunctionBuilder;
  readonly functions: InterpreterFunctions;
  readonly algebra: Algebra<I64, I32>;
  readonly layout: MemoryLayout;
  /** Base of the hart. */
  readonly h: Local<'i32'>;
  /** Instructions left in this slice, not counting the one being executed. */
  readonly budget: Local<'i32'>;
  /** Address of the slot being executed. */
  readonly slot: Local<'i32'>;
  /** First slot of its page. */
  readonly page: Local<'i32'>;
  /** pc = pcBase + slot / 4. */
  readonly pcBase: Local<'i64'>;
  /** TLB that loads and stores use. */
  readonly tlb: Local<'i32'>;
  readonly handler: Local<'i32'>;
  /** Scratch. */
  readonly va: Local<'i64'>;
  readonly value: Local<'i64'>;
  readonly other: Local<'i64'>;
  readonly at: Local<'i32'>;
  readonly slow: Local<'i32'>;
  readonly next: Label;
  readonly refetch: Label;
  readonly dispatch: Label;
  readonly leave: Label;
}

/** The pc of the instruction being executed. */
export const pcOf = (c: Context): I64 => i64.add(c.pcBase, i64.extendU(i32.shrU(c.slot, i32.const(2))));

export const firstRegister = (c: Context): I32 => i32.load8U(c.slot, 2);
export const secondRegister = (c: Context): I32 => i32.load8U(c.slot, 3);
export const immediate = (c: Context): I64 => i64.load32S(c.slot, 4);
export const immediate32 = (c: Context): I32 => i32.load(c.slot, 4);

const registerAt = (c: Context, number: I32): I32 => i32.add(c.h, i32.shl(number, i32.const(3)));
export const readRegister = (c: Context, number: I32): I64 => i64.load(registerAt(c, number));
/** Stores to the first register of the operation; rd of x0 was packed as the sink. */
export function writeRegister(c: Context, value: I64): void {
  c.f.do(i64.store(registerAt(c, firstRegister(c)), value));
}

/** On to the following instruction. */
export function advance(c: Context, length: number): void {
  c.f.set(c.slot, i32.add(c.slot, i32.const(length * 4)));
  c.f.branch(c.next);
}

/** What helpers need to know about now: the pc, and the budget that gives the time. */
export function publish(c: Context): void {
  setWord(c.f, c.h, 'pc', pcOf(c));
  c.f.do(i32.store(i32.const(0), c.budget, control.budget));
}

/** After a helper that may have taken a trap: go on at the handler. */
export function continueAtTrap(c: Context): void {
  c.f.branchIf(trapped(c.h), c.refetch);
}

/** On to the following instruction, unless a helper asked to leave or to translate the pc again. */
export function advanceSlowly(c: Context, length: number): void {
  const { f } = c;
  f.set(c.slot, i32.add(c.slot, i32.const(length * 4)));
  f.if(outOfStep(c.h), () => {
    setWord(f, c.h, 'pc', pcOf(c));
    f.branch(c.refetch);
  });
  f.branchIf(i32.load(i32.const(0), control.leave), c.leave);
  f.branch(c.next);
}

/** Raises an exception of the instruction at hand; nothing of it has happened. */
export function raise(c: Context, cause: number | I64, value: I64): void {
  publish(c);
  const code = typeof cause === 'number' ? i64.const(BigInt(cause)) : cause;
  c.f.do(call(c.functions.trap, c.h, code, value));
  c.f.branch(c.refetch);
}

/** Raises illegal instruction for the instruction at hand. */
export function raiseIllegal(c: Context): void {
  publish(c);
  c.f.do(call(c.functions.illegal, c.h, c.slot));
  c.f.branch(c.refetch);
}

export { setTrapped, setWord, stateOffset, Sync };
