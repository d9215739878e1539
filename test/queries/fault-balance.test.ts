// What a write fault takes and gives back, where the frames it moves are not on the list.
import { describe, expect, test } from 'vitest';
import { judgeRows } from '../support/check-rows.js';
import { pte, pteOf, type Entry } from '../support/story.js';
import { ToyKernel, type Process } from '../support/toy-kernel.js';

const page = 0x1000;

function changePage(kernel: ToyKernel, entry: Entry, process: Process, after: bigint): void {
  const { frame, bits } = process.pages.get(page)!;
  const place = { root: process.root, level: 0, va: page, entry: process.tables[2]! + 8 };
  kernel.story.emit('pte_write', entry, 'change', { ...place, before: pteOf(frame, bits), after });
}

describe('a_sole_owner_write_fault_takes_no_frame', () => {
  /**
   * A sole owner's fault gets a frame, whose old owner is held up before it unmaps it, and, if it does, gives it back
   * since its page has become its own: it is in hand then, and on no list.
   */
  function fault(givesBack: boolean): ToyKernel {
    const kernel = new ToyKernel({ uncounted: true });
    const init = kernel.boot('init');
    const shell = kernel.fork(init);
    kernel.exec(shell, 'sh');
    const { story } = kernel;
    const { frame } = init.pages.get(page)!;
    const slow = story.begin(init.pid, 'sbrk');
    story.emit('kfree', slow, 'kfree', { frame });
    story.emit('frame_free', slow, 'kfree', { frame });
    story.inside(shell.pid, 'page_fault', (entry) => {
      const at = { cycle: story.cycle, access: 'store', va: page, root: shell.root, outcome: 'resolved' };
      story.emit('frame_alloc', entry, 'kalloc', { frame });
      story.emit('kalloc', entry, 'kalloc', { frame });
      if (givesBack) story.emit('kfree', entry, 'kfree', { frame });
      const { frame: own, bits } = shell.pages.get(page)!;
      changePage(kernel, entry, shell, pteOf(own, bits & ~pte.w));
      story.emit('page_fault', entry, '', { ...at, end_cycle: story.cycle });
    });
    changePage(kernel, slow, init, 0n);
    story.end(slow);
    return kernel;
  }

  test.each([
    ['holds when what was taken is given back before its old owner has unmapped it', true, []],
    [
      'is broken when it is not',
      false,
      [{ message: expect.stringMatching(/took 1 frame\(s\) and returned 0/) }],
    ],
  ])('%s', async (_, givesBack, expected) => {
    const { violations } = await judgeRows(
      'a_sole_owner_write_fault_takes_no_frame',
      fault(givesBack).story.rows(),
    );
    expect(violations).toMatchObject(expected);
    expect(violations).toHaveLength(expected.length);
  });
});
