// Invariants about the kernel's own stores to frames that users map, and about frames handed out: rows that keep the
// rule, and rows that break it.
import { describe, expect, test } from 'vitest';
import { judgeRows } from '../support/check-rows.js';
import { pte, pteOf, type Entry } from '../support/story.js';
import type { Process, ToyKernel } from '../support/toy-kernel.js';
import { sharing } from '../support/toy-shell.js';

function write({ story }: ToyKernel, entry: Entry, frame: number, freeing: number): void {
  const row = { frame, address: frame + 8, mappings: 2, freeing, call_site: story.at('copyout') };
  story.emit('frame_write', entry, 'memmove', row);
}

/** The process gives a page up: the call to free its frame, the filling, and the entry's removal. */
function giveUp(kernel: ToyKernel, entry: Entry, process: Process, va: number, fills: boolean): void {
  const { story } = kernel;
  const { frame, bits } = process.pages.get(va)!;
  story.emit('kfree', entry, 'kfree', { frame });
  if (fills) write(kernel, entry, frame, 1);
  const place = { root: process.root, level: 0, va, entry: process.tables[2]! + (va >> 12) * 8 };
  story.emit('pte_write', entry, 'uvmunmap', { ...place, before: pteOf(frame, bits), after: 0n });
}

describe('no_kernel_store_goes_around_the_page_table', () => {
  const name = 'no_kernel_store_goes_around_the_page_table';

  test('is broken by a store into a shared frame, and by one into text', async () => {
    const { kernel, shell, child } = sharing();
    const { frame } = shell.pages.get(0x1000)!;
    kernel.story.inside(shell.pid, 'read', (entry) => write(kernel, entry, frame, 0));
    kernel.exit(child);
    kernel.wait(shell, child);
    kernel.story.inside(shell.pid, 'read', (entry) => write(kernel, entry, shell.pages.get(0)!.frame, 0));
    const { violations } = await judgeRows(name, kernel.story.rows());
    expect(violations).toMatchObject([
      { message: expect.stringMatching(/which 2 user mappings share/), function: 'memmove', pid: shell.pid },
      { message: expect.stringMatching(/page at 0x0 of process 2, which may only be read/) },
    ]);
  });

  test.each([
    ['from the list', 'frame_alloc'],
    ['that was in hand', 'kalloc'],
  ] as const)(
    'holds for a sole owner, and for text in a frame %s that the entry has mapped',
    async (_, kind) => {
      const { kernel, shell, child } = sharing();
      kernel.exit(child);
      kernel.wait(shell, child);
      kernel.story.inside(shell.pid, 'read', (entry) =>
        write(kernel, entry, shell.pages.get(0x1000)!.frame, 0),
      );
      kernel.story.inside(shell.pid, 'exec', (entry) => {
        const frame = 0x80400000;
        kernel.story.emit(kind, entry, 'kalloc', { frame });
        const place = { root: shell.root, level: 0, va: 0x8000, entry: shell.tables[2]! + 64 };
        const after = pteOf(frame, pte.v | pte.u | pte.r);
        kernel.story.emit('pte_write', entry, 'mappages', { ...place, before: 0n, after });
        write(kernel, entry, frame, 0);
      });
      expect(await judgeRows(name, kernel.story.rows())).toMatchObject({ status: 'holds' });
    },
  );

  test('holds for a shared frame that somebody has freed though it was mapped', async () => {
    const { kernel, shell } = sharing();
    const { frame } = shell.pages.get(0x1000)!;
    kernel.story.inside(9, 'exit', (entry) =>
      kernel.story.emit('frame_free', entry, 'kfree', { frame, free_frames: 9 }),
    );
    kernel.story.inside(shell.pid, 'read', (entry) => write(kernel, entry, frame, 0));
    expect(await judgeRows(name, kernel.story.rows())).toMatchObject({ status: 'holds' });
  });

  test('holds when the other owner has given the frame up and is about to unmap it', async () => {
    const { kernel, shell, child } = sharing();
    const { frame } = shell.pages.get(0x1000)!;
    const entry = kernel.story.begin(child.pid, 'exit', 1);
    kernel.story.emit('kfree', entry, 'kfree', { frame });
    kernel.story.inside(shell.pid, 'read', (read) => write(kernel, read, frame, 0));
    giveUp(kernel, entry, child, 0x1000, false);
    expect(await judgeRows(name, kernel.story.rows())).toMatchObject({ status: 'holds' });
  });
});

