// Rules about panics: which of them a panic breaks, and whom of the calls under way it makes suspect.
import { describe, expect, test } from 'vitest';
import { judgeRows } from '../support/check-rows.js';
import { panic } from '../support/panic.js';
import { pteOf, Story, type Entry } from '../support/story.js';
import { ToyKernel } from '../support/toy-kernel.js';

function faultAt(story: Story, va: number, ...calls: string[]): void {
  const { cycle } = story;
  const entry = story.begin(4, 'page_fault');
  panic(story, entry, ...calls);
  const outcome = { access: 'store', va, root: 0x80200000, outcome: 'panicked', end_cycle: story.cycle };
  story.emit('page_fault', entry, '', { cycle, ...outcome });
}

/** A fork that gets nothing from the allocator, and panics, fails, or goes on to panic for another reason. */
function forkWithoutMemory(then: 'panics' | 'fails' | 'gets one and panics'): Story {
  const story = new Story();
  const entry = story.begin(4, 'fork');
  story.emit('kalloc', entry, 'kalloc', { frame: 0, call_site: story.at('uvmcopy') });
  if (then === 'gets one and panics')
    story.emit('kalloc', entry, 'kalloc', { frame: 0x80300000, call_site: story.at('uvmcopy') });
  if (then === 'fails') story.end(entry);
  else panic(story, entry, 'uvmcopy', 'fork');
  return story;
}

const suspects = async (rule: string, story: Story): Promise<string[][]> => {
  const { violations } = await judgeRows(rule, story.rows(), { facts: { function_map: 'mappages' } });
  return violations.map((one) => one.suspects.map((suspect) => suspect.function));
};

