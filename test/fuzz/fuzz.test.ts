// The engines in lockstep on a few random programs; `npm run fuzz` runs as many as wanted.
import { describe, expect, test } from 'vitest';
import { compareInLockstep, describeDifference, shrink } from './lockstep.js';

const programs = 20;
const perTest = 10;

describe('random programs, disturbed at random', () => {
  const firsts = Array.from({ length: programs / perTest }, (_, index) => 1 + index * perTest);
  test.each(firsts)('leave both engines in the same state at every stop (from seed %i)', (first) => {
    for (let seed = first; seed < first + perTest; seed++) {
      const found = compareInLockstep({ seed });
      if (found) expect.fail(describeDifference(shrink(found)));
    }
  });
});

describe('the comparison', () => {
  test('names what repeats a difference', () => {
    const found = { seed: 7, stops: 3, cycles: 12, cycle: 99, what: 'hart 0: x5 is 0x1 and 0x2' };
    expect(describeDifference(found)).toBe(
      'npm run fuzz -- --seed 7 --stops 3 --cycles 12   # at cycle 99, hart 0: x5 is 0x1 and 0x2',
    );
  });
});
