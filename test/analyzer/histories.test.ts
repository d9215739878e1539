// The histories against the same facts in SQL, on random stories of a few processes at a few frames and pages.
import { describe, expect, test } from 'vitest';
import { queryRows } from '../support/check-rows.js';
import type { EventRows } from '../support/event-rows.js';
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

/** Entries begin and end in any order; what they do is not always sensible. */
function randomStory(seed: number): EventRows {
  const random = new Random(seed);
  const story = new Story();
  const open: Entry[] = [story.begin(0, 'scheduler')];
  const entries = new Map<number, bigint>();
  const frameAt = (): number => 0x80200000 + random.below(4) * 4096;
  const bits = [0, pte.v | pte.r | pte.u, pte.v | pte.r | pte.w | pte.u, pte.v | pte.r];
  for (let step = 0; step < 150; step++) {
    const entry = open[random.below(open.length)];
    const frame = frameAt();
    const table = 0x80300000 + random.below(2) * 4096;
    const page = random.below(3);
    switch (random.below(9)) {
      case 0:
        open.push(story.begin(1 + random.below(3), 'sbrk'));
        break;
      case 1:
        if (entry.pid !== 0) story.end(open.splice(open.indexOf(entry), 1)[0]);
        break;
      case 2:
        story.emit('frame_alloc', entry, 'kalloc', { frame, free_frames: 9 });
        break;
      case 3:
        story.emit('frame_free', entry, 'kfree', { frame, free_frames: 9 });
        break;
      case 4:
        story.emit('refcount_change', entry, 'kfree', {
          frame,
          before: random.below(3),
          after: random.below(3),
        });
        break;
      case 5:
        // Boot code retires no table, and its stores find what they left.
        if (entry.pid !== 0 && random.below(3) === 0)
          story.emit('page_table', entry, '', { action: 'retired', table, root: table });
        break;
      default: {
        const at = table + page * 8;
        const after = pteOf(frame, bits[random.below(bits.length)]);
        // Now and then a store nobody saw came in between.
        const before = entry.pid !== 0 && random.below(8) === 0 ? 0n : (entries.get(at) ?? 0n);
        story.emit('pte_write', entry, 'mappages', {
          entry: at,
          root: table,
          va: page * 4096,
          before,
          after,
        });
        entries.set(at, after);
      }
    }
  }
  return story.rows();
}

describe.each([
  ...Array.from({ length: 12 }, (_, seed) => [`random story ${seed}`, () => randomStory(seed)] as const),
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
