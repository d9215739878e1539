// The header of query files: what is read from it, and that each mistake is named with file and line.
import { describe, expect, test } from 'vitest';
import { parseInvariant, parseView, tablesRead } from '../../analyzer/query-file.js';
import { kindsNeeded, readQueries, readsOf } from '../../analyzer/query-library.js';

const invariant = [
  '-- title:    no double free',
  '-- rule:     No frame is freed twice,',
  '--           not even once.',
  '-- why:      Lists.',
  '-- needs:    frame_free',
  '-- severity: error',
  '-- hint:     Look.',
  '-- except:   none',
  '-- judged:   SELECT count(*) FROM frame_free',
  'SELECT * FROM frame_free',
  'WHERE already_free = 1;',
];

function changed(line: number, text: string): string {
  return invariant.map((old, index) => (index === line - 1 ? text : old)).join('\n');
}

describe('an invariant', () => {
  test('is read with continued values', () => {
    expect(parseInvariant('queries/invariants/no_double_free.sql', invariant.join('\n'))).toMatchObject({
      name: 'no_double_free',
      title: 'no double free',
      rule: 'No frame is freed twice, not even once.',
      needs: ['frame_free'],
      severity: 'error',
      judged: 'SELECT count(*) FROM frame_free',
      sql: 'SELECT * FROM frame_free\nWHERE already_free = 1',
    });
  });

  const mistakes: [string, number, string, RegExp][] = [
    [
      'an unknown key',
      4,
      '-- because: Lists.',
      /^x\.sql:4: "because" is not a header key; the keys are title, rule/,
    ],
    ['a key twice', 4, '-- rule: again', /^x\.sql:4: the header says "rule" twice/],
    ['an empty value', 7, '-- hint:', /^x\.sql:7: the header must say "-- hint: \.\.\."/],
    [
      'another severity',
      6,
      '-- severity: fatal',
      /^x\.sql:6: severity must be error or warning, not "fatal"/,
    ],
    [
      'a table that is not needed',
      5,
      '-- needs: frame_free, trap',
      /^x\.sql:5: "needs" names trap, which no query/,
    ],
    [
      'a need that is not stated',
      10,
      'SELECT * FROM trap',
      /^x\.sql:5: the query reads trap, which "needs" does not name/,
    ],
  ];
  for (const [name, line, text, message] of mistakes) {
    test(`with ${name}`, () => {
      expect(() => parseInvariant('x.sql', changed(line, text))).toThrow(message);
    });
  }

  test('without a query', () => {
    expect(() => parseInvariant('x.sql', invariant.slice(0, 9).join('\n'))).toThrow(
      /^x\.sql:10: a query must follow/,
    );
  });
});

test('a view must be called as its file', () => {
  const text = '-- name: sharers\n-- doc: Who.\n-- needs: pte_write\nSELECT 1 FROM pte_write';
  expect(parseView('queries/views/sharers.sql', text).needs).toEqual(['pte_write']);
  expect(() => parseView('queries/views/owners.sql', text)).toThrow(
    'owners.sql:1: the view sharers must be in sharers.sql',
  );
});

test('tables are found behind FROM and JOIN, without names of the query itself, strings and functions', () => {
  const sql = `WITH RECURSIVE own(x) AS (SELECT 1 FROM a), more AS (SELECT * FROM own JOIN b USING (x))
    SELECT 'FROM c' FROM more ASOF LEFT JOIN d ON true -- FROM e
    WHERE EXISTS (SELECT * FROM f) AND x IN (SELECT * FROM range(3))`;
  expect([...tablesRead(sql)].sort()).toEqual(['a', 'b', 'd', 'f']);
});

describe('the package’s queries', () => {
  const library = readQueries();

  test('come with views in order of dependency', () => {
    const seen = new Set<string>();
    const names = library.views.map((view) => view.name);
    for (const view of library.views) {
      for (const need of view.needs.filter((name) => names.includes(name)))
        expect([view.name, [...seen]]).toEqual([view.name, expect.arrayContaining([need])]);
      seen.add(view.name);
    }
  });

  test('have no view that nothing reads, but those for people', () => {
    const forPeople = [
      'fork_exit_spans',
      'frame_history',
      'frame_mapping_count',
      'kernel_history',
      'process_births',
      'process_names',
      'program_history',
      'sharers',
    ];
    const read = readsOf(
      library.invariants.flatMap((one) => [...one.needs, ...one.optional]),
      library.views,
    );
    const unread = library.views.map((view) => view.name).filter((name) => !read.has(name));
    expect(unread.sort()).toEqual(forPeople.sort());
  });

  test('need kinds through views, but not the optional ones', () => {
    const kinds = kindsNeeded(['quiescent_points'], library.views);
    expect(kinds).toEqual(
      expect.arrayContaining(['pte_write', 'page_table', 'frame_alloc', 'frame_free', 'kernel_span']),
    );
    expect(kinds).not.toContain('refcount_change');
  });
});
