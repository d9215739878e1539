// What the code of an instruction's effect is written against: its operands, where its result goes, and the ways out.
// The interpreter answers with loads from the decoded slot, the JIT with locals and constants.
import type { HelperFunctions } from '../hart/hart-code.js';
import type { Algebra } from '../isa/algebra.js';
import type { MemoryMap } from '../memory-layout.js';
import type { AccessFunctions } from '../mmu/access-code.js';
import type { FunctionReference, I32, I64, Local } from '../wasm/expression.js';
import type { FunctionBuilder } from '../wasm/function-builder.js';

/** Generated functions that effects call. */
export interface EffectFunctions extends AccessFunctions, Pick<HelperFunctions, 'trap' | 'illegal'> {
  /** (hart, row | writes, operation, operand, slot): the old value of a CSR. */
  readonly csr: FunctionReference<'i64'>;
  /** (operation | format << 8, rounding, a, b, c): result; flags in control.floatFlags. */
  readonly float: FunctionReference<'i64'>;
}

/** What generated code that executes instructions works with, in either engine. */
export interface Workspace {
  readonly f: FunctionBuilder;
  readonly functions: EffectFunctions;
  readonly algebra: Algebra<I64, I32>;
  readonly layout: MemoryMap;
  /** Base of the hart. */
  readonly h: Local<'i32'>;
  /** TLB that loads and stores use. */
  readonly tlb: Local<'i32'>;
  /** Scratch. */
  readonly va: Local<'i64'>;
  readonly value: Local<'i64'>;
  readonly other: Local<'i64'>;
  readonly at: Local<'i32'>;
  readonly slow: Local<'i32'>;
  /** Whether stores beside watched words are done in place, which takes more code: there are such words. */
  readonly looksBeside?: boolean;
}

/** Every effect ends in `next`, `nextSlowly`, or a trap. */
export interface Execution extends Workspace {
  /** Values of the source registers. */
  rs1(): I64;
  rs2(): I64;
  rs3(): I64;
  /** The immediate, sign-extended. */
  immediate(): I64;
  /** Of a CSR instruction: the row and whether it writes, as `csr` takes them; and the 5-bit operand of its i forms. */
  csrRow(): I32;
  csrOperand(): I64;
  /** Of a float instruction: what its rounding mode field says, 7 for dynamic. */
  roundingField(): I32;
  /** The instruction's own address. */
  pc(): I64;
  /** Address of the decoded slot, by which helpers find the encoding. */
  slotAddress(): I32;
  /** Writes rd. */
  write(value: I64): void;
  /** Puts into state what helpers need to know about now: the pc, and the budget that gives the time. */
  publish(): void;
  /** After a helper that may have taken a trap: go on at the handler. */
  continueAtTrap(): void;
  /** After a trap: go on at the handler. */
  goToTrap(): void;
  /** On to the following instruction. */
  next(): void;
  /** On to the following instruction, unless a helper asked to leave or to translate the pc again. */
  nextSlowly(): void;
}
