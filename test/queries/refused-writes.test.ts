// The invariant about stores that are refused: rows that keep it, and rows that break it.
import { describe, expect, test } from 'vitest';
import { countOf } from '../../analyzer/counts/count.js';
import { readQueries } from '../../analyzer/query-library.js';
import { RunTables } from '../../analyzer/run-tables.js';
import { judgeRows } from '../support/check-rows.js';
import { sourceOf, type EventRowInput } from '../support/event-rows.js';
import { pteOf, type Story } from '../support/story.js';
import type { Process, ToyKernel } from '../support/toy-kernel.js';
import { sharing } from '../support/toy-shell.js';

describe('what_a_program_may_do_is_let_through', () => {
  const name = 'what_a_program_may_do_is_let_through';
  const data = 0x1000;

  interface Circumstances {
    readonly va?: number;
    readonly access?: string;
    readonly scarce?: boolean;
    readonly breaks?: boolean;
    readonly copies?: boolean;
    readonly gone?: boolean;
    readonly bits?: number;
    readonly call?: EventRowInput;
  }

  /** A child whose access to a page that it shares ends it. */
  function refused(circumstances: Circumstances): Story {
    const { va = data, access = 'store', scarce, breaks, copies, gone, bits, call } = circumstances;
    const { kernel, shell, child } = sharing();
    const { story } = kernel;
    if (call)
      story.inside(shell.pid, 'kill', (entry) =>
        story.emit('syscall', entry, '', { phase: 'enter', ...call }),
      );
    if (gone) takeAway(kernel, child, va);
    if (bits !== undefined) rewrite(kernel, child, va, bits);
    story.inside(child.pid, 'page_fault', (entry) => {
      const at = { cycle: story.cycle, pc: story.at('user code') };
      if (scarce) story.emit('kalloc', entry, 'kalloc', { frame: 0 });
      if (copies) story.emit('kalloc', entry, 'kalloc', { frame: 0x80400000 });
      const outcome = {
        access,
        va: va + 8,
        root: child.root,
        outcome: breaks || copies ? 'panicked' : 'killed',
        end_cycle: story.cycle + 1,
      };
      if (breaks) story.emit('trap', entry, 'kalloc', { interrupt: 0, cause: 13, from_mode: 1, to_mode: 1 });
      story.emit('page_fault', entry, '', { ...at, ...outcome });
    });
    kernel.exit(child, -1);
    return story;
  }

  test('is broken by a store to a page that fork has made read-only, which is named', async () => {
    const { violations } = await judgeRows(name, refused({}).rows());
    expect(violations).toMatchObject([
      { pid: 3, message: expect.stringMatching(/^a store at 0x1008 was refused.*since cycle \d+/) },
    ]);
  });

  test.each([
    ['fetch', 0x13, /may execute there; since cycle \d+, here, its entry does not let it execute$/],
    ['load', 0x19, /may read there; since cycle \d+, here, its entry does not let it read$/],
  ])('is broken by a %s from a page whose entry lost what it needs', async (access, bits, message) => {
    const { violations } = await judgeRows(name, refused({ va: 0, access, bits }).rows());
    expect(violations).toMatchObject([{ pid: 3, message: expect.stringMatching(message) }]);
    expect(violations[0].suspects[0].function).toBe('uvmunmap');
  });

  test.each([
    ['fetch', { va: data }],
    ['fetch', { va: 0 }],
    ['load', { va: 0, bits: 0x13 }],
  ])('holds for a %s that the program may not, or that its entry lets through: %o', async (access, given) => {
    const result = await judgeRows(name, refused({ access, ...given }).rows());
    expect(result).toMatchObject({ status: 'holds', judged: 1, violationCount: 0 });
  });

  test('is broken though somebody kills the process when it has ended', async () => {
    const story = refused({});
    story.inside(2, 'kill', (entry) =>
      story.emit('syscall', entry, '', { phase: 'enter', name: 'kill', number: 6, argument0: 3 }),
    );
    expect(await judgeRows(name, story.rows())).toMatchObject({ status: 'violated', violationCount: 1 });
  });

  test.each([
    ['to a page that the program may not write', { va: 0 }],
    ['for which there was no memory', { scarce: true }],
    ['whose handler takes a fault itself', { breaks: true }],
    ['whose handler panics with the copy in hand', { copies: true }],
    ['to a page that sbrk took away', { gone: true }],
    ['of a process that somebody kills', { call: { name: 'kill', number: 6, argument0: 3 } }],
  ])('holds for a store %s', async (_, circumstances) => {
    const result = await judgeRows(name, refused(circumstances).rows());
    expect(result).toMatchObject({ status: 'holds', judged: 1, violationCount: 0 });
  });

  test.each([
    ['that fork has made read-only', {}, 1],
    ['that sbrk took away', { gone: true }, 0],
    ['that the program may not write', { va: 0 }, 0],
  ])('suspects a store to a page %s: %o, %i', (_, circumstances, suspects) => {
    const { suspects: count } = readQueries().invariants.find((rule) => rule.name === name)!;
    const tables = new RunTables(sourceOf(refused(circumstances).rows()));
    expect(countOf(count!, tables.of)).toBe(suspects);
  });
});

/** An entry of the process that unmaps a page; its frame is not told of. */
function takeAway(kernel: ToyKernel, child: Process, va: number): void {
  rewrite(kernel, child, va);
}

/** An entry of the process that writes a page's entry, with these bits, or none. */
function rewrite({ story }: ToyKernel, { pid, root, tables, pages }: Process, va: number, to?: number): void {
  const { frame, bits } = pages.get(va)!;
  const place = { entry: tables[2] + (va / 4096) * 8, root, level: 0, va };
  const after = to === undefined ? 0n : pteOf(frame, to);
  story.inside(pid, 'sbrk', (entry) =>
    story.emit('pte_write', entry, 'uvmunmap', { ...place, before: pteOf(frame, bits), after }),
  );
}
