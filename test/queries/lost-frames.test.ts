// Frames that the kernel took for itself and lost: which rules say so, and who should have given them back.
import { describe, expect, test } from 'vitest';
import { judgeRows } from '../support/check-rows.js';
import { pteOf } from '../support/story.js';
import { ToyKernel, toyRun, type Manner } from '../support/toy-kernel.js';

/** The functions that the first violation suspects. */
async function suspectsOf(name: string, kernel: ToyKernel): Promise<string[]> {
  const { violations } = await judgeRows(name, kernel.story.rows(), { facts: { program: 'test' } });
  return (violations[0]?.suspects ?? []).map((one) => one.function);
}

describe('whom to suspect of a frame that users never mapped', () => {
  test('is where the owner was reaped', async () => {
    const manner: Manner = { fault: 'wait keeps the trapframe' };
    for (const name of ['every_frame_of_a_reaped_child_returns', 'the_program_returns_its_frames'])
      expect(await suspectsOf(name, toyRun(manner))).toEqual(['reap', 'allocproc', 'kalloc']);
  });

  test('is where the freeing of a table began, if it began', async () => {
    const manner: Manner = { fault: 'freewalk keeps the tables' };
    expect(await suspectsOf('every_frame_of_a_reaped_child_returns', toyRun(manner))).toEqual([
      'freewalk',
      'walk',
    ]);
  });
});

test('who took a page away and gave nothing up is suspected before who took the last mapping away', async () => {
  const kernel = toyRun({ fault: 'handler keeps the old frame' });
  const name = 'every_unmapped_frame_is_freed';
  expect(await suspectsOf(name, kernel)).toEqual(['mappages', 'cowfault']);
  const { violations } = await judgeRows(name, kernel.story.rows(), { facts: { program: 'test' } });
  expect(violations[0].message).toMatch(
    /; at cycle \d+ it had lost the one at 0x1000, and was not given up for that$/,
  );
});

describe('a page of a pipe', () => {
  const name = 'the_program_returns_its_frames';

  /** A program that opens pipes, and closes some in entries of their own, before its shell reaps it. */
  function piping(pipes: number, closed: number): ToyKernel {
    const kernel = new ToyKernel();
    const { story } = kernel;
    const shell = kernel.fork(kernel.boot('init'));
    kernel.exec(shell, 'sh');
    const program = kernel.fork(shell);
    kernel.exec(program, 'test');
    const frames = [...Array(pipes).keys()].map((index) => 0x80400000 + index * 0x1000);
    for (const frame of frames)
      story.inside(program.pid, 'pipe', (entry) => {
        const call_site = story.at('pipealloc');
        story.emit('frame_alloc', entry, 'kalloc', { frame, free_frames: 9, call_site });
        story.emit('kalloc', entry, 'kalloc', { frame, call_site });
      });
    for (const frame of frames.slice(0, closed))
      story.inside(program.pid, 'close', (entry) => {
        const call_site = story.at('pipeclose');
        story.emit('kfree', entry, 'kfree', { frame, call_site });
        story.emit('frame_free', entry, 'kfree', { frame, free_frames: 9, call_site });
      });
    kernel.exit(program);
    kernel.wait(shell, program);
    return kernel;
  }

  test('is given back by who gives others back later, though some are given back by a pipe that fails', async () => {
    const kernel = piping(3, 2);
    const { story } = kernel;
    for (const frame of [0x80410000, 0x80411000, 0x80412000])
      story.inside(9, 'pipe', (entry) => {
        const call_site = story.at('pipealloc');
        story.emit('frame_alloc', entry, 'kalloc', { frame, free_frames: 9, call_site });
        story.emit('frame_free', entry, 'kfree', { frame, free_frames: 9, call_site });
      });
    expect((await suspectsOf(name, kernel))[0]).toBe('pipeclose');
  });

  test('is lost when nobody lives who could hold the pipe, and whoever gives others back is suspected', async () => {
    expect(await suspectsOf(name, piping(3, 2))).toEqual(['pipeclose', 'pipealloc', 'kalloc']);
    expect(await suspectsOf(name, piping(1, 0))).toEqual(['kalloc', 'pipealloc']);
  });

  test('is not lost when it is given back', async () => {
    const facts = { program: 'test' };
    expect(await judgeRows(name, piping(2, 2).story.rows(), { facts })).toMatchObject({
      status: 'holds',
      judged: 1,
    });
  });
});