describe('the page through which a kernel tells its program things', () => {
  /** An exec that maps the process's page in the new table as in the old, and stores to it. */
  async function told(va: number, bits = 0) {
    const { kernel, shell } = sharing();
    const frame = 0x80400000;
    const entry = kernel.story.begin(shell.pid, 'exec');
    [shell.root, shell.root + 0x40000].forEach((root, index) => {
      const place = { root, level: 0, va, entry: shell.tables[2]! + 0x800 + 8 * index };
      const after = pteOf(frame, pte.v | pte.u | pte.r | bits);
      kernel.story.emit('pte_write', entry, 'mappages', { ...place, before: 0n, after });
    });
    kernel.story.end(entry);
    kernel.story.inside(shell.pid, 'read', (read) => write(kernel, read, frame, 0));
    const rows = kernel.story.rows();
    const names = ['no_kernel_store_goes_around_the_page_table', 'no_writable_shared_frame'];
    return Promise.all(names.map(async (name) => (await judgeRows(name, rows)).status));
  }

  test('is no shared frame, and the one below it is', async () => {
    expect(await told(0x3fffffd000)).toEqual(['holds', 'holds']);
    expect(await told(0x3fffffc000)).toEqual(['violated', 'holds']);
  });

  test('is the program’s to write where its entry says so, which is another rule’s', async () => {
    expect(await told(0x3fffffc000, pte.w)).toEqual(['holds', 'violated']);
  });
});

describe('no_writable_shared_frame', () => {
  /** The child's fault makes its entry of a shared page writable, and then finds no memory for the copy. */
  async function told(outcome: 'killed' | 'resolved') {
    const { kernel, child } = sharing();
    const { frame, bits } = child.pages.get(0x1000)!;
    const { story } = kernel;
    story.inside(child.pid, 'page_fault', (entry) => {
      const place = { root: child.root, level: 0, va: 0x1000, entry: child.tables[2]! + 8 };
      const after = pteOf(frame, bits | pte.w);
      story.emit('pte_write', entry, 'cowpage', { ...place, before: pteOf(frame, bits), after });
      const at = { access: 'store', va: 0x1008, root: child.root, outcome };
      story.emit('page_fault', entry, 'user code', at);
    });
    return judgeRows('no_writable_shared_frame', story.rows());
  }

  test('is broken by a write permission that a fault left behind', async () => {
    expect(await told('resolved')).toMatchObject({ status: 'violated' });
  });

  test('holds when the program was ended by that fault', async () => {
    expect(await told('killed')).toMatchObject({ status: 'holds' });
  });
});

describe('no_live_frame_is_filled', () => {
  const name = 'no_live_frame_is_filled';

  test('is broken when others map the frame', async () => {
    const { kernel, child } = sharing();
    kernel.story.inside(child.pid, 'exit', (entry) => giveUp(kernel, entry, child, 0x1000, true));
    const { violations } = await judgeRows(name, kernel.story.rows());
    expect(violations).toMatchObject([{ message: expect.stringMatching(/1 other mapping.* one at 0x1000/) }]);
  });

  test('holds when it is the last owner that fills it', async () => {
    const { kernel, shell, child } = sharing();
    kernel.exit(child);
    kernel.wait(shell, child);
    kernel.story.inside(shell.pid, 'sbrk', (entry) => giveUp(kernel, entry, shell, 0x1000, true));
    expect(await judgeRows(name, kernel.story.rows())).toMatchObject({ status: 'holds' });
  });

  test.each([
    ['holds when the other owner has taken one off the count and then unmaps it', 1, 'holds'],
    ['is broken when the other owner has added one', 3, 'violated'],
  ])('%s', async (_, after, status) => {
    // Seen in a kernel that calls the free function for the last owner alone.
    const { kernel, shell, child } = sharing();
    const { frame, bits } = shell.pages.get(0x1000)!;
    const { story } = kernel;
    const entry = story.begin(shell.pid, 'page_fault', 1);
    story.emit('refcount_change', entry, 'dec_ref', { frame, before: 2, after });
    story.inside(child.pid, 'page_fault', (other) => giveUp(kernel, other, child, 0x1000, true));
    const place = { root: shell.root, level: 0, va: 0x1000, entry: shell.tables[2]! + 8 };
    const copy = pteOf(0x80400000, pte.v | pte.u | pte.r | pte.w);
    story.emit('pte_write', entry, 'cowfault', { ...place, before: pteOf(frame, bits), after: copy });
    story.end(entry);
    expect(await judgeRows(name, story.rows())).toMatchObject({ status });
  });

  test.each([
    ['holds where the trace ends before the last owner', 1, 'holds'],
    ['is broken where it ends before one of two', 2, 'violated'],
  ])('%s has unmapped what he fills', async (_, owners, status) => {
    const { kernel, shell, child } = sharing();
    if (owners === 1) {
      kernel.exit(child);
      kernel.wait(shell, child);
    }
    const { frame } = shell.pages.get(0x1000)!;
    const entry = kernel.story.begin(shell.pid, 'sbrk');
    kernel.story.emit('kfree', entry, 'kfree', { frame });
    write(kernel, entry, frame, 1);
    expect(await judgeRows(name, kernel.story.rows())).toMatchObject({ status });
  });
});

