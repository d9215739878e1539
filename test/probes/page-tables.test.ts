// Which frame is a table of which root, and the addresses its entries translate.
import { expect, test } from 'vitest';
import { RecordKind } from '../../emulator/index.js';
import { pick, translated, type RecordInput } from '../support/raw-records.js';

const root = 0x80100000;
const middle = 0x80101000;
const leaf = 0x80102000;
const linked = (frame: number, entry: number, size: number): RecordInput => {
  return { kind: RecordKind.tableLinked, a: frame, b: entry, size };
};
const stored = (entry: number, before: number, after: number): RecordInput => {
  return { kind: RecordKind.tableStore, a: entry, b: before, c: after };
};
const space = [linked(root, 0, 2), linked(middle, root + 255 * 8, 1), linked(leaf, middle + 511 * 8, 0)];

test('tables know their root, level and the addresses they translate', async () => {
  const { page_table } = await translated({}, space);
  expect(pick(page_table, 'action', 'table', 'root', 'level', 'va')).toEqual([
    ['linked', root, root, 2, 0],
    ['linked', middle, root, 1, 255 * 2 ** 30],
    ['linked', leaf, root, 0, 255 * 2 ** 30 + 511 * 2 ** 21],
  ]);
});

test('an entry carries the address it translates, up to the last page of the address space', async () => {
  const { pte_write } = await translated({}, [...space, stored(leaf + 511 * 8, 0, 0x20000401)]);
  expect(pick(pte_write, 'entry', 'root', 'level', 'va', 'before', 'after')).toEqual([
    [leaf + 511 * 8, root, 0, 2 ** 38 - 4096, 0, 0x20000401],
  ]);
});

test('a table that was retired has no entries any more, and may become one of another root', async () => {
  const other = 0x80200000;
  const { pte_write, page_table } = await translated({}, [
    ...space,
    { kind: RecordKind.tableRetired, a: leaf },
    stored(leaf, 1, 0),
    linked(other, 0, 2),
    linked(leaf, other, 1),
    stored(leaf + 8, 0, 1),
  ]);
  expect(pick(page_table, 'action', 'table').slice(3)).toEqual([
    ['retired', leaf],
    ['linked', other],
    ['linked', leaf],
  ]);
  expect(pick(pte_write, 'root', 'level', 'va')).toEqual([[other, 1, 2 ** 21]]);
});
