// who_frees_a_frame_took_its_count_to_zero: two owners of a frame give it up, in an order of their own.
import { expect, test } from 'vitest';
import { judgeRows } from '../support/check-rows.js';
import { Story } from '../support/story.js';
import { toyRun } from '../support/toy-kernel.js';

const rule = 'who_frees_a_frame_took_its_count_to_zero';
const frame = 0x80300000;

/** Processes 3 and 4 lower the count to these numbers; some of them free the frame when they are given one to free. */
function givenUp(counts: readonly [number, number], free: readonly (3 | 4)[], given = frame): Story {
  const story = new Story();
  // Frees as they should be: what a kernel does as a rule is no mistake.
  for (let other = 1; other <= 4; other++) {
    story.inside(2, 'exec', (entry) => {
      story.emit('refcount_change', entry, 'kfree', { frame: frame + other * 4096, before: 1, after: 0 });
      story.emit('frame_free', entry, 'kfree', { frame: frame + other * 4096 });
    });
  }
  const entries = { 3: story.begin(3, 'exit', 0), 4: story.begin(4, 'exit', 1) } as const;
  const before = Math.max(...counts) + 1;
  ([3, 4] as const).forEach((pid, index) => {
    const call_site = story.at('kfree');
    story.emit('refcount_change', entries[pid], 'drop', { frame, before, after: counts[index], call_site });
  });
  for (const pid of free) {
    story.emit('kfree', entries[pid], 'kfree', { frame: given });
    story.emit('frame_free', entries[pid], 'kfree', { frame });
  }
  return story;
}

test('is broken by who frees a frame that another took to zero', async () => {
  const { violations } = await judgeRows(rule, givenUp([1, 0], [3, 4]).rows(), {
    facts: { function_free: 'kfree' },
  });
  expect(violations).toHaveLength(1);
  expect(violations[0]).toMatchObject({ pid: 3, frame: BigInt(frame) });
  expect(violations[0].message).toMatch(
    /^frame 0x80300000 was put .* to 1 \(cycle \d+\); process 4 took it to zero at cycle \d+$/,
  );
  expect(violations[0].suspects.map((one) => one.function)).toEqual(['drop', 'kfree']);
});

test('holds where only the last one frees, however late', async () => {
  expect(await judgeRows(rule, givenUp([1, 0], [4]).rows())).toMatchObject({ status: 'holds', judged: 5 });
});

test('holds where the allocator had kept the frame, and puts it on its list for another one', async () => {
  const rows = givenUp([1, 0], [3], frame + 0x10000).rows();
  expect(await judgeRows(rule, rows)).toMatchObject({ status: 'holds' });
});

test('holds where an entry gives back a frame that it has just counted', async () => {
  const story = givenUp([1, 0], [4]);
  story.inside(5, 'fork', (entry) => {
    story.emit('refcount_change', entry, 'kalloc', { frame: frame + 0x10000, before: 0, after: 1 });
    story.emit('kfree', entry, 'kfree', { frame: frame + 0x10000 });
    story.emit('frame_free', entry, 'kfree', { frame: frame + 0x10000 });
  });
  expect(await judgeRows(rule, story.rows())).toMatchObject({ status: 'holds' });
});

test('says nothing of a kernel that frees at one: who breaks the sharing may free the other owner next', async () => {
  const story = givenUp([1, 0], [3]);
  for (let at = frame + 0x100000; at < frame + 0x108000; at += 4096) {
    story.inside(5, 'exec', (entry) =>
      story.emit('refcount_change', entry, 'kalloc', { frame: at, before: 0, after: 1 }),
    );
    story.inside(5, 'exit', (entry) => story.emit('frame_free', entry, 'kfree', { frame: at }));
  }
  expect(await judgeRows(rule, story.rows())).toMatchObject({ status: 'holds' });
});

test('says nothing of who did not lower the count, nor of a kernel that counts otherwise', async () => {
  const taken = new Story();
  taken.inside(3, 'fork', (entry) => {
    taken.emit('refcount_change', entry, 'kalloc', { frame, before: 0, after: 1 });
    taken.emit('frame_free', entry, 'kfree', { frame });
  });
  const oneIsFree = new Story();
  for (let at = frame; at < frame + 8 * 4096; at += 4096) {
    oneIsFree.inside(3, 'exec', (entry) => {
      oneIsFree.emit('refcount_change', entry, 'kfree', { frame: at, before: 2, after: 1 });
      oneIsFree.emit('frame_free', entry, 'kfree', { frame: at });
    });
  }
  const asOften = new Story();
  for (let at = frame; at < frame + 8 * 4096; at += 4096) {
    const after = (at / 4096) % 2;
    asOften.inside(3, 'exec', (entry) => {
      asOften.emit('refcount_change', entry, 'kfree', { frame: at, before: after + 1, after });
      asOften.emit('kfree', entry, 'kfree', { frame: at });
      asOften.emit('frame_free', entry, 'kfree', { frame: at });
    });
  }
  const manners = [toyRun({ soleOwnerCounts: 0 }), toyRun({ reuses: true }), toyRun()];
  for (const story of [taken, oneIsFree, asOften, ...manners.map((run) => run.story)])
    expect(await judgeRows(rule, story.rows())).toMatchObject({ status: 'holds' });
});
