// Random instruction words for tests: the same every run.
import { instructions } from '../../emulator/isa/index.js';
import { Random } from './random.js';

/** For every row of the instruction table, `perRow` words that match it, operand bits random. */
export function* randomWords(random: Random, perRow: number): Generator<number> {
  for (const { match, mask } of instructions) {
    for (let i = 0; i < perRow; i++) yield ((random.next32() & ~mask) | match) >>> 0;
  }
}

/** Words of the 32-bit encoding length with every bit random, legal or not. */
export function* anyWords(random: Random, count: number): Generator<number> {
  for (let i = 0; i < count; i++) {
    // Low bits 11111 start a longer encoding: clear one of the three.
    const word = random.next32() | 3;
    yield ((word & 0x1c) === 0x1c ? word & ~(4 << random.below(3)) : word) >>> 0;
  }
}
