// What a panic says of why it came: a lock that is held, what the free function was given, an entry that is missing.
import { describe, expect, test } from 'vitest';
import { judgeRows } from '../support/check-rows.js';
import { panic } from '../support/panic.js';
import { pteOf, Story, type Entry } from '../support/story.js';

describe('the_kernel_does_not_panic', () => {
  const rule = 'the_kernel_does_not_panic';

  test('suspects who called with a lock held that is not held there at other times', async () => {
    const story = new Story();
    story.emit('lock', story.begin(0, ''), '', { number: 1, name: 'refcount' });
    const taking = (entry: Entry, frame: number, locks: number, from: string): void =>
      story.emit('frame_alloc', entry, 'kalloc', { frame, locks, free_frames: 9, call_site: story.at(from) });
    story.inside(3, 'exec', (entry) => {
      taking(entry, 0x80300000, 1, 'uvmalloc');
      taking(entry, 0x80301000, 1, 'uvmalloc');
    });
    const entry = story.begin(4, 'page_fault');
    const { cycle } = story;
    taking(entry, 0x80302000, 3, 'cowfault');
    panic(story, entry, 'acquire', 'count_up', 'kalloc', 'cowfault', 'usertrap');
    const { violations } = await judgeRows(rule, story.rows(), { facts: { function_allocate: 'kalloc' } });
    expect(violations[0].suspects[0].function).toBe('cowfault');
    expect(violations[0].message).toBe(
      `panic: acquire; at cycle ${cycle} it held refcount, which is not held there at other times`,
    );
  });

  test('says what the free function was given and did not take, and suspects who asked for that', async () => {
    const story = new Story();
    const entry = story.begin(4, 'exec');
    const place = { level: 0, root: 0x80200000, entry: 0x80200000, va: 0x3ffffff000 };
    story.emit('pte_write', entry, 'mappages', { ...place, before: 0n, after: pteOf(0x80007000, 0xb) });
    story.emit('kfree', entry, 'kfree', { frame: 0x80007000, call_site: story.at('uvmunmap') });
    panic(story, entry, 'kfree', 'uvmunmap', 'proc_freepagetable', 'exec');
    const facts = {
      function_free: 'kfree',
      ram_base: '2147483648',
      first_free_frame: '2147663872',
      ram_end: '2164260864',
    };
    const { violations } = await judgeRows(rule, story.rows(), { facts });
    expect(violations[0].suspects.map((one) => one.function)).toEqual([
      'proc_freepagetable',
      'exec',
      'uvmunmap',
    ]);
    expect(violations[0].message).toBe(
      "panic: kfree; the free function was given 0x80007000, which is the kernel's own memory, and mapped at 0x3ffffff000",
    );
  });

  test('suspects a function that one other calls, and that finds an entry missing', async () => {
    const story = new Story();
    const write = (entry: Entry, va: number): void =>
      story.emit('pte_write', entry, 'uvmcopy', {
        level: 0,
        root: 0x80200000,
        va,
        before: 7n,
        after: 3n,
        call_site: story.at('fork'),
      });
    story.inside(3, 'fork', (entry) => write(entry, 0));
    const entry = story.begin(3, 'fork');
    write(entry, 0x1000);
    panic(story, entry, 'uvmcopy', 'fork', 'syscall');
    const { violations } = await judgeRows(rule, story.rows());
    expect(violations[0].suspects.map((one) => one.function)).toEqual(['uvmcopy', 'fork', 'syscall']);
  });
});
