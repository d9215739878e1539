// Quoting source lines.
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sourceLines } from '../../commands/source-lines.js';
import { sourceRoots } from '../../commands/source-roots.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();
mkdirSync(inside('tree/kernel'), { recursive: true });
writeFileSync(inside('tree/kernel/vm.c'), 'one\ntwo\n');
writeFileSync(inside('secret'), 'secret\n');
utimesSync(inside('tree/kernel/vm.c'), 1000, 1000);

test('a line is found below any of the roots', () => {
  const lines = sourceLines([inside('elsewhere'), inside('tree')]);
  expect(lines('kernel/vm.c', 2)).toBe('two');
  expect([
    lines('kernel/vm.c', 9),
    lines('kernel/vm.h', 1),
    lines('kernel', 1),
    lines('kernel/vm.c/x', 1),
  ]).toEqual(Array(4).fill(undefined));
});

test('a file changed after the build is not quoted', () => {
  expect(sourceLines([inside('tree')], 999_000)('kernel/vm.c', 1)).toBeUndefined();
  expect(sourceLines([inside('tree')], 1_001_000)('kernel/vm.c', 1)).toBe('one');
});

test('nothing outside a root is read', () => {
  const lines = sourceLines([inside('tree')]);
  expect([lines('../secret', 1), lines(inside('secret'), 1), lines('kernel/../../secret', 1)]).toEqual(
    Array(3).fill(undefined),
  );
});

test('a root that is given must be there', () => {
  expect(sourceRoots(inside('tree'), undefined)).toEqual([inside('tree')]);
  for (const wrong of ['nowhere', 'secret'])
    expect(() => sourceRoots(inside(wrong), undefined)).toThrow(/there is no directory .*; --source takes/);
});
