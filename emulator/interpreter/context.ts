// What the bodies of the interpreter's handlers work with: the loop's locals, its labels, and the ways out of a body.
import type { EffectFunctions, Execution, Workspace } from '../effects/execution.js';
import { outOfStep, setTrapped, setWord, Sync, trapped, type HelperFunctions } from '../hart/hart-code.js';
import type { Instruction } from '../isa/instruction.js';
import { control } from '../memory-layout.js';
import type { Label } from '../wasm/function-builder.js';
import {
  i32,
  i64,
  type FunctionReference,
  type FunctionType,
  type I32,
  type I64,
  type Local,
} from '../wasm/expression.js';

/** Functions the interpreter calls besides the hart's helpers. */
export interface InterpreterFunctions extends HelperFunctions, EffectFunctions {
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
  /** A compiled routine; see jit/region-interface.ts. */
  routine: FunctionType<'i32'>;
  /** (hart, loop row, budget, TLB, rs2 - rs1): iterations of a recognised loop that were done at once. */
  loop: FunctionReference<'i32'>;
  /** (hart, loop row, budget, TLB): steps of a recognised waiting loop that pass at once. */
  wait: FunctionReference<'i32'>;
}

export interface Context extends Workspace {
  readonly functions: InterpreterFunctions;
  /** Instructions left in this slice, not counting the one being executed. */
  readonly budget: Local<'i32'>;
  /** Address of the slot being executed. */
  readonly slot: Local<'i32'>;
  /** First slot of its page. */
  readonly page: Local<'i32'>;
  /** pc = pcBase + slot / 4. */
  readonly pcBase: Local<'i64'>;
  readonly handler: Local<'i32'>;
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

/** The instruction at the slot, as effects see it; its second source is in the first field where there is no rd. */
export function executionOf(c: Context, instruction: Instruction, length: number): Execution {
  const second = (): I32 =>
    instruction.registers.rd === undefined ? firstRegister(c) : i32.and(immediate32(c), i32.const(0xff));
  return {
    ...placeOf(c),
    rs1: () => readRegister(c, secondRegister(c)),
    rs2: () => readRegister(c, second()),
    rs3: () => readRegister(c, i32.and(i32.shrU(immediate32(c), i32.const(8)), i32.const(0xff))),
    immediate: () => immediate(c),
    csrRow: () => immediate32(c),
    csrOperand: () => i64.extendU(secondRegister(c)),
    roundingField: () => i32.and(i32.shrU(immediate32(c), i32.const(16)), i32.const(7)),
    write: (value) => writeRegister(c, value),
    next: () => advance(c, length),
    nextSlowly: () => advanceSlowly(c, length),
  };
}

/** What raising an exception needs to know of the slot. */
export function placeOf(c: Context) {
  return {
    ...c,
    pc: () => pcOf(c),
    slotAddress: () => c.slot,
    publish: () => publish(c),
    continueAtTrap: () => continueAtTrap(c),
    goToTrap: () => c.f.branch(c.refetch),
  };
}

export { setTrapped, setWord, Sync };
