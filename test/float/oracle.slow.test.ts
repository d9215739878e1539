// The same comparison as oracle.test.ts at length: 25 thousand operands an instruction, fresh ones for each seed.
// FLOAT_SEED=n chooses other operands.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { disagreements } from './compare-with-oracle.js';
import { floatInstructions } from './instructions.js';
import { missingTools, Oracle } from './oracle.js';

const missing = missingTools();
const why = missing.length > 0 ? ` (skipped: no ${missing.join(', no ')})` : '';
const seed = Number(process.env.FLOAT_SEED ?? 2);

describe.skipIf(missing.length > 0)(`floating point agrees with QEMU at length${why}`, () => {
  let oracle: Oracle;
  beforeAll(() => {
    oracle = new Oracle();
  });
  afterAll(() => oracle.close());

  test.each(floatInstructions)('$mnemonic', (instruction) => {
    expect(disagreements(oracle, instruction, seed, 25_000)).toEqual([]);
  });
});
