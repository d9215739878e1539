// The invariant about what a page holds after a write fault: rows that keep it, and rows that break it.
import { describe, expect, test } from 'vitest';
import { judgeRows } from '../support/check-rows.js';
import { pte, pteOf, type Story } from '../support/story.js';
import { ToyKernel } from '../support/toy-kernel.js';

describe('a_write_fault_keeps_the_page', () => {
  const name = 'a_write_fault_keeps_the_page';
  const copy = 0x80400000;

  /** A child's write fault that replaces the page's frame; what the machine found of the content. */
  function fault(kept: number | null, taker?: string): Story {
    const kernel = new ToyKernel();
    const shell = kernel.fork(kernel.boot('init'));
    const { story } = kernel;
    const { frame, bits } = shell.pages.get(0x1000)!;
    const at = { cycle: story.cycle, pc: story.at('user code') };
    const entry = story.begin(shell.pid, 'page_fault');
    if (taker) story.emit('kalloc', entry, 'kalloc', { frame: copy, call_site: story.at(taker) });
    const place = { root: shell.root, level: 0, va: 0x1000, entry: shell.tables[2]! + 8 };
    const after = pteOf(copy, bits | pte.w);
    story.emit('pte_write', entry, 'cowfault', { ...place, before: pteOf(frame, bits), after });
    story.end(entry);
    const outcome = { access: 'store', va: 0x1008, root: shell.root, outcome: 'resolved', kept };
    story.emit('page_fault', entry, '', { ...at, ...outcome, end_cycle: story.cycle });
    return story;
  }

  test('is broken by another content, where the page was installed; is about the old frame', async () => {
    const { violations } = await judgeRows(name, fault(0).rows());
    expect(violations).toMatchObject([
      {
        function: 'cowfault',
        frame: expect.any(BigInt),
        message: expect.stringMatching(/page at 0x1000 was in frame 0x/),
      },
    ]);
    expect(violations[0].message).toContain(`was in frame 0x${violations[0].frame!.toString(16)},`);
  });

  test('suspects who took the frame for the copy before who installs it', async () => {
    const { violations } = await judgeRows(name, fault(0, 'unshare').rows());
    expect(violations[0].suspects.map((one) => one.function)).toEqual(['unshare', 'cowfault']);
  });

  test('holds for the same content, and has nothing to judge where there was none', async () => {
    expect(await judgeRows(name, fault(1).rows())).toMatchObject({ status: 'holds', judged: 1 });
    expect(await judgeRows(name, fault(null).rows())).toMatchObject({ status: 'vacuous' });
  });
});
