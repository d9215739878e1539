// Numbers and sizes as people write them.
import { describe, expect, test } from 'vitest';
import { parseCount, parseSeconds, parseSize } from '../../commands/values.js';
import { formatSize } from '../../text/index.js';

describe('counts', () => {
  test.each([
    ['5', 5],
    ['5M', 5e6],
    ['1.5k', 1500],
    ['2K', 2000],
    ['1e9', 1e9],
    ['200G', 200e9],
  ])('%s', (text, value) => expect(parseCount(text)).toBe(value));

  test.each(['', '0', '-1', '1e99', '99999T', '5X', '0x10', '1,000', 'NaN'])('not %j', (text) => {
    expect(() => parseCount(text)).toThrow('Give a count');
  });
});

describe('sizes', () => {
  test.each([
    ['65536', 65536],
    ['1K', 1024],
    ['500M', 500 * 2 ** 20],
    ['4GiB', 4 * 2 ** 30],
    ['1.5 MiB', 1.5 * 2 ** 20],
    ['10B', 10],
  ])('%s', (text, value) => expect(parseSize(text)).toBe(value));

  test.each(['', '0', '-1', '4X', 'GiB'])('not %j', (text) => {
    expect(() => parseSize(text)).toThrow('Give a size');
  });

  test.each([
    [0, '0 bytes'],
    [1023, '1023 bytes'],
    [16 * 2 ** 20, '16 MiB'],
    [1.26 * 2 ** 20, '1.3 MiB'],
    [500.4 * 2 ** 30, '500 GiB'],
  ])('of %d bytes are printed as %s', (bytes, text) => expect(formatSize(bytes)).toBe(text));
});

test('seconds have fractions', () => {
  expect(parseSeconds('0.5')).toBe(0.5);
  expect(() => parseSeconds('0')).toThrow('Give seconds');
});