describe('whom to suspect of a frame whose last mapping went', () => {
  const name = 'every_unmapped_frame_is_freed';

  /** A write fault replaces a page's frame that nobody else has; the old one is not freed. */
  function replacing(...countedFrom: string[]): ToyKernel {
    const kernel = new ToyKernel();
    const { story } = kernel;
    const shell = kernel.fork(kernel.boot('init'));
    kernel.exec(shell, 'sh');
    const { frame, bits } = shell.pages.get(0x1000)!;
    const copy = 0x80400000;
    story.inside(shell.pid, 'page_fault', (entry) => {
      story.emit('frame_alloc', entry, 'kalloc', { frame: copy, call_site: story.at('unshare') });
      for (const [index, caller] of countedFrom.entries()) {
        const counted = { frame: frame + index * 0x10000000, before: 1, after: 0 };
        story.emit('refcount_change', entry, 'unshare', { ...counted, call_site: story.at(caller) });
      }
      const place = { root: shell.root, level: 0, va: 0x1000, entry: shell.tables[2] + 8 };
      const change = { ...place, before: pteOf(frame, bits), after: pteOf(copy, bits) };
      story.emit('pte_write', entry, 'cowfault', { ...change, call_site: story.at('usertrap') });
    });
    return kernel;
  }

  test('is who takes the mapping away', async () => {
    expect(await suspectsOf(name, replacing())).toEqual(['cowfault', 'usertrap']);
  });

  test('is who counts the last owner down and frees nothing, or its caller where it counts for many', async () => {
    expect(await suspectsOf(name, replacing('cowfault'))).toEqual(['unshare', 'cowfault']);
    expect(await suspectsOf(name, replacing('cowfault', 'uvmunmap'))).toEqual(['cowfault', 'unshare']);
  });
});

/** How far a fork comes in the end: to its trapframe, or to the first page of the child. */
type Reached = 'trapframe' | 'page';

/** A shell whose forks fail, some with an undo that forgets the trapframe. */
function failing(...forks: { readonly reached: Reached; readonly keeps: boolean }[]): ToyKernel {
  const kernel = new ToyKernel();
  const { story } = kernel;
  const shell = kernel.fork(kernel.boot('init'));
  kernel.exec(shell, 'sh');
  forks.forEach(({ reached, keeps }, index) => {
    const taken = [0x80400000 + index * 0x4000, 0x80401000 + index * 0x4000];
    story.inside(shell.pid, 'fork', (entry) => {
      const sites = ['allocproc', 'walk'].slice(0, reached === 'page' ? 2 : 1);
      sites.forEach((caller, number) => {
        const row = { frame: taken[number], call_site: story.at(caller) };
        story.emit('frame_alloc', entry, 'kalloc', { ...row, free_frames: 1 });
        story.emit('kalloc', entry, 'kalloc', row);
        if (number === 0 && keeps) return;
        story.emit('kfree', entry, 'kfree', { ...row, call_site: story.at('freeproc') });
        story.emit('frame_free', entry, 'kfree', { frame: row.frame, free_frames: 2 });
      });
      story.emit('kalloc', entry, 'kalloc', { frame: 0, call_site: story.at('walk') });
      story.emit('syscall', entry, '', { phase: 'leave', name: 'fork', number: 1, result: -1 });
    });
  });
  return kernel;
}

describe('whom to suspect of a frame that a failed call kept', () => {
  const name = 'a_failed_call_keeps_no_frame';
  const early = { reached: 'trapframe', keeps: false } as const;
  const late = { reached: 'page', keeps: false } as const;

  test('nobody of calls that give back what they took', async () => {
    expect(await judgeRows(name, failing(early, late).story.rows())).toMatchObject({
      status: 'holds',
      judged: 2,
    });
  });

  test('is who makes the child, where calls that failed earlier gave such frames back', async () => {
    const kernel = failing(early, { ...late, keeps: true });
    expect(await suspectsOf(name, kernel)).toEqual(['fork', 'allocproc', 'kalloc']);
    const { violations } = await judgeRows(name, failing(early, { ...late, keeps: true }).story.rows());
    expect(violations[0].message).toMatch(/one that failed earlier gave such a frame back$/);
  });

  test('is who took it, where calls that failed later gave such frames back', async () => {
    const kernel = failing({ ...early, keeps: true }, late);
    expect(await suspectsOf(name, kernel)).toEqual(['allocproc', 'kalloc']);
  });
});
