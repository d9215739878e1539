// Counts that are answered without DuckDB, against DuckDB's answers.
import { Tallies } from '../../analyzer/counts/tallies.js';
import { describe, expect, test } from 'vitest';
import { countOf } from '../../analyzer/counts/count.js';
import { TraceQuery } from '../../analyzer/query.js';
import { readQueries } from '../../analyzer/query-library.js';
import { RunTables } from '../../analyzer/run-tables.js';
import { sourceOf, type EventRows } from '../support/event-rows.js';
import { Random } from '../support/random.js';
import { toyRun } from '../support/toy-kernel.js';

const facts = { program: 'test', ram_base: 0x80000000, ram_end: 0x88000000 };

/** What DuckDB says of each query; a null is 0. */
async function asked(rows: EventRows, queries: readonly string[]): Promise<number[]> {
  const query = await TraceQuery.open(sourceOf(rows, { facts }));
  try {
    const answers: number[] = [];
    for (const sql of queries) answers.push(Number((await query.run(sql)).rows[0][0] ?? 0));
    return answers;
  } finally {
    query.close();
  }
}

function counted(rows: EventRows, queries: readonly string[]): (number | undefined)[] {
  const tables = new RunTables(sourceOf(rows, { facts }));
  return queries.map((sql) => countOf(sql, tables.of));
}

/** Faults and calls with nulls, and numbers that a double cannot hold, more than are looked at together. */
function randomRows(): EventRows {
  const random = new Random(7);
  const some = <T>(values: readonly T[]): T => values[random.below(values.length)];
  const numbers = [0n, 1n, 7n, 4096n, 4097n, 2n ** 31n, 2n ** 39n, 2n ** 64n - 1n];
  const page_fault = Array.from({ length: 5000 }, () => ({
    pid: random.below(3),
    span: random.below(9),
    va: some(numbers),
    size: some([null, 4096, 2 ** 39]),
    access: some(['load', 'store']),
    outcome: some(['resolved', 'killed']),
  }));
  const syscall = Array.from({ length: 50 }, () => ({
    number: random.below(22),
    result: some([null, -1n, 5n, -(2n ** 63n)]),
    argument0: some(numbers),
    argument1: some([0n, 2n ** 53n + 1n]),
  }));
  return { page_fault, syscall };
}

const understood = [
  'SELECT count(*) FROM page_fault',
  "SELECT count(*) FROM page_fault WHERE access = 'store' AND outcome <> 'resolved'",
  "SELECT count(*) FROM page_fault WHERE access IN ('store', 'fetch') OR pid = 0",
  'SELECT count(*) FROM page_fault f WHERE f.size IS NULL AND NOT f.pid IN (1, 2)',
  'SELECT count(*) FROM page_fault WHERE NOT (size > 4096 AND pid <> 0)',
  'SELECT count(*) FROM page_fault WHERE size > 4096 OR pid NOT IN (0, 1)',
  'SELECT count(*) FROM page_fault WHERE NOT (size > 4096 OR pid = 0)',
  'SELECT count(*) FROM page_fault WHERE coalesce(size, 7) = 7',
  'SELECT count(*) FROM page_fault WHERE va >= 2147483648',
  'SELECT count(*) FROM page_fault WHERE va >= size',
  'SELECT count(*) FROM page_fault WHERE NOT (va < size)',
  'SELECT count(*) FROM syscall WHERE argument0 = argument1 OR argument1 > argument0',
  "SELECT count(*) FROM page_fault WHERE va >= (SELECT max(value::UBIGINT) FROM run_facts WHERE key IN ('ram_end'))",
  'SELECT count(*) FROM page_fault WHERE span & 6 = 2 AND EXISTS (SELECT * FROM syscall WHERE number = 3)',
  'SELECT count(*) FROM page_fault WHERE EXISTS (SELECT * FROM marker)',
  'SELECT count(*) FROM syscall WHERE result = -1',
  'SELECT count(*) FROM syscall WHERE result IS NOT NULL',
  'SELECT sum(pid) - max(span) + min(pid) FROM page_fault WHERE pid + span > 3',
  'SELECT sum(pid) FROM page_fault WHERE pid > 5',
  'SELECT (coalesce(bit_and(span), 1) = 0)::INTEGER FROM page_fault WHERE span > 3',
  'SELECT bit_or(span << 2) - bit_or(span >> 1) FROM page_fault',
  'SELECT count(*) FROM page_fault WHERE (span & ~(1 << hart) & (SELECT bit_or(1 << hart) FROM page_fault)) <> 0',
  'SELECT (SELECT count(*) FROM syscall) + (SELECT count(*) FROM page_fault WHERE greatest(pid, span) = 8)',
  'SELECT 3 - 1',
];

