// What random items share: the source of randomness, the code they append to, and choices of registers and rows.
import { instructions, type Effect, type Instruction } from '../../emulator/isa/index.js';
import type { Random } from '../support/random.js';
import type { Assembler } from './assembler.js';
import type { SmallFunction } from './call-items.js';
import type { Mode } from './harness.js';
import { isFree, pointers } from './layout.js';

/** Where and how an item is to be appended. */
export interface Body {
  readonly random: Random;
  readonly code: Assembler;
  readonly mode: Mode;
  /** Small functions that were appended so far. */
  readonly functions: SmallFunction[];
}

/** Appends one random item. Control always arrives at its end. */
export type Item = (body: Body) => void;

export function rowsOfKind(...kinds: Effect['kind'][]): readonly Instruction[] {
  return instructions.filter(({ effect }) => kinds.includes(effect.kind));
}

export function anyRegister(random: Random): number {
  return random.below(32);
}

/** A register that random code may write; x0 is one. */
export function freeRegister(random: Random): number {
  for (;;) {
    const register = random.below(32);
    if (isFree(register)) return register;
  }
}

/** A free register that holds what is written to it. */
export function temporary(random: Random): number {
  return freeRegister(random) || 5;
}

/** Different registers as `temporary` chooses them. */
export function temporaries(random: Random, count: number): number[] {
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(temporary(random));
  return [...chosen];
}

/** A destination: any f register, or a free x register. */
export function destination(random: Random, row: Instruction): number {
  return row.registers.rd === 'f' ? anyRegister(random) : freeRegister(random);
}

export function pointer(random: Random): (typeof pointers)[number] {
  return random.pick(pointers);
}

/** One of the items, as often as their weights say. */
export function pickWeighted(
  random: Random,
  choices: readonly (readonly [weight: number, item: Item])[],
): Item {
  let left = random.below(choices.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, item] of choices) {
    left -= weight;
    if (left < 0) return item;
  }
  throw new Error('no item to pick from');
}
