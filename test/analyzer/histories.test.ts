// The histories against the same facts in SQL, on random stories of a few processes at a few frames and pages.
import { describe, expect, test } from 'vitest';
import { queryRows } from '../support/check-rows.js';
import { Random } from '../support/random.js';
import { pte, pteOf, Story, type Entry } from '../support/story.js';
import { toyRun } from '../support/toy-kernel.js';
import { mappingsInSql, pointsInSql } from './histories-in-sql.js';

const mappings =
  'SELECT frame, va, from_seq, span, to_seq, to_span, writable FROM leaf_mappings ORDER BY from_seq';
const points = `
SELECT frame, span, seq, mappings, writable_mappings, coalesce(mappings_before, 0), count, free, judged, undisturbed
FROM quiescent_points ORDER BY seq, frame`;
const pointsOracle = `
SELECT frame, span, end_seq, mappings, writable_mappings, coalesce(mappings_before, 0), count, free, judged,
       judged AND NOT disturbed
FROM (${pointsInSql}) ORDER BY end_seq, frame`;

const frames = 4;
const pages = 3;
const bits = [0, pte.v | pte.r | pte.u, pte.v | pte.r | pte.w | pte.u, pte.v | pte.r];

/** Entries begin and end in any order; what they do is not always sensible. */
class RandomStory {
  readonly story = new Story();
  private readonly open: Entry[] = [this.story.begin(0, 'scheduler')];
  private readonly entries = new Map<number, bigint>();

  constructor(private readonly random: Random) {
    for (let step = 0; step < 150; step++) this.step();
  }

  private step(): void {
    const { random, story, open } = this;
    const entry = open[random.below(open.length)];
    const choice = random.below(9);
    if (choice === 0) open.push(story.begin(1 + random.below(3), 'sbrk'));
    else if (choice === 1 && entry.pid !== 0) story.end(open.splice(open.indexOf(entry), 1)[0]);
    else if (choice <= 4) this.touchFrame(choice, entry);
    else this.touchTable(choice, entry);
  }

  private touchFrame(choice: number, entry: Entry): void {
    const { random, story } = this;
    const frame = 0x80200000 + random.below(frames) * 4096;
    if (choice === 4)
      story.emit('refcount_change', entry, 'kfree', {
        frame,
        before: random.below(3),
        after: random.below(3),
      });
    else story.emit(choice === 2 ? 'frame_alloc' : 'frame_free', entry, 'kalloc', { frame, free_frames: 9 });
  }

  /** Boot code retires no table, and its stores find what was left there. */
  private touchTable(choice: number, entry: Entry): void {
    const { random, story } = this;
    const boot = entry.pid === 0;
    const table = 0x80300000 + random.below(2) * 4096;
    const page = random.below(pages);
    if (choice === 5 && !boot && random.below(3) === 0) {
      story.emit('page_table', entry, '', { action: 'retired', table, root: table });
      return;
    }
    const at = table + page * 8;
    const after = pteOf(0x80200000 + random.below(frames) * 4096, bits[random.below(bits.length)]);
    // Now and then a store that nobody saw came in between.
    const before = !boot && random.below(8) === 0 ? 0n : (this.entries.get(at) ?? 0n);
    story.emit('pte_write', entry, 'mappages', { entry: at, root: table, va: page * 4096, before, after });
    this.entries.set(at, after);
  }
}

describe.each([
  ...Array.from(
    { length: 12 },
    (_, seed) => [`random story ${seed}`, () => new RandomStory(new Random(seed)).story.rows()] as const,
  ),
  ['copy on write in miniature', () => toyRun().story.rows()] as const,
])('%s', (_name, rows) => {
  test('mappings are what the stores say', async () => {
    const expected = await queryRows(`SELECT * FROM (${mappingsInSql}) ORDER BY from_seq`, rows());
    expect(expected.length).toBeGreaterThan(5);
    expect(await queryRows(mappings, rows())).toEqual(expected);
  });

  test('points are what the entries made of each frame', async () => {
    const expected = await queryRows(pointsOracle, rows());
    expect(expected.length).toBeGreaterThan(5);
    expect(await queryRows(points, rows())).toEqual(expected);
  });
});

test('refuse rows that claim the same place in the order of events', async () => {
  const row = { seq: 1, cycle: 1000, hart: 0, pid: 3, span: 1, pc: 0x80000000, frame: 0x80300000 };
  const rows = { frame_alloc: [row], frame_free: [row] };
  await expect(queryRows(points, rows)).rejects.toThrow('two rows have seq 1');
});