const leftToDuckdb = [
  'SELECT count(*) FROM page_fault JOIN syscall USING (pid)',
  'SELECT count(DISTINCT pid) FROM page_fault',
  'SELECT count(*) FROM page_fault GROUP BY pid',
  'SELECT sum(va) FROM page_fault',
  'SELECT sum(argument1) FROM syscall',
  'SELECT max(span << 31) FROM page_fault',
  'SELECT count(*) FROM page_fault f WHERE EXISTS (SELECT * FROM syscall s WHERE s.pid = f.pid)',
  "SELECT count(*) FROM page_fault WHERE access > 'load'",
  'SELECT count(*) FROM free_frames',
];

test('tallies of kinds whose rows will not be there are left to others', () => {
  const counts = ['lock', 'trap'].map((kind) => `SELECT count(*) FROM ${kind} WHERE cycle > 7`);
  expect(Object.keys(new Tallies(counts, ['trap']).columns())).toEqual(['trap']);
  expect(Object.values(new Tallies(counts, ['trap']).found())).toEqual([0]);
  expect(Object.values(new Tallies(counts).found())).toEqual([0, 0]);
});

test('tallies know words that a file has only later', () => {
  const tallies = new Tallies(["SELECT count(*) FROM process WHERE action = 'reap'"]);
  // A reader's dictionary is one list, which grows as it reads.
  const dictionary = ['fork'];
  tallies.take('process', { rows: 1, columns: { action: { values: Int32Array.of(0), dictionary } } });
  dictionary.push('reap');
  tallies.take('process', { rows: 3, columns: { action: { values: Int32Array.of(1, 0, 1), dictionary } } });
  expect(Object.values(tallies.found())).toEqual([2]);
});

describe('a count', () => {
  const rows = randomRows();

  test('is what DuckDB makes of it', async () => {
    expect(counted(rows, understood)).toEqual(await asked(rows, understood));
  });

  test.each(leftToDuckdb)('is left to it: %s', (sql) => {
    expect(counted(rows, [sql])).toEqual([undefined]);
    expect(countOf(sql, () => undefined)).toBeUndefined();
  });
});

test('a count of nothing is known though its columns are not: a view that is empty may be the table', () => {
  const empty = { columns: [], rows: 0, read: () => [] };
  expect(countOf('SELECT count(*) FROM anything WHERE pid = 1', () => empty)).toBe(0);
});

describe('the package’s counts', () => {
  const { invariants, views } = readQueries();
  const counts = invariants.flatMap(({ judged, skipped, suspects }) => [judged, skipped, suspects]);
  const queries = counts.filter((sql) => sql !== undefined);

  test('say of every rule whom to suspect: one that does not starts DuckDB in every run', () => {
    const silent = invariants.filter(({ suspects }) => suspects === undefined);
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  test('are what DuckDB makes of them, most without it', async () => {
    const rows = toyRun().story.rows();
    const known = counted(rows, queries);
    const simple = queries.filter((_, index) => known[index] !== undefined);
    expect(simple.length).toBeGreaterThan(queries.length / 2);
    expect(known.filter((count) => count !== undefined)).toEqual(await asked(rows, simple));
  });

  test('say that a view is empty only where it is', async () => {
    const all = toyRun().story.rows();
    const without = { ...all, process: [], syscall: [], marker: [], panic: [] };
    for (const rows of [
      {},
      without,
      { ...without, process: all.process! },
      { ...without, syscall: all.syscall! },
    ]) {
      const known = views.filter(({ candidates }) => candidates !== undefined);
      const candidates = counted(
        rows,
        known.map((view) => view.candidates!),
      );
      const empty = known.filter((_, index) => candidates[index] === 0);
      const sizes = await asked(
        rows,
        empty.map(({ name }) => `SELECT count(*) FROM ${name}`),
      );
      expect(candidates).not.toContain(undefined);
      expect(sizes).toEqual(empty.map(() => 0));
      expect(empty.length).toBeGreaterThan(0);
    }
  });
});