describe('the_kernel_does_not_panic', () => {
  const rule = 'the_kernel_does_not_panic';

  test('suspects the caller of a function that checks what it is given', async () => {
    const story = new Story();
    panic(story, story.begin(4, 'page_fault'), 'walk', 'cowfault', 'usertrap');
    expect(await suspects(rule, story)).toEqual([['cowfault', 'walk', 'usertrap']]);
  });

  test('suspects the function that gives up when memory is out', async () => {
    expect(await suspects(rule, forkWithoutMemory('panics'))).toEqual([['uvmcopy', 'fork']]);
  });

  test('suspects what a trap of the kernel interrupted, or who called it when anybody might', async () => {
    const story = new Story();
    panic(story, story.begin(4, 'page_fault'), 'kerneltrap', 'kernelvec', '*memmove', 'cowfault', 'usertrap');
    expect(await suspects(rule, story)).toEqual([['cowfault', 'usertrap', 'memmove']]);
  });

  test('suspects who takes a lock that is held, though everybody calls it', async () => {
    const story = new Story();
    const entry = story.begin(4, 'exec');
    const { cycle } = story;
    const change = { frame: 0x80300000, before: 2, after: 1, locks: 2 };
    story.emit('refcount_change', entry, 'kfree', { ...change, call_site: story.at('uvmunmap') });
    panic(story, entry, 'acquire', 'kfree', 'uvmunmap', 'exec');
    const { violations } = await judgeRows(rule, story.rows(), { facts: { function_free: 'kfree' } });
    expect(violations[0].suspects.map((one) => one.function)).toEqual(['kfree', 'uvmunmap', 'exec']);
    expect(violations[0].message).toBe(
      `panic: acquire; this kernel entry had last changed a count or the free list under a lock at cycle ${cycle}`,
    );
  });

  /** A failed fork frees the child's tables; the child's page is still mapped there, and may have been given up. */
  function forkLeavesPage(isGivenUp: boolean): Story {
    const kernel = new ToyKernel();
    const shell = kernel.fork(kernel.boot('init'));
    kernel.exec(shell, 'sh');
    const { story } = kernel;
    const entry = story.begin(shell.pid, 'fork');
    const [root, middle, table] = [0x80700000, 0x80701000, 0x80702000];
    [root, middle, table].forEach((address, index) =>
      story.emit('page_table', entry, 'walk', {
        action: 'linked',
        table: address,
        root,
        level: 2 - index,
        va: 0,
      }),
    );
    const { frame, bits } = shell.pages.get(0x1000)!;
    const place = { root, level: 0, va: 0x1000, entry: table + 8, call_site: story.at('uvmcopy') };
    story.emit('pte_write', entry, 'mappages', { ...place, before: 0n, after: pteOf(frame, bits) });
    if (isGivenUp) story.emit('kfree', entry, 'kfree', { frame, call_site: story.at('uvmunmap') });
    story.emit('page_table', entry, 'freewalk', { action: 'retired', table: root, root, level: 2, va: 0 });
    story.emit('page_table', entry, 'freewalk', { action: 'retired', table, root, level: 0, va: 0 });
    panic(story, entry, 'freewalk', 'uvmfree', 'freeproc', 'fork');
    return story;
  }

  test.each([
    ['had made it in the same kernel entry', false, 'uvmcopy', ''],
    ['had given its frame up', true, 'uvmunmap', ', though its frame had been given up'],
  ])('suspects who left a page in a table that is freed: who %s', async (_, isGivenUp, who, words) => {
    const { violations } = await judgeRows(rule, forkLeavesPage(isGivenUp).rows());
    expect(violations[0].suspects.map((one) => one.function)).toEqual([who, 'uvmfree', 'freeproc']);
    expect(violations[0].message).toBe(
      `panic: freewalk; the page at 0x1000 was still in the table that was freed${words}`,
    );
  });

  test('names a function that calls itself once', async () => {
    const story = new Story();
    panic(story, story.begin(4, 'wait'), 'freewalk', 'freewalk', 'freewalk', 'uvmfree', 'freeproc');
    expect(await suspects(rule, story)).toEqual([['uvmfree', 'freewalk', 'freeproc']]);
  });

  /**
   * A shell unmaps a page in one call and lives on; later a function goes through its pages, and panics at the
   * second: at the one that is not there, or at the one beside it.
   */
  function stumbles(left: 'empty' | 'mapped'): Story {
    const kernel = new ToyKernel();
    const shell = kernel.fork(kernel.boot('init'));
    kernel.exec(shell, 'sh');
    const { story } = kernel;
    const change = (entry: Entry, caller: string, va: number, isMapped: boolean): void => {
      const { frame, bits } = shell.pages.get(va)!;
      const [before, after] = [pteOf(frame, bits), 0n];
      story.emit('pte_write', entry, 'uvmunmap', {
        ...{ root: shell.root, level: 0, va, entry: shell.tables[2] + (va >> 12) * 8 },
        ...(isMapped ? { before: after, after: before } : { before, after }),
        call_site: story.at(caller),
      });
    };
    story.inside(shell.pid, 'sbrk', (entry) =>
      change(entry, 'uvmdealloc', left === 'empty' ? 0x1000 : 0x3000, false),
    );
    const entry = story.begin(shell.pid, 'exec');
    change(entry, 'uvmfree', left === 'empty' ? 0x0 : 0x1000, false);
    panic(story, entry, 'uvmunmap', 'uvmfree', 'exec');
    return story;
  }

  test('suspects who unmapped the page that is not there', async () => {
    const { violations } = await judgeRows(rule, stumbles('empty').rows());
    expect(violations[0].message).toMatch(/; the page at 0x1000 had been unmapped at cycle \d+$/);
    expect(violations[0].suspects[0]).toMatchObject({ function: 'uvmdealloc' });
  });

  test('suspects who unmapped the page beside the one that is there', async () => {
    const { violations } = await judgeRows(rule, stumbles('mapped').rows());
    expect(violations[0].message).toMatch(
      /0x2000 had been left there when the one beside it was unmapped at/,
    );
    expect(violations[0].suspects[0]).toMatchObject({ function: 'uvmdealloc' });
  });

  test('suspects who had unmapped the pages of a table before the call that frees them has begun', async () => {
    const kernel = new ToyKernel();
    const shell = kernel.fork(kernel.boot('init'));
    kernel.exec(shell, 'sh');
    const { story } = kernel;
    const table = { root: shell.root, level: 0, call_site: story.at('uvmunmap') };
    const unmap = (entry: Entry, caller: string, va: number, before: bigint): void =>
      story.emit('pte_write', entry, 'uvmunmap', {
        ...{ ...table, call_site: story.at(caller), va, entry: 8, before, after: 0n },
      });
    const { frame, bits } = shell.pages.get(0x1000)!;
    story.inside(shell.pid, 'exit', (entry) => unmap(entry, 'exit', 0x1000, pteOf(frame, bits)));
    const entry = story.begin(2, 'wait');
    unmap(entry, 'freepagetable', 0x3fffffe000, pteOf(0x80500000, 7));
    panic(story, entry, 'uvmunmap', 'uvmfree', 'freepagetable', 'wait');
    const { violations } = await judgeRows(rule, story.rows());
    expect(violations[0].message).toMatch(/; the page at 0x1000 had been unmapped at cycle \d+$/);
    expect(violations[0]).toMatchObject({ frame: BigInt(frame), suspects: [{ function: 'exit' }, {}, {}] });
  });

  test('suspects who made the process of which no page was unmapped before its tables are freed', async () => {
    const kernel = new ToyKernel();
    const shell = kernel.fork(kernel.boot('init'));
    const { story } = kernel;
    const entry = story.begin(shell.pid, 'exec');
    const [, , table] = shell.tables;
    story.emit('page_table', entry, 'freewalk', {
      action: 'retired',
      table,
      root: shell.root,
      level: 0,
      va: 0,
    });
    panic(story, entry, 'freewalk', 'uvmfree', 'exec');
    const { violations } = await judgeRows(rule, story.rows());
    expect(violations[0].message).toMatch(/, from which no page of the program had been taken away$/);
    expect(violations[0].suspects[0]).toMatchObject({ function: 'fork' });
  });

  test('suspects who called panic where nothing else is known', async () => {
    const story = new Story();
    const entry = story.begin(4, 'exit');
    story.emit('panic', entry, 'panic', { text: 'init exiting', call_site: story.at('exit') });
    expect(await suspects(rule, story)).toEqual([['exit']]);
  });
});

