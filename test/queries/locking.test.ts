// Invariants about locks, stale translations and the size of a process: rows that keep the rule, and rows that
// break it.
import { describe, expect, test } from 'vitest';
import { judgeRows } from '../support/check-rows.js';
import { lockedStory } from '../support/locked-story.js';
import { pte, pteOf, Story, type Entry } from '../support/story.js';

const frame = 0x80400000;
const another = 2 ** 30;

describe('the_free_list_changes_under_a_lock', () => {
  const name = 'the_free_list_changes_under_a_lock';

  test('holds with a lock, and is broken without', async () => {
    const story = lockedStory();
    const change = (kind: 'frame_alloc' | 'frame_free', where: string, locks: number): void =>
      story.inside(3, 'sbrk', (entry) => story.emit(kind, entry, where, { frame, free_frames: 9, locks }));
    change('frame_alloc', 'kalloc', 1);
    change('frame_free', 'kfree', another);
    expect(await judgeRows(name, story.rows())).toMatchObject({ status: 'holds', judged: 2 });
    change('frame_free', 'hurry', 0);
    const { violations } = await judgeRows(name, story.rows());
    expect(violations).toMatchObject([
      { function: 'hurry', message: expect.stringMatching(/put on the free list/) },
    ]);
  });
});

describe('locks_are_taken_in_one_order', () => {
  const name = 'locks_are_taken_in_one_order';
  const [kmem, counts] = [0, 1];
  const orders = (
    ...rows: readonly (readonly [lock: number, held: number, where: string, by?: string])[]
  ) => {
    const story = lockedStory();
    for (const [lock, locks, where, by = 'acquire'] of rows)
      story.inside(3, 'fork', (entry) =>
        story.emit('lock_order', entry, by, { lock, locks, call_site: story.at(where) }),
      );
    return story.rows();
  };

  test('is broken by two that are taken both ways, where each was', async () => {
    const { violations } = await judgeRows(name, orders([counts, 3, 'kalloc'], [kmem, 3, 'kfree']));
    expect(violations).toHaveLength(1);
    expect(violations[0].message).toMatch(
      /kmem.lock was taken with count_lock held; at cycle \d+, in kalloc \(/,
    );
    expect(violations[0].message).toMatch(/count_lock was taken with kmem.lock held$/);
    expect(violations[0].suspects.map((one) => one.function)).toEqual(['kfree', 'kalloc']);
  });

  test('suspects who held the first lock and called what took the second', async () => {
    const rows = orders([kmem, 3, 'kfree'], [counts, 3, 'set_count']);
    const [{ seq, span }] = rows.lock_order!.slice(-1);
    const places = rows.location!.map(({ function: called, address }) => [called, address] as const);
    const at = (called: string) => places.find(([found]) => found === called)![1];
    const row = { seq: Number(seq) + 1000, span, pc: at('set_count'), call_site: at('acquire') };
    const refcount_change = [{ ...row, frame: 0x80300000, before: 0, after: 1, locks: 3 }];
    const { violations } = await judgeRows(name, { ...rows, refcount_change });
    expect(violations[0].suspects.map((one) => one.function)).toEqual(['acquire', 'set_count', 'kfree']);
  });

  test('holds where one is always the second, a third keeps both apart, or one is only tried', async () => {
    const rows = orders([counts, 3, 'kalloc'], [counts, 3 | another, 'kfree']);
    expect(await judgeRows(name, rows)).toMatchObject({ status: 'holds', judged: 2 });
    const apart = orders([counts, 7, 'kalloc'], [kmem, 7, 'kfree']);
    expect((await judgeRows(name, apart)).violations).toEqual([]);
    const tried = orders([counts, 3, 'kalloc'], [kmem, 3, 'kfree', 'tryacquire']);
    expect((await judgeRows(name, tried)).violations).toEqual([]);
  });
});

describe('no_lock_is_held_in_user_mode', () => {
  const name = 'no_lock_is_held_in_user_mode';
  const returning = (to_mode: number, locks: number): Story => {
    const story = lockedStory();
    story.inside(3, 'sbrk', (entry) => story.emit('trap_return', entry, 'userret', { to_mode, locks }));
    return story;
  };

  test('is broken by a lock that is, which is named', async () => {
    const { violations } = await judgeRows(name, returning(0, 2).rows());
    expect(violations).toMatchObject([
      { message: expect.stringMatching(/with count_lock held/), function: 'userret' },
    ]);
    const unnamed = await judgeRows(name, returning(0, another).rows());
    expect(unnamed.violations).toMatchObject([{ message: expect.stringMatching(/with a lock held/) }]);
  });

  test('names the call that failed with the lock, and suspects who makes children where that was fork', async () => {
    const story = lockedStory();
    story.inside(3, 'fork', (entry) => story.emit('process', entry, 'fork', { action: 'fork', subject: 4 }));
    story.inside(3, 'fork', (entry) => {
      story.emit('syscall', entry, '', { phase: 'leave', name: 'fork', number: 1, result: -1 });
      story.emit('trap_return', entry, 'userret', { to_mode: 0, locks: another });
    });
    const { violations } = await judgeRows(name, story.rows());
    expect(violations[0].message).toBe(
      'the hart returned from a failed fork to the program with a lock held',
    );
    expect(violations[0].suspects.map((one) => one.function)).toEqual(['fork']);
  });

  test('suspects what changes things under that lock for the one who did something last', async () => {
    const story = lockedStory();
    const place = { root: 0x80200000, level: 0, va: 0x1000, entry: 0x80202008, before: 0n, after: 0n };
    const change = { frame, before: 2, after: 1, locks: 2 };
    story.inside(3, 'page_fault', (entry) =>
      story.emit('refcount_change', entry, 'unshare', { ...change, call_site: story.at('uncow') }),
    );
    story.inside(3, 'fork', (entry) =>
      story.emit('refcount_change', entry, 'share', { ...change, call_site: story.at('uvmcopy') }),
    );
    story.inside(3, 'page_fault', (entry) => {
      story.emit('pte_write', entry, 'uncow', { ...place, call_site: story.at('usertrap') });
      story.emit('trap_return', entry, 'userret', { to_mode: 0, locks: 2 });
    });
    const { violations } = await judgeRows(name, story.rows());
    expect(violations[0]?.suspects.map((one) => one.function)).toEqual(['unshare', 'uncow', 'usertrap']);
  });

  test('holds without one; a return into the kernel is none', async () => {
    expect(await judgeRows(name, returning(0, 0).rows())).toMatchObject({ status: 'holds', judged: 1 });
    expect(await judgeRows(name, returning(1, 2).rows())).toMatchObject({ status: 'vacuous' });
  });
});

describe('no_translation_is_stale_in_user_mode', () => {
  const name = 'no_translation_is_stale_in_user_mode';
  const root = 0x80200000;
  const returning = (stale: number): Story => {
    const story = new Story();
    const bits = pte.v | pte.r | pte.u;
    story.inside(3, 'fork', (entry) => {
      const place = { root, level: 0, va: 0x1000, entry: 0x80202008 };
      const [before, after] = [pteOf(frame, bits | pte.w), pteOf(frame, bits)];
      story.emit('pte_write', entry, 'uvmcopy', { ...place, before, after });
      story.emit('pte_write', entry, 'mappages', { ...place, va: 0x2000, before: 0n, after });
      story.emit('trap_return', entry, 'userret', { to_mode: 0, root, stale });
    });
    return story;
  };

  test('is broken by a return that did not flush, at the entry that was narrowed', async () => {
    const { violations } = await judgeRows(name, returning(1).rows());
    expect(violations).toMatchObject([
      { function: 'uvmcopy', message: expect.stringMatching(/entry for 0x1000/) },
    ]);
  });

  test('holds for one that did', async () => {
    expect(await judgeRows(name, returning(0).rows())).toMatchObject({ status: 'holds', judged: 1 });
  });
});

describe('no_fault_is_resolved_above_the_size', () => {
  const name = 'no_fault_is_resolved_above_the_size';
  const faulting = (va: number, outcome: string, call?: number): Story => {
    const story = new Story();
    story.inside(3, 'page_fault', (entry) => {
      if (call !== undefined) story.emit('syscall', entry, '', { phase: 'leave', number: call, result: 0 });
      story.emit('page_fault', entry, '', { access: 'store', va, size: 0x4000, outcome });
    });
    return story;
  };

  test('is broken by one that is', async () => {
    const { violations } = await judgeRows(name, faulting(0x4000, 'resolved').rows());
    expect(violations).toMatchObject([
      { message: 'a store at 0x4000 was resolved, though the process has 0x4000 bytes' },
    ]);
  });

  test('is broken once by a fault that comes again and again', async () => {
    const story = new Story();
    const row = { access: 'store', va: 0x4000, size: 0x4000, outcome: 'resolved' };
    for (let time = 0; time < 3; time++)
      story.inside(3, 'page_fault', (entry) => {
        story.emit('pte_write', entry, 'cowfault', { level: 0, va: 0x4000, before: 0n, after: 1n });
        story.emit('page_fault', entry, '', row);
      });
    const { violations } = await judgeRows(name, story.rows());
    expect(violations).toMatchObject([
      { message: 'a store at 0x4000 was resolved 3 times, though the process has 0x4000 bytes' },
    ]);
  });

  test('holds where such a fault comes again since nothing was done, which is told by another rule', async () => {
    const story = new Story();
    const row = { access: 'store', va: 0x4000, size: 0x4000, pc: 0x100, outcome: 'resolved' };
    for (let time = 0; time < 3; time++)
      story.inside(3, 'page_fault', (entry) => story.emit('page_fault', entry, '', row));
    expect(await judgeRows(name, story.rows())).toMatchObject({ status: 'holds' });
    const { violations } = await judgeRows('a_resolved_fault_makes_progress', story.rows());
    expect(violations[0].message).toMatch(
      /with no entry changed, and faulted again .*; the process has 0x4000 bytes$/,
    );
  });

  test('suspects who looks at the addresses of faults, before who maps the page', async () => {
    const story = new Story();
    const mapping = (entry: Entry, where: string, caller: string): void => {
      const place = { root: 0x80200000, level: 0, va: 0x4000, entry: 0x80202008, before: 0n, after: 1n };
      story.emit('pte_write', entry, where, { ...place, call_site: story.at(caller) });
    };
    story.inside(3, 'sbrk', (entry) => mapping(entry, 'mappages', 'uvmalloc'));
    story.inside(3, 'page_fault', (entry) => mapping(entry, 'uncow', 'usertrap'));
    story.inside(3, 'page_fault', (entry) => {
      mapping(entry, 'mappages', 'uvmalloc');
      const row = { access: 'store', va: 0x4000, size: 0x4000, outcome: 'resolved' };
      story.emit('page_fault', entry, '', row);
    });
    const { violations } = await judgeRows(name, story.rows());
    expect(violations[0]?.suspects.map((one) => one.function)).toEqual(['usertrap', 'uvmalloc', 'mappages']);
  });

  test('holds below it; whoever is killed is no fault, nor where mmap may have given memory', async () => {
    expect(await judgeRows(name, faulting(0x3ff8, 'resolved').rows())).toMatchObject({
      status: 'holds',
      judged: 1,
    });
    for (const story of [faulting(0x9000, 'killed'), faulting(0x9000, 'resolved', 22)])
      expect((await judgeRows(name, story.rows())).violations).toEqual([]);
  });
});
