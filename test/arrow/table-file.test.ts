// Tables of values as Arrow files: what is written comes back.
import { tableFromIPC } from 'apache-arrow';
import { expect, test } from 'vitest';
import { writeArrowTable } from '../../tracer/arrow/index.js';

test('every type comes back, with nulls; columns of the same name are told apart', async () => {
  const bytes = await writeArrowTable([
    { name: 'u', type: 'u64', values: [18446744073709551615n, 7, null] },
    { name: 'i', type: 'i64', values: [-1, -9223372036854775808n, null] },
    { name: 'same', type: 'f64', values: [0.5, -0, null] },
    { name: 'same', type: 'text', values: ['a', '', null] },
    { name: 'b', type: 'boolean', values: [true, false, null] },
  ]);
  const table = tableFromIPC(bytes);
  const columns = table.schema.fields.map(({ name }, index) => [name, [...table.getChildAt(index)!]]);
  expect(columns).toEqual([
    ['u', [18446744073709551615n, 7n, null]],
    ['i', [-1n, -9223372036854775808n, null]],
    ['same', [0.5, -0, null]],
    ['same_1', ['a', '', null]],
    ['b', [true, false, null]],
  ]);
});

test('a table without rows has its columns', async () => {
  const table = tableFromIPC(await writeArrowTable([{ name: 'x', type: 'text', values: [] }]));
  expect([table.numRows, table.schema.fields.map(({ name }) => name)]).toEqual([0, ['x']]);
});
