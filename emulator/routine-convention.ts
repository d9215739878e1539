// How a compiled routine is called, by the interpreter and by other routines.
import type { ValueType } from './wasm/expression.js';

type Parameters = readonly ValueType[];

/**
 * (hart, budget, entry, TLB, calls): the budget left, with `mustReturn` where no caller may go on. State holds the pc
 * at which to go on; `calls` is how deep calls may still nest.
 */
export const routineSignature = {
  parameters: ['i32', 'i32', 'i32', 'i32', 'i32'] satisfies Parameters as Parameters,
  result: 'i32',
} as const;

/** Bit of a routine's result: it was left in its midst, after a trap or because a helper asked for it. */
export const mustReturn = 0x80000000 | 0;

/** How deep the calls of compiled routines nest at most, against overflow of the host's stack. */
export const callsMaximum = 60;

/** A block of a routine runs only when the budget covers all of it: so many instructions at most. */
export const blockInstructionsMaximum = 48;

/** Routines that may be compiled at once; number 0 is none. */
export const routinesMaximum = 4096;
