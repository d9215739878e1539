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

describe('a_shared_write_fault_takes_one_frame', () => {
  /** The copy's frame comes from a second allocator, whose old owner is held up before it unmaps it. */
  function fault(): ToyKernel {
    const kernel = new ToyKernel({ uncounted: true });
    const init = kernel.boot('init');
    const gone = kernel.fork(init);
    kernel.exec(gone, 'gone');
    const child = kernel.fork(init);
    const { story } = kernel;
    const given = gone.pages.get(page)!.frame;
    const slow = story.begin(gone.pid, 'sbrk');
    story.emit('kfree', slow, 'kfree', { frame: given });
    story.emit('frame_free', slow, 'kfree', { frame: given });
    story.inside(child.pid, 'page_fault', (entry) => {
      const at = { cycle: story.cycle, access: 'store', va: page, root: child.root, outcome: 'resolved' };
      story.emit('frame_alloc', entry, 'kalloc_for_copy', { frame: given });
      changePage(kernel, entry, child, pteOf(given, child.pages.get(page)!.bits | pte.w));
      story.emit('page_fault', entry, '', { ...at, end_cycle: story.cycle });
    });
    changePage(kernel, slow, gone, 0n);
    story.end(slow);
    return kernel;
  }

  test('holds when the frame that it maps is still mapped by who gave it back', async () => {
    const { status, judged } = await judgeRows('a_shared_write_fault_takes_one_frame', fault().story.rows());
    expect({ status, judged }).toEqual({ status: 'holds', judged: 1 });
  });
});

describe('a_sole_owner_copies_nothing', () => {
  /** The other sharer handles its fault before this one's begins, or while this one copies. */
  function bothFault(order: 'before' | 'meanwhile'): ToyKernel {
    const kernel = new ToyKernel({ uncounted: true });
    const init = kernel.boot('init');
    const child = kernel.fork(init);
    const { story } = kernel;
    const old = init.pages.get(page)!;
    const copy = 0x80100000;
    if (order === 'before') kernel.store(child, page);
    const at = { cycle: story.cycle, access: 'store', va: page, root: init.root, outcome: 'resolved' };
    const entry = story.begin(init.pid, 'page_fault');
    story.emit('trap', entry, '', { from_mode: 0, to_mode: 1, interrupt: 0, cause: 15, value: page });
    story.emit('frame_alloc', entry, 'kalloc', { frame: copy });
    story.emit('kalloc', entry, 'kalloc', { frame: copy });
    if (order === 'meanwhile') kernel.store(child, page);
    changePage(kernel, entry, init, pteOf(copy, old.bits | pte.w));
    story.emit('kfree', entry, 'kfree', { frame: old.frame });
    story.emit('frame_free', entry, 'kfree', { frame: old.frame });
    story.end(entry);
    story.emit('trap_return', entry, '', { to_mode: 0, target: page, root: init.root });
    story.emit('page_fault', entry, '', { ...at, end_cycle: story.cycle });
    return kernel;
  }

  test.each([
    ['is broken by a copy when the other sharer had left', 'before', [expect.stringMatching(/^this kernel/)]],
    ['says nothing of a copy during which it left', 'meanwhile', []],
  ] as const)('%s', async (_, order, expected) => {
    const { violations } = await judgeRows('a_sole_owner_copies_nothing', bothFault(order).story.rows());
    expect(violations.map(({ message }) => message)).toEqual(expected);
  });
});
