// Seeded random numbers and instruction words for tests: the same every run, printed seed in, same failure out.
import { instructions } from '../../emulator/isa/index.js';

/** A generator of uniform unsigned 32-bit numbers (xorshift32). The seed must not be 0. */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** For every row of the instruction table, `perRow` words that match it, operand bits random. */
export function* randomWords(seed: number, perRow: number): Generator<number> {
  const next = randomNumbers(seed);
  for (const { match, mask } of instructions) {
    for (let i = 0; i < perRow; i++) yield ((next() & ~mask) | match) >>> 0;
  }
}
