// The tables that join several kinds of events, against the same in SQL, on random runs of a few processes at a few
// frames, pages and calls; and the helpers they are made with, against maps.
import { describe, expect, test } from 'vitest';
import { NumberedKeys, RowGroups } from '../../analyzer/histories/numbered-keys.js';
import { TraceQuery } from '../../analyzer/query.js';
import { sourceOf, type EventRows } from '../support/event-rows.js';
import { Random } from '../support/random.js';
import { pte, pteOf, Story, type Entry } from '../support/story.js';
import { tablesInSql } from './tables-in-sql.js';

const causes = ['fork', 'exec', 'sbrk', 'page_fault', 'read', 'wait', 'pipe'];
const bits = [
  0,
  17 | pte.r,
  17 | pte.r | pte.w,
  17 | pte.r | pte.cow,
  17 | pte.r | 0x200,
  pte.v | pte.r | pte.w,
];

/** Entries begin and end in any order; what they do is not always sensible. */
class RandomRun {
  private readonly story = new Story();
  private readonly open: Entry[] = [this.story.begin(0, 'scheduler')];
  private readonly entries = new Map<number, bigint>();
  private readonly inCall = new Map<Entry, number>();
  private readonly faults: { readonly entry: Entry; readonly va: number; readonly root: number }[] = [];

  constructor(private readonly random: Random) {}

  rows(): EventRows {
    const steps = [
      () => this.begin(),
      () => this.begin(),
      () => this.end(),
      () => this.end(),
      () => this.process(),
      () => this.frame(),
      () => this.frame(),
      () => this.store(),
      () => this.store(),
      () => this.store(),
      ...Array.from({ length: 5 }, () => () => this.call()),
      () => this.write(),
      () => this.link(),
    ];
    for (let step = 0; step < 1000; step++) this.some(steps)();
    return this.story.rows();
  }

  private some<T>(values: readonly T[]): T {
    return values[this.random.below(values.length)];
  }

  private aFrame(): number {
    return 0x80200000 + this.random.below(5) * 4096;
  }

  private aRoot(): number {
    return 0x80300000 + this.random.below(3) * 4096;
  }

  private begin(): void {
    const entry = this.story.begin(1 + this.random.below(3), this.some(causes));
    this.open.push(entry);
    if (entry.cause !== 'page_fault' || this.random.below(8) === 0) return;
    this.faults.push({ entry, va: this.random.below(3) * 4096 + 8, root: this.aRoot() });
  }

  private end(): void {
    const entry = this.some(this.open);
    if (entry.pid === 0) return;
    this.open.splice(this.open.indexOf(entry), 1);
    this.story.end(entry, this.random.below(6) === 0 ? 0 : 1);
    for (const { entry: of, va, root } of this.faults)
      if (of === entry)
        this.story.emit('page_fault', entry, '', {
          ...{ access: 'store', va, root },
          outcome: this.some(['resolved', 'resolved', 'killed', 'panicked']),
        });
  }

  private process(): void {
    const entry = this.some(this.open);
    if (this.random.below(2) === 0) return;
    const action = this.some(['fork', 'fork', 'fork', 'fork', 'exec', 'exit', 'reap']);
    const subject = action === 'fork' ? 1 + this.random.below(3) : Math.max(1, entry.pid);
    const root = this.random.below(8) === 0 ? 0 : this.aRoot();
    this.story.emit('process', entry, '', { action, subject, parent: this.random.below(4), root, name: 'x' });
  }

  private frame(): void {
    const entry = this.some(this.open);
    const frame = this.random.below(6) === 0 ? this.aRoot() : this.aFrame();
    const kind = this.some(['frame_alloc', 'frame_free', 'kalloc', 'kfree', 'refcount_change'] as const);
    if (kind === 'refcount_change') {
      const [before, after] = [this.random.below(4), this.random.below(4)];
      this.story.emit(kind, entry, '', { frame, before, after, locks: this.random.below(4) + 4 });
    } else
      this.story.emit(kind, entry, '', {
        frame: kind === 'kalloc' && this.random.below(9) === 0 ? 0 : frame,
      });
  }

  private store(): void {
    const entry = this.some(this.open);
    const root = this.aRoot();
    const page = this.random.below(3);
    const at = root + 0x10000 + page * 8;
    const after = pteOf(this.aFrame(), this.some(bits));
    const before = this.entries.get(at) ?? 0n;
    this.story.emit('pte_write', entry, '', { entry: at, root, va: page * 4096, before, after });
    this.entries.set(at, after);
  }