describe('no_mapped_frame_is_handed_out', () => {
  const name = 'no_mapped_frame_is_handed_out';

  /** A frame is freed by an entry that afterwards changes the mapping, and taken by another in between. */
  function taken(...stored: readonly bigint[]): ToyKernel {
    const { kernel, shell, child } = sharing();
    kernel.exit(child);
    kernel.wait(shell, child);
    const { story } = kernel;
    const { frame, bits } = shell.pages.get(0x1000)!;
    const entry = story.begin(shell.pid, 'page_fault');
    story.emit('frame_free', entry, 'kfree', { frame, call_site: story.at('cowfault') });
    story.inside(9, 'fork', (other) => story.emit('frame_alloc', other, 'kalloc', { frame, mappings: 1 }));
    const place = { root: shell.root, level: 0, va: 0x1000, entry: shell.tables[2]! + 8 };
    let before = pteOf(frame, bits);
    for (const after of stored) {
      story.emit('pte_write', entry, 'mappages', { ...place, before, after });
      before = after;
    }
    story.end(entry);
    return kernel;
  }

  test('only warns when the mapping is then replaced: its process is in the kernel all the time', async () => {
    const copy = pteOf(0x80400000, pte.v | pte.u | pte.r | pte.w);
    const rows = taken(copy).story.rows();
    expect(await judgeRows(name, rows)).toMatchObject({ status: 'holds' });
    const { violations, severity } = await judgeRows('a_replaced_frame_is_freed_last', rows);
    expect(severity).toBe('warning');
    expect(violations).toMatchObject([{ function: 'kfree', caller: { function: 'cowfault' } }]);
  });

  test('nor warns of what unmapping does', async () => {
    const copy = pteOf(0x80400000, pte.v | pte.u | pte.r | pte.w);
    for (const stored of [[0n], [0n, copy]])
      expect(
        (await judgeRows('a_replaced_frame_is_freed_last', taken(...stored).story.rows())).violations,
      ).toEqual([]);
  });

  test('holds when the mapping is removed, as unmapping does', async () => {
    expect(await judgeRows(name, taken(0n).story.rows())).toMatchObject({ status: 'holds' });
  });

  test('holds when the mapping is removed before another is made', async () => {
    const copy = pteOf(0x80400000, pte.v | pte.u | pte.r | pte.w);
    expect(await judgeRows(name, taken(0n, copy).story.rows())).toMatchObject({ status: 'holds' });
  });

  /** One sharer gives its share up, if it does, and is held up; the other frees the frame, which is handed out. */
  function heldUp(givesUp: boolean, isCutOff = false): ToyKernel {
    const { kernel, shell, child } = sharing();
    const { story } = kernel;
    const { frame, bits } = shell.pages.get(0x1000)!;
    const slow = story.begin(shell.pid, 'sbrk');
    if (givesUp) story.emit('kfree', slow, 'kfree', { frame });
    story.inside(child.pid, 'sbrk', (fast) => {
      giveUp(kernel, fast, child, 0x1000, false);
      story.emit('frame_free', fast, 'kfree', { frame, call_site: story.at('uvmunmap') });
    });
    story.inside(9, 'fork', (other) => story.emit('frame_alloc', other, 'kalloc', { frame, mappings: 1 }));
    if (isCutOff) return kernel;
    const place = { root: shell.root, level: 0, va: 0x1000, entry: shell.tables[2]! + 8 };
    story.emit('pte_write', slow, 'uvmunmap', { ...place, before: pteOf(frame, bits), after: 0n });
    story.end(slow);
    return kernel;
  }

  test.each([
    ['before it removes its mapping', false],
    ['until the trace ends', true],
  ])('holds when a sharer that has given its share up is held up %s', async (_, isCutOff) => {
    expect(await judgeRows(name, heldUp(true, isCutOff).story.rows())).toMatchObject({ status: 'holds' });
  });

  test('is broken when the sharer that is held up had not given its share up', async () => {
    const { violations } = await judgeRows(name, heldUp(false).story.rows());
    expect(violations).toMatchObject([{ function: 'kfree', caller: { function: 'uvmunmap' } }]);
    expect(await judgeRows(name, heldUp(false, true).story.rows())).toMatchObject({ violationCount: 1 });
  });
});