describe('memory_that_runs_out_is_no_panic', () => {
  const rule = 'memory_that_runs_out_is_no_panic';

  test('is broken by a panic after an allocation that failed', async () => {
    expect(await suspects(rule, forkWithoutMemory('panics'))).toEqual([['uvmcopy', 'fork']]);
  });

  test('holds where the call fails, or where the panic has another reason', async () => {
    for (const then of ['fails', 'gets one and panics'] as const)
      expect(await judgeRows(rule, forkWithoutMemory(then).rows())).toMatchObject({
        status: 'holds',
        judged: 1,
      });
  });
});

test('a panic in the free function is not for want of memory', async () => {
  const story = new Story();
  const entry = story.begin(4, 'fork');
  story.emit('kalloc', entry, 'kalloc', { frame: 0, call_site: story.at('uvmcopy') });
  panic(story, entry, 'drop', 'kfree', 'uvmunmap', 'uvmcopy');
  const options = { facts: { function_free: 'kfree' } };
  expect(await judgeRows('memory_that_runs_out_is_no_panic', story.rows(), options)).toMatchObject({
    status: 'holds',
  });
});

describe('no_address_of_a_program_panics_the_kernel', () => {
  const rule = 'no_address_of_a_program_panics_the_kernel';

  test('is broken by a fault that ends in a panic', async () => {
    const story = new Story();
    faultAt(story, 0x4000, 'mappages', 'cowfault', 'usertrap');
    const { violations } = await judgeRows(rule, story.rows());
    expect(violations[0].message).toBe('while it dealt with a store at 0x4000 the kernel panicked: mappages');
  });

  test('says that the address was the program’s own, and leaves what goes wrong while it ends to others', async () => {
    const own = new Story();
    faultAt(own, 0x4000, 'acquire', 'cowfault', 'usertrap');
    const { page_fault, ...others } = own.rows();
    const fault = page_fault!.map((row) => ({ ...row, size: 0x5000 }));
    const { violations } = await judgeRows(rule, { ...others, page_fault: fault });
    expect(violations[0].message).toContain('with a store at 0x4000, within its memory, the kernel panicked');

    const ending = new Story();
    faultAt(ending, 0x4000, 'fileclose', 'exit', 'usertrap');
    expect(await judgeRows(rule, ending.rows())).toMatchObject({ status: 'holds', judged: 1 });
    const init = new Story();
    faultAt(init, 0x4000, 'exit', 'usertrap');
    expect(await judgeRows(rule, init.rows())).toMatchObject({ status: 'violated' });
  });

  test('is broken by a system call with an address where no page can be, and not by any other panic', async () => {
    const calling = (argument1: number): Story => {
      const story = new Story();
      const fault = story.begin(4, 'page_fault');
      story.emit('page_fault', fault, '', { access: 'load', va: 0, outcome: 'resolved' });
      story.end(fault);
      const entry = story.begin(4, 'read');
      story.emit('syscall', entry, '', { phase: 'enter', name: 'read', number: 5, argument1 });
      panic(story, entry, 'walk', 'copyout');
      return story;
    };
    expect(await suspects(rule, calling(2 ** 38))).toEqual([['copyout', 'walk']]);
    expect(await judgeRows(rule, calling(0x4000).rows())).toMatchObject({ status: 'holds', judged: 1 });
  });
});

describe('freed_frames_reach_the_free_list', () => {
  const rule = 'freed_frames_reach_the_free_list';

  function boot(isListed: boolean): Story {
    const story = new Story();
    const entry = story.begin(0, 'scheduler');
    const call_site = story.at('freerange');
    story.emit('kfree', entry, 'kfree', { frame: 0x80300000, call_site });
    story.emit('refcount_change', entry, 'frame_drop', { frame: 0x80300000, before: 0, after: -1 });
    if (isListed) story.emit('frame_free', entry, 'kfree', { frame: 0x80300000, free_frames: 1 });
    story.emit('kalloc', entry, 'kalloc', { frame: isListed ? 0x80300000 : 0, call_site });
    return story;
  }

  test('is broken when the allocator never gets a frame', async () => {
    expect(await suspects(rule, boot(false))).toEqual([['frame_drop', 'freerange', 'kfree']]);
    expect(await judgeRows(rule, boot(true).rows())).toMatchObject({ status: 'holds', judged: 1 });
  });
});
