// The invariant about stores that are refused: rows that keep it, and rows that break it.
import { describe, expect, test } from 'vitest';
import { judgeRows } from '../support/check-rows.js';
import type { EventRowInput } from '../support/event-rows.js';
import type { Story } from '../support/story.js';
import { sharing } from '../support/toy-shell.js';

describe('a_write_to_an_own_page_is_let_through', () => {
  const name = 'a_write_to_an_own_page_is_let_through';
  const data = 0x1000;

  /** A child whose store to a page that it shares ends it. */
  function refused({
    va = data,
    scarce = false,
    breaks = false,
    copies = false,
    call,
  }: {
    va?: number;
    scarce?: boolean;
    breaks?: boolean;
    copies?: boolean;
    call?: EventRowInput;
  }): Story {
    const { kernel, shell, child } = sharing();
    const { story } = kernel;
    if (call)
      story.inside(shell.pid, 'kill', (entry) =>
        story.emit('syscall', entry, '', { phase: 'enter', ...call }),
      );
    story.inside(child.pid, 'page_fault', (entry) => {
      const at = { cycle: story.cycle, pc: story.at('user code') };
      if (scarce) story.emit('kalloc', entry, 'kalloc', { frame: 0 });
      if (copies) story.emit('kalloc', entry, 'kalloc', { frame: 0x80400000 });
      const outcome = {
        access: 'store',
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
    ['of a process that somebody kills', { call: { name: 'kill', number: 6, argument0: 3 } }],
  ])('holds for a store %s', async (_, circumstances) => {
    const result = await judgeRows(name, refused(circumstances).rows());
    expect(result).toMatchObject({ status: 'holds', judged: 1, violationCount: 0 });
  });
});
