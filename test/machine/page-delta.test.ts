// What two changes of pages come to, where both have some of the pages.
import { expect, test } from 'vitest';
import { mergedDelta } from '../../emulator/index.js';

/** Repeating pages have their number as each of their words, other pages a byte. */
function delta(repeating: number[], pages: readonly (readonly [page: number, byte: number])[]) {
  return {
    repeating: Uint32Array.from(repeating),
    words: BigUint64Array.from(
      repeating.flatMap((page) => [page, page + 0.5, page].map((x) => BigInt(2 * x))),
    ),
    pages: Uint32Array.from(pages, ([page]) => page),
    content: (index: number) => new Uint8Array(4096).fill(pages[index][1]),
  };
}

test('each page is there once, as the newer change has it, with what tells it', () => {
  const older = delta(
    [1, 2, 3],
    [
      [4, 40],
      [5, 50],
      [6, 60],
    ],
  );
  const newer = delta(
    [2, 4],
    [
      [3, 31],
      [5, 51],
    ],
  );
  const { repeating, words, pages, content } = mergedDelta(older, newer);
  expect([...repeating]).toEqual([2, 4, 1]);
  expect([...words]).toEqual([4n, 5n, 4n, 8n, 9n, 8n, 2n, 3n, 2n]);
  expect([...pages]).toEqual([3, 5, 6]);
  expect(content.length).toBe(3 * 4096);
  expect([0, 1, 2].map((index) => [content[index * 4096], content[index * 4096 + 4095]])).toEqual([
    [31, 31],
    [51, 51],
    [60, 60],
  ]);
});