  /** An entry has one call, which it enters and leaves, or never leaves. */
  private call(): void {
    const may = this.open.filter((entry) => entry.pid !== 0 && this.inCall.get(entry) !== -1);
    if (may.length === 0) return;
    const entry = this.some(may);
    const given = {
      argument0: this.some([0, 3, 8, 4096, 8190]),
      argument1: this.some([16, 4096, 8190, 2 ** 39]),
    };
    const number = this.inCall.get(entry);
    if (number === undefined) {
      this.inCall.set(entry, this.some([1, 3, 4, 5, 8, 12]));
      this.story.emit('syscall', entry, '', { phase: 'enter', number: this.inCall.get(entry)!, ...given });
      return;
    }
    const result = this.some([-1, 0, 7, 5000]);
    this.story.emit('syscall', entry, '', { phase: 'leave', number, ...given, result });
    this.inCall.set(entry, -1);
  }

  private write(): void {
    const columns = { frame: this.aFrame(), mappings: this.random.below(3), freeing: this.random.below(2) };
    this.story.emit('frame_write', this.some(this.open), '', columns);
  }

  private link(): void {
    const entry = this.some(this.open);
    const root = this.aRoot();
    // Boot code retires no table.
    const action = entry.pid === 0 || this.random.below(5) > 0 ? 'linked' : 'retired';
    const table = this.some([root, root, root + 0x10000, this.aFrame()]);
    this.story.emit('page_table', entry, '', { action, table, root });
  }
}

describe('on random runs', () => {
  const sizes = new Map<string, number>();

  test.each(Array.from({ length: 6 }, (_, seed) => seed))(
    '%i, every table is what SQL says',
    async (seed) => {
      const query = await TraceQuery.open(sourceOf(new RandomRun(new Random(seed)).rows()));
      try {
        for (const [name, { columns, sql }] of Object.entries(tablesInSql)) {
          const sorted = async (from: string): Promise<string[]> => {
            const { rows } = await query.run(from);
            return rows.map((row) => row.join(' ')).sort();
          };
          const found = await sorted(`SELECT ${columns} FROM ${name}`);
          expect(found, name).toEqual(await sorted(sql));
          sizes.set(name, (sizes.get(name) ?? 0) + found.length);
        }
      } finally {
        query.close();
      }
    },
  );

  test('none of the tables was always empty', () => {
    expect([...sizes].filter(([, rows]) => rows === 0)).toEqual([]);
    expect(sizes.size).toBe(Object.keys(tablesInSql).length);
  });
});

test('a table that a failed call linked into a page table of before is not kept, one of its own is', async () => {
  const story = new Story();
  const entry = story.begin(3, 'sbrk');
  const [root, table, own] = [0x80300000, 0x80201000, 0x80202000];
  for (const frame of [table, own]) story.emit('frame_alloc', entry, '', { frame });
  story.emit('page_table', entry, '', { action: 'linked', table, root: own });
  story.emit('page_table', entry, '', { action: 'linked', table, root });
  story.emit('page_table', entry, '', { action: 'linked', table: own, root: own });
  story.emit('syscall', entry, '', { phase: 'leave', number: 12, result: -1 });
  story.end(entry);
  const query = await TraceQuery.open(sourceOf(story.rows()));
  try {
    const { columns, sql } = tablesInSql.failed_calls;
    const { rows } = await query.run(`SELECT ${columns} FROM failed_calls`);
    expect(rows.map((row) => Number(row[3]))).toEqual([1]);
    expect(rows.map(String)).toEqual((await query.run(sql)).rows.map(String));
  } finally {
    query.close();
  }
});

describe('keys', () => {
  const random = new Random(3);
  const some = (): number => {
    // Runs of neighbours, as pages come, beside keys all over the place.
    if (random.below(2) === 0) return 2 ** 36 + random.below(5000);
    return random.below(40) * 2 ** 40 + random.below(40) * 2 ** 30 + random.below(16);
  };
  const keys = Array.from({ length: 20_000 }, () => [some(), random.below(3)] as const);

  test('have the number of their first sight', () => {
    const numbered = new NumberedKeys();
    const known = new Map<string, number>();
    for (const [key, part] of keys) {
      expect(numbered.known(key, part)).toBe(known.get(`${key} ${part}`) ?? -1);
      if (!known.has(`${key} ${part}`)) known.set(`${key} ${part}`, known.size);
      expect(numbered.of(key, part)).toBe(known.get(`${key} ${part}`));
    }
    expect(numbered.size).toBe(known.size);
  });

  test('group rows in their order', () => {
    const groups = new RowGroups(keys.length, (row) => (keys[row][1] === 0 ? -1 : keys[row][0]));
    const expected = new Map<number, number[]>();
    keys.forEach(([key, part], row) => {
      if (part !== 0) expected.set(key, [...(expected.get(key) ?? []), row]);
    });
    for (const [key, rows] of expected) {
      const group = groups.groupOf(key);
      expect([...groups.rows.subarray(groups.begin(group), groups.end(group))]).toEqual(rows);
    }
    expect(groups.size).toBe(expected.size);
    expect(groups.end(groups.groupOf(-5))).toBe(0);
  });
});
