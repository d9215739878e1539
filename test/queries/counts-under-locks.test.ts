// Which changes of counts are made under a common lock, and who is to blame for those that are not.
import { describe, expect, test } from 'vitest';
import { judgeRows } from '../support/check-rows.js';
import { lockedStory } from '../support/locked-story.js';
import type { Story } from '../support/story.js';

const frame = 0x80400000;
const atomic = 2 ** 31;
const another = 2 ** 30;

function counted(...locks: readonly number[]): Story {
  const story = lockedStory();
  locks.forEach((held, index) =>
    story.inside(3, 'fork', (entry) =>
      story.emit('refcount_change', entry, `change${index}`, { frame, before: 1, after: 2, locks: held }),
    ),
  );
  return story;
}

describe('counts_change_under_a_common_lock', () => {
  const name = 'counts_change_under_a_common_lock';

  test.each([
    ['one lock', [2, 2, 3]],
    ['atomic instructions', [atomic, atomic]],
    ['a lock that nobody knows', [another | 2, another, another | 1]],
  ])('holds with %s', async (_, locks) => {
    expect(await judgeRows(name, counted(...locks).rows())).toMatchObject({
      status: 'holds',
      judged: locks.length,
    });
  });

  test('is broken by a change with none, which is named', async () => {
    const { violations } = await judgeRows(name, counted(2, 0, 2).rows());
    expect(violations).toMatchObject([
      {
        function: 'change1',
        message: expect.stringMatching(
          /from 1 to 2 without count_lock, which is held at 2 other\(s\) \(1 such/,
        ),
      },
    ]);
  });

  test('is broken by a change under a lock of something else, as that of a process', async () => {
    const { violations } = await judgeRows(name, counted(2, another, 2).rows());
    expect(violations).toMatchObject([
      {
        function: 'change1',
        message: expect.stringMatching(/without count_lock, which is held at 2 other\(s\) \(1 such/),
      },
    ]);
  });

  test('is broken where callers hold some lock or other, not where the usual one is taken', async () => {
    const story = counted(2, 2, 2);
    for (const held of [1, another])
      story.inside(3, 'wait', (entry) =>
        story.emit('refcount_change', entry, 'kfree', { frame, before: 2, after: 1, locks: held }),
      );
    const { violations } = await judgeRows(name, story.rows());
    expect(violations).toMatchObject([
      { function: 'kfree', message: expect.stringMatching(/without count_lock, .* at 3 .* \(2 such/) },
    ]);
    expect(violations[0].suspects[0]).toMatchObject({ function: 'kfree' });
  });

  test.each([
    ['with half of the changes is missed, if counts rise with it', 'up', /without count_lock/],
    [
      'is not known where it is held only where counts fall, as by wait',
      'down',
      /with no lock held \(1 such/,
    ],
  ])('the only lock %s', async (_, way, message) => {
    const story = lockedStory();
    const change = (where: string, locks: number, by: number): void =>
      story.inside(3, 'wait', (entry) =>
        story.emit('refcount_change', entry, where, { frame, before: 2, after: 2 + by, locks }),
      );
    for (let time = 0; time < 2; time++) change('count_up', 2, way === 'up' ? 1 : -1);
    for (const held of [1, 0]) change('kfree', held, -1);
    const { violations } = await judgeRows(name, story.rows());
    expect(violations[0]).toMatchObject({ function: 'kfree', message: expect.stringMatching(message) });
  });

  test('takes no lock for the usual one that a place holds only sometimes', async () => {
    const story = lockedStory();
    for (const held of [2, 2, 2, 0])
      story.inside(3, 'wait', (entry) =>
        story.emit('refcount_change', entry, 'kfree', { frame, before: 2, after: 1, locks: held }),
      );
    const { violations } = await judgeRows(name, story.rows());
    expect(violations.map((one) => one.message)).toEqual([
      expect.stringMatching(/with no lock held \(1 such/),
    ]);
  });

  test('is broken by two that have no lock in common', async () => {
    const { violations } = await judgeRows(name, counted(1, 2).rows());
    expect(violations.map((one) => one.function)).toEqual(['change0', 'change1']);
    for (const { message } of violations)
      expect(message).toMatch(/with a lock that not all hold who change it/);
  });

  test('does not speak of a lock for counts where there is none', async () => {
    const { violations } = await judgeRows(name, counted(1, another, 2, another).rows());
    expect(violations.map((one) => one.function)).toEqual(['change1', 'change3']);
    for (const { message } of violations) expect(message).toMatch(/with no lock that keeps others from/);
  });

  /** kfree takes one off a count for each of its callers, under the locks given. */
  function freed(...calls: readonly (readonly [caller: string, locks: number])[]): Story {
    const story = lockedStory();
    for (const [caller, locks] of calls)
      story.inside(3, 'exit', (entry) => {
        const call_site = story.at(caller);
        story.emit('refcount_change', entry, 'kfree', { frame, before: 2, after: 1, locks, call_site });
      });
    return story;
  }

  test('suspects the function that never has a lock, once, and its caller where others hold one for it', async () => {
    const suspects = async (story: Story): Promise<string[][]> => {
      const { violations } = await judgeRows(name, story.rows());
      return violations.map((one) => one.suspects.map((suspect) => suspect.function));
    };
    expect(await suspects(freed(['uvmunmap', 0], ['handler', 0]))).toEqual([['kfree', 'uvmunmap']]);
    expect(await suspects(freed(['uvmunmap', 1], ['handler', 0]))).toEqual([['handler', 'kfree']]);
    // Seen in a kernel without any lock for counts, whose `wait` holds one of its own while it frees a page table.
    const hardly = freed(['freeproc', 1], ['uvmfree', 0], ['handler', 0]);
    expect(await suspects(hardly)).toEqual([['kfree', 'uvmfree']]);
  });

  test('lets a frame with a single owner alone, and kernels without known locks', async () => {
    const story = lockedStory();
    story.inside(3, 'fork', (entry) =>
      story.emit('refcount_change', entry, 'kalloc', { frame, before: 0, after: 1, locks: 0 }),
    );
    const unknown = { ...counted(0).rows(), lock: [] };
    for (const rows of [story.rows(), unknown])
      expect(await judgeRows(name, rows)).toMatchObject({ status: 'vacuous', violationCount: 0 });
  });
});
