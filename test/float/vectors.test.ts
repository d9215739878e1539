// The hand-derived results of vectors.ts, the numbering of operations, and the vectors themselves against the
// oracle where it is installed.
import { describe, expect, test } from 'vitest';
import { floatOperation, floatOperationIds, lastFlags } from '../../emulator/isa/float/index.js';
import { floatInstructions } from './instructions.js';
import { missingTools, Oracle } from './oracle.js';
import { floatVectors } from './vectors.js';

test.each(floatVectors)('$line', ({ mnemonic, rounding, operands, image, flags }) => {
  const { operation, format } = floatInstructions.find((instruction) => instruction.mnemonic === mnemonic)!;
  const [a, b = 0n, c = 0n] = operands;
  const result = floatOperation(operation, format, rounding, a, b, c);
  expect({ result: result.toString(16), flags: lastFlags() }).toEqual({ result: image.toString(16), flags });
});

test('every instruction has a vector', () => {
  const covered = new Set(floatVectors.map(({ mnemonic }) => mnemonic.replace(/\.[sdwxl]u?$/, '')));
  for (const { mnemonic } of floatInstructions) {
    expect(covered).toContain(mnemonic.replace(/\.[sdwxl]u?$/, ''));
  }
});

test('every operation has one number', () => {
  const operations = new Set(floatInstructions.map(({ operation }) => operation));
  expect([...floatOperationIds].sort()).toEqual([...operations].sort());
});

test('operands count modulo 2^64, so that signed images of generated code will do', () => {
  const minusOne = 0xbff0_0000_0000_0000n;
  const signed = BigInt.asIntN(64, minusOne);
  expect(floatOperation('add', 'd', 0, signed, signed, 0n)).toBe(0xc000_0000_0000_0000n);
  expect(floatOperation('move_to_x', 'd', 0, signed, 0n, 0n)).toBe(minusOne);
  expect(floatOperation('add', 's', 0, -1n, -1n, 0n)).toBe(0xffff_ffff_7fc0_0000n);
});

test('flags are those of the last operation alone', () => {
  floatOperation('div', 'd', 0, 0x3ff0_0000_0000_0000n, 0n, 0n);
  expect(lastFlags()).toBe(8);
  floatOperation('move_to_x', 'd', 0, 0n, 0n, 0n);
  expect(lastFlags()).toBe(0);
});

const missing = missingTools();
const why = missing.length > 0 ? ` (skipped: no ${missing.join(', no ')})` : '';

describe.skipIf(missing.length > 0)(`the vectors hold on QEMU${why}`, () => {
  test('all of them', () => {
    const oracle = new Oracle();
    for (const { mnemonic } of floatInstructions) {
      const vectors = floatVectors.filter((vector) => vector.mnemonic === mnemonic);
      const results = oracle.judge(mnemonic, vectors);
      vectors.forEach(({ line, image, flags }, i) => {
        expect({ line, ...results[i] }).toEqual({ line, image, flags });
      });
    }
    oracle.close();
  });
});
