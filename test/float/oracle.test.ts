// Every computing instruction of F and D against QEMU, 1,500 hard operands each in all rounding modes.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { disagreements } from './compare-with-oracle.js';
import { floatInstructions } from './instructions.js';
import { missingTools, Oracle } from './oracle.js';

const missing = missingTools();
const why = missing.length > 0 ? ` (skipped: no ${missing.join(', no ')})` : '';

describe.skipIf(missing.length > 0)(`floating point agrees with QEMU${why}`, () => {
  let oracle: Oracle;
  beforeAll(() => {
    oracle = new Oracle();
  });
  afterAll(() => oracle.close());

  test.each(floatInstructions)('$mnemonic', (instruction) => {
    expect(disagreements(oracle, instruction, 1, 1500)).toEqual([]);
  });
});
