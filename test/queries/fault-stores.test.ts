// Invariants about what the handler of a fault stores, and when: rows that keep the rule, and rows that break it.
import { describe, expect, test } from 'vitest';
import { judgeRows } from '../support/check-rows.js';
import { pte, pteOf } from '../support/story.js';
import type { ToyKernel } from '../support/toy-kernel.js';
import { sharing } from '../support/toy-shell.js';

describe('a_frame_is_copied_before_it_is_given_up', () => {
  const name = 'a_frame_is_copied_before_it_is_given_up';

  /** A write fault that gives its old frame up so many cycles after it took the new one. */
  function fault(cycles: number, freer = 'cowfault'): ToyKernel {
    const { kernel, shell } = sharing();
    const { story } = kernel;
    const { frame, bits } = shell.pages.get(0x1000)!;
    const entry = story.begin(shell.pid, 'page_fault');
    const copy = 0x80400000;
    const at = story.cycle;
    story.emit('kalloc', entry, 'kalloc', { frame: copy, cycle: at, call_site: story.at('cowfault') });
    story.emit('kfree', entry, 'kfree', { frame, cycle: at + cycles, call_site: story.at(freer) });
    const place = { root: shell.root, level: 0, va: 0x1000, entry: shell.tables[2]! + 8 };
    const after = pteOf(copy, bits | pte.w);
    story.emit('pte_write', entry, 'mappages', { ...place, before: pteOf(frame, bits), after });
    story.end(entry);
    return kernel;
  }

  test('is broken when there was no time to copy', async () => {
    const { violations } = await judgeRows(name, fault(30).story.rows());
    expect(violations).toMatchObject([
      { caller: { function: 'cowfault' }, message: expect.stringMatching(/given up 30 time step/) },
    ]);
  });

  test('suspects the handler, also where it has its page unmapped by a function that all use', async () => {
    const { violations } = await judgeRows(name, fault(30, 'uvmunmap').story.rows());
    const names = violations.map((one) => one.suspects.map((suspect) => suspect.function));
    expect(names).toEqual([['cowfault', 'uvmunmap', 'kfree']]);
  });

  test('holds when there was', async () => {
    expect(await judgeRows(name, fault(4000).story.rows())).toMatchObject({ status: 'holds' });
  });
});

describe('no_fault_opens_a_page_of_the_kernel', () => {
  const name = 'no_fault_opens_a_page_of_the_kernel';

  test("is broken by a guard page that a fault makes the program's, and holds without", async () => {
    const { kernel, shell } = sharing();
    kernel.store(shell, 0x1000);
    expect(await judgeRows(name, kernel.story.rows())).toMatchObject({ status: 'holds', judged: 1 });
    const other = sharing();
    const { story } = other.kernel;
    const entry = story.begin(other.shell.pid, 'page_fault');
    const { frame, bits } = other.shell.pages.get(0x2000)!;
    const place = { root: other.shell.root, level: 0, va: 0x2000, entry: other.shell.tables[2]! + 16 };
    const [before, after] = [pteOf(frame, bits), pteOf(frame, bits | pte.u | pte.w)];
    story.emit('pte_write', entry, 'cowfault', { ...place, before, after });
    story.end(entry);
    const { violations } = await judgeRows(name, story.rows());
    expect(violations).toMatchObject([
      { message: expect.stringMatching(/page at 0x2000/), function: 'cowfault' },
    ]);
  });
});
