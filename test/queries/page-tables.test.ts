// Invariants about page tables as a whole, and entries that handlers leave: rows that keep the rule, and rows that
// break it.
import { describe, expect, test } from 'vitest';
import type { InvariantResult } from '../../analyzer/result.js';
import { judgeRows, messages } from '../support/check-rows.js';
import type { Story } from '../support/story.js';
import { ToyKernel, toyRun, type Manner, type Process } from '../support/toy-kernel.js';

function toy(manner: Manner = {}): { kernel: ToyKernel; story: Story; shell: Process } {
  const kernel = new ToyKernel(manner);
  const shell = kernel.fork(kernel.boot('init'));
  return { kernel, story: kernel.story, shell };
}

function suspects({ violations }: InvariantResult): string[] {
  return violations[0]!.suspects.map((suspect) => suspect.function);
}

describe.each([{}, { eager: true }, { reuses: true }, { uncounted: true }] satisfies Manner[])(
  'a sound kernel (%o)',
  (manner) => {
    test.each([
      ['fork_gives_the_child_every_page', 4],
      ['a_resolved_fault_opens_the_page', manner.eager ? 0 : 9],
      ['no_page_table_is_left_behind', 5],
    ])('keeps %s', async (name, judged) => {
      const rows = manner.eager ? forks(manner) : toyRun(manner).story.rows();
      const status = judged === 0 ? 'vacuous' : 'holds';
      expect(await judgeRows(name, rows)).toMatchObject({ status, violationCount: 0 });
    });
  },
);

/** Processes that come and go without a fault. */
function forks(manner: Manner) {
  const { kernel, story, shell } = toy(manner);
  kernel.exec(shell, 'sh');
  const child = kernel.fork(shell);
  kernel.exit(child);
  kernel.wait(shell, child);
  return story.rows();
}

describe('fork_gives_the_child_every_page', () => {
  const name = 'fork_gives_the_child_every_page';

  /** A shell with a child that has no stack. */
  function lacking(): { story: Story; shell: Process } {
    const { kernel, story, shell } = toy();
    kernel.fork({ ...shell, pages: new Map([...shell.pages].filter(([va]) => va < 0x3000)) });
    return { story, shell };
  }

  test('is broken by a fork that leaves a page out; the page and who mapped the others are named', async () => {
    const { story } = lacking();
    const result = await judgeRows(name, story.rows());
    expect(messages(result)).toEqual([
      'fork made process 3 without 1 of the 3 pages that its parent has, the first at 0x3000',
    ]);
    expect(result.violations[0]).toMatchObject({ pid: 2 });
    expect(suspects(result)).toEqual(['uvmcopy', 'fork', 'mappages']);
  });

  test('is broken by a child without any page, which names who maps those of others', async () => {
    const { kernel, story, shell } = toy();
    kernel.fork({ ...shell, pages: new Map() });
    const result = await judgeRows(name, story.rows());
    expect(messages(result)).toEqual([
      'fork made process 3 without 3 of the 3 pages that its parent has, the first at 0x0',
    ]);
    expect(suspects(result)).toEqual(['uvmcopy', 'fork']);
  });

  test('is not judged where mappings may be left to later', async () => {
    const { story, shell } = lacking();
    story.inside(shell.pid, 'mmap', (entry) =>
      story.emit('syscall', entry, '', { phase: 'leave', name: 'mmap', number: 22, result: 0x4000 }),
    );
    expect(await judgeRows(name, story.rows())).toMatchObject({ status: 'holds' });
  });
});

describe('a_resolved_fault_opens_the_page', () => {
  test('is broken by an entry that still forbids the access, whose writer is named', async () => {
    const { kernel, story, shell } = toy({ fault: 'handler forgets the user bit' });
    kernel.store(shell, 0x1000);
    const result = await judgeRows('a_resolved_fault_opens_the_page', story.rows());
    expect(messages(result)).toEqual([
      expect.stringMatching(/^a store at 0x1008 was declared resolved, .* left as 0x\w+: not for programs$/),
    ]);
    expect(suspects(result)).toEqual(['mappages', 'cowfault']);
  });

  test('is kept by a guard page that is copied in vain', async () => {
    const { kernel, story, shell } = toy();
    kernel.store(shell, 0x2000);
    const result = await judgeRows('a_resolved_fault_opens_the_page', story.rows());
    expect(result).toMatchObject({ status: 'holds', judged: 1, violationCount: 0 });
  });

  test('is kept by a handler that takes two faults of a page to open it', async () => {
    const manner: { fault?: NonNullable<Manner['fault']> } = { fault: 'handler forgets the user bit' };
    const { kernel, story, shell } = toy(manner);
    const page = shell.pages.get(0x1000)!;
    const { bits } = page;
    kernel.store(shell, 0x1000);
    shell.pages.get(0x1000)!.bits = bits;
    delete manner.fault;
    kernel.store(shell, 0x1000);
    const result = await judgeRows('a_resolved_fault_opens_the_page', story.rows());
    expect(result).toMatchObject({ status: 'holds', violationCount: 0 });
  });
});

describe('no_page_table_is_left_behind', () => {
  const name = 'no_page_table_is_left_behind';

  /** Rows of processes that come and go, of which a page table that exec replaces is not freed. */
  function leaving(comeAndGo: (kernel: ToyKernel, shell: Process, root: number) => void) {
    const { kernel, story, shell } = toy();
    const { root } = shell;
    kernel.exec(shell, 'sh');
    comeAndGo(kernel, shell, root);
    const rows = story.rows();
    const kept = rows.page_table!.filter((row) => row.action !== 'retired' || row.root !== root);
    return { ...rows, page_table: kept, frame_free: rows.frame_free!.filter(({ frame }) => frame !== root) };
  }

  test('is broken by an exec that keeps the old one', async () => {
    const rows = leaving((kernel, shell) => kernel.wait(shell, kernel.fork(shell)));
    const result = await judgeRows(name, rows);
    expect(messages(result)).toEqual([
      expect.stringMatching(/^exec gave process 2 another page table; the old one, .* was never freed$/),
    ]);
    expect(result.violations[0]).toMatchObject({ pid: 2, function: 'exec' });
  });

  test('is kept where a hart goes on with the old one, as threads do', async () => {
    const rows = leaving((kernel, shell, root) => {
      kernel.wait(shell, kernel.fork(shell));
      const row = { to_mode: 0, root, target: 0, stale: 0 };
      kernel.story.inside(shell.pid, 'clone', (entry) => kernel.story.emit('trap_return', entry, '', row));
    });
    expect(await judgeRows(name, rows)).toMatchObject({ status: 'holds' });
  });

  test('is not judged where none is freed, as far as can be seen', async () => {
    const rows = leaving(() => {});
    const none = rows.page_table.filter(({ action }) => action !== 'retired');
    expect(await judgeRows(name, { ...rows, page_table: none })).toMatchObject({ status: 'holds' });
  });
});
