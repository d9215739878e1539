// Ad-hoc SQL: results in each form, what is refused, and that nothing outside can be reached.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TraceQuery } from '../../analyzer/query.js';
import { tables } from '../../analyzer/tables/index.js';
import { sourceOf } from '../support/event-rows.js';
import { toyRun } from '../support/toy-kernel.js';

describe('statements', () => {
  let query: TraceQuery;
  beforeAll(async () => {
    query = await TraceQuery.open(sourceOf(toyRun().story.rows()));
  });
  afterAll(() => query.close());

  test('read tables and views, filled as they are needed', async () => {
    const first = await query.run("SELECT count(*) FROM process WHERE action = 'fork'");
    expect(first.rows).toEqual([[4n]]);
    const second = await query.run('SELECT count(*) > 0 FROM LEAF_MAPPINGS, quiescent_points');
    expect(second.rows).toEqual([[true]]);
  });

  test('give no more rows than asked for, and say so', async () => {
    const result = await query.run('SELECT seq FROM pte_write ORDER BY seq', 2);
    expect(result.rows.length).toBe(2);
    expect(result.truncated).toBe(true);
  });

  test('that are wrong are the user’s fault, in DuckDB’s words', async () => {
    await expect(query.run('SELECT nothing FROM process')).rejects.toThrow(/nothing/);
    await expect(query.run('  ')).rejects.toThrow('There is no SQL to run');
  });

  test('cannot reach files, extensions or settings', async () => {
    await expect(query.run("SELECT * FROM read_text('/etc/hostname')")).rejects.toThrow(/disabled/);
    await expect(query.run("COPY process TO '/dev/null'")).rejects.toThrow(/disabled/);
    await expect(query.run("ATTACH '/dev/null' AS other")).rejects.toThrow(/disabled/);
    await expect(query.run('SET enable_external_access = true')).rejects.toThrow();
    await expect(query.run("SET memory_limit = '100GB'")).rejects.toThrow(/locked/);
    await expect(query.run('INSTALL httpfs')).rejects.toThrow();
  });
});

describe('forms', () => {
  const result = {
    columns: ['pid', 'frame', 'text'],
    types: ['INTEGER', 'UBIGINT', 'VARCHAR'],
    rows: [
      [1, 0x87fff000n, 'say "hi",\n\u009b'],
      [12, 2n ** 63n, null],
    ],
    truncated: false,
  };

  test('a table aligns, writes addresses in hexadecimal and escapes', () => {
    expect(tables.table(result)).toBe(
      [
        'pid               frame  text',
        '---  ------------------  ---------------',
        '  1          0x87fff000  say "hi",\\n\\x9b',
        ' 12  0x8000000000000000',
        '(2 rows)',
        '',
      ].join('\n'),
    );
  });

  test('csv quotes what must be quoted', () => {
    expect(tables.csv(result)).toBe(
      'pid,frame,text\r\n1,2281697280,"say ""hi"",\n\u009b"\r\n12,9223372036854775808,\r\n',
    );
  });

  test('json keeps what a number cannot hold as text, and lets no control character out', () => {
    const text = tables.json(result);
    expect(JSON.parse(text)).toEqual([
      { pid: 1, frame: 0x87fff000, text: 'say "hi",\n\u009b' },
      { pid: 12, frame: '9223372036854775808', text: null },
    ]);
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
    expect(tables.json({ ...result, rows: [] })).toBe('[]\n');
  });
});
