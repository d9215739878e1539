// Rows that are found in columns, and what is told of their places and processes, against DuckDB's answers.
import { describe, expect, test } from 'vitest';
import { rowsOf } from '../../analyzer/counts/count.js';
import { Places } from '../../analyzer/places.js';
import { ProcessNames } from '../../analyzer/process-names.js';
import { TraceQuery } from '../../analyzer/query.js';
import { readQueries } from '../../analyzer/query-library.js';
import { RunTables } from '../../analyzer/run-tables.js';
import { sourceOf, type EventRows } from '../support/event-rows.js';
import { Random } from '../support/random.js';
import { toyRun } from '../support/toy-kernel.js';

/** What DuckDB says, wide integers as numbers. */
async function asked(rows: EventRows, sql: string): Promise<Record<string, unknown>[]> {
  const query = await TraceQuery.open(sourceOf(rows));
  try {
    const { columns, rows: found } = await query.run(sql);
    return found.map((row) =>
      Object.fromEntries(
        row.map((value, at) => [columns[at], typeof value === 'bigint' ? Number(value) : value]),
      ),
    );
  } finally {
    query.close();
  }
}

const found = (rows: EventRows, sql: string) => rowsOf(sql, new RunTables(sourceOf(rows)).of);

function randomFaults(count: number): EventRows {
  const random = new Random(11);
  const some = <T>(values: readonly T[]): T => values[random.below(values.length)];
  const page_fault = Array.from({ length: count }, (_, seq) => ({
    seq,
    pid: random.below(5),
    va: some([0n, 4096n, 2n ** 38n, 2n ** 53n - 1n]),
    size: some([null, null, 4096, 2 ** 39]),
    access: some(['load', 'store']),
    outcome: some(['resolved', 'killed']),
  }));
  return { page_fault };
}

const understood = [
  'SELECT count(*) AS n, min_by(pid, seq) AS pid FROM page_fault HAVING count(*) > 0',
  "SELECT min_by(size, seq) AS size FROM page_fault f WHERE f.access = 'store' HAVING count(*) > 0",
  'SELECT min_by(va, 9000 - seq) AS va, min_by(pid, size + seq) AS pid FROM page_fault WHERE pid > 1 HAVING true',
  'SELECT min_by(coalesce(size, va), seq) AS least, max(va) AS va FROM page_fault HAVING max(pid) >= 4',
  'SELECT min(pid) AS pid FROM page_fault WHERE pid > 9 HAVING count(*) = 0',
  'SELECT min(pid) AS pid FROM page_fault HAVING count(*) > 100000',
  `SELECT CASE WHEN count(*) = (SELECT count(*) FROM page_fault) THEN 'all' ELSE printf('%d of 0x%x', count(*),
          (SELECT count(*) FROM page_fault)) END AS message FROM page_fault WHERE pid < 3 HAVING count(*) > 0`,
];

const leftToDuckdb = [
  'SELECT min(pid) AS pid FROM page_fault',
  'SELECT pid AS pid FROM page_fault HAVING count(*) > 0',
  'SELECT min_by(pid) AS pid FROM page_fault HAVING count(*) > 0',
  "SELECT printf('%s', count(*)) AS message FROM page_fault HAVING count(*) > 0",
  "SELECT printf('%d', min(size)) AS message FROM page_fault WHERE pid > 9 HAVING count(*) = 0",
  'SELECT min(value) AS value FROM marker HAVING count(*) > 0',
  'SELECT count(*) AS n FROM page_fault GROUP BY pid HAVING count(*) > 0',
  'SELECT count(*) AS n FROM free_frames HAVING count(*) > 0',
];

describe('a row found by aggregates', () => {
  const rows = { ...randomFaults(5000), marker: [{ value: 2n ** 53n + 1n }] };

  test.each(understood)('is the one that DuckDB finds: %s', async (sql) => {
    expect(found(rows, sql)).toEqual(await asked(rows, sql));
  });

  test.each(leftToDuckdb)('is left to it: %s', (sql) => {
    expect(found(rows, sql)).toBeUndefined();
  });
});

describe('the package’s rules', () => {
  test('that are found in columns are those of which most kernels of students are warned', async () => {
    const rows = toyRun().story.rows();
    const { invariants } = readQueries();
    const known = invariants.filter(({ sql }) => found(rows, sql) !== undefined);
    expect(known.map(({ name }) => name)).toEqual(['a_sole_owner_copies_nothing']);
    const [{ sql }] = known;
    expect(found(rows, sql)).toHaveLength(1);
    expect(found(rows, sql)).toEqual(await asked(rows, sql));
    expect(found(toyRun({ reuses: true }).story.rows(), sql)).toEqual([]);
  });
});

describe('what a run knows beside its rows', () => {
  test('places are those of the view', async () => {
    const location = [
      { address: 2n ** 64n - 8n, function: 'trampoline', file: '', line: 0 },
      { address: 0x80001000n, function: 'inner < outer', file: 'kernel/vm.c', line: 7 },
    ];
    const places = new Places(new RunTables(sourceOf({ location })).of('location')!);
    for (const { address, ...place } of location) expect(places.at(address)).toEqual(place);
    expect(await asked({ location }, 'SELECT "function", file, line FROM places ORDER BY line')).toEqual(
      location.map(({ address }) => places.at(address)),
    );
    expect(places.at(8n)).toBeUndefined();
    expect(places.at(undefined)).toBeUndefined();
  });

  test('names of processes are those of the view', async () => {
    const rows = toyRun().story.rows();
    const names = ProcessNames.of(new RunTables(sourceOf(rows)).of('process')!);
    const all = await asked(rows, 'SELECT pid, cycle, name FROM process_names');
    expect(all.length).toBeGreaterThan(3);
    for (const { pid, cycle, name } of all) expect(names.at(Number(pid), Number(cycle))).toBe(name);
    expect(names.at(77, 0)).toBe('');
  });
});
