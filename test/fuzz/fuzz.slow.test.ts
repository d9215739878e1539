// The same for some minutes, on other programs.
import { expect, test } from 'vitest';
import { compareInLockstep, describeDifference, shrink } from './lockstep.js';

test('600 random programs leave both engines in the same state at every stop', () => {
  for (let seed = 1001; seed <= 1600; seed++) {
    const found = compareInLockstep({ seed });
    if (found) expect.fail(describeDifference(shrink(found)));
  }
});
