// Invariants about the program, its output, the cases of frames and a baseline: clean, broken and vacuous rows.
import { describe, expect, test } from 'vitest';
import { judgeRows } from '../support/check-rows.js';
import { sourceOf, type EventRows } from '../support/event-rows.js';
import { Story } from '../support/story.js';
import { ToyKernel, toyRun, type Manner } from '../support/toy-kernel.js';

/** A shell runs a program that exits with a status after printing a line. */
function programRun(name: string, line: string, status: number): EventRows {
  const kernel = new ToyKernel();
  const shell = kernel.boot('sh');
  const program = kernel.fork(shell);
  kernel.exec(program, name);
  kernel.story.inside(program.pid, 'write', (entry) => {
    kernel.story.emit('console', entry, '', { direction: 'output', text: line });
  });
  kernel.exit(program, status);
  kernel.wait(shell, program);
  return kernel.story.rows();
}

describe('the_program_succeeds', () => {
  const name = 'the_program_succeeds';
  const facts = { program: 'cowtest' };

  test('holds for status 0 and the line of success', async () => {
    const result = await judgeRows(name, programRun('cowtest', 'ALL COW TESTS PASSED\n', 0), { facts });
    expect(result).toMatchObject({ status: 'holds', judged: 1 });
  });

  test('is broken by another status, and names it', async () => {
    const result = await judgeRows(name, programRun('cowtest', 'simple: fork() failed\n', -1), { facts });
    expect(result.violations).toMatchObject([
      {
        pid: 2,
        process: 'cowtest',
        message: 'cowtest exited with status -1; its first complaint: simple: fork() failed',
      },
    ]);
  });

  test('is broken by a test program that stays silent', async () => {
    const result = await judgeRows(name, programRun('cowtest', 'simple: ok\n', 0), { facts });
    expect(result.violations).toMatchObject([{ message: 'cowtest did not say that its tests passed' }]);
  });

  test('believes a program that says that all tests passed', async () => {
    const rows = programRun('lazytests', 'ALL TESTS PASSED\n', 1);
    expect((await judgeRows(name, rows, { facts: { program: 'lazytests' } })).status).toBe('holds');
  });

  test('asks no line of other programs', async () => {
    const result = await judgeRows(name, programRun('ls', '.\n', 0), { facts: { program: 'ls' } });
    expect(result.status).toBe('holds');
  });

  test('is vacuous without a program', async () => {
    expect(await judgeRows(name, programRun('ls', '', 1))).toMatchObject({ status: 'vacuous', judged: 0 });
  });
});

test('the_kernel_does_not_panic names process, message, and who called panic', async () => {
  const story = new Story();
  story.inside(4, 'wait', (entry) => {
    story.emit('process', entry, 'fork', { action: 'fork', subject: 4, name: 'usertests' });
    story.emit('panic', entry, 'panic', { text: 'kfree', call_site: story.at('kfree') });
  });
  const { violations } = await judgeRows('the_kernel_does_not_panic', story.rows());
  expect(violations).toMatchObject([
    {
      pid: 4,
      process: 'usertests',
      message: 'panic: kfree',
      function: 'kfree',
    },
  ]);
  expect(await judgeRows('the_kernel_does_not_panic', {})).toMatchObject({ status: 'vacuous' });
});

test('no_double_free names the frame and the place', async () => {
  const story = new Story();
  const entry = story.begin(1, 'exit');
  story.emit('frame_free', entry, 'kfree', { frame: 0x80001000, call_site: story.at('uvmunmap') });
  story.emit('frame_free', entry, 'kfree', {
    frame: 0x80001000,
    already_free: 1,
    call_site: story.at('cowfault'),
  });
  expect(await judgeRows('no_double_free', story.rows())).toMatchObject({
    judged: 2,
    violations: [
      { frame: 0x80001000n, function: 'kfree', caller: { function: 'cowfault', file: 'kernel/toy.c' } },
    ],
  });
  expect(await judgeRows('no_double_free', {})).toMatchObject({ status: 'vacuous' });
});

describe('the_program_returns_its_frames', () => {
  const name = 'the_program_returns_its_frames';
  const facts = { program: 'test' };
  const judge = (manner: Manner) => judgeRows(name, toyRun(manner).story.rows(), { facts });

  test('holds on a kernel that returns everything', async () => {
    expect(await judge({})).toMatchObject({ status: 'holds', judged: 1, skipped: 0 });
  });

  test('names each lost frame where it was taken', async () => {
    const { violations } = await judge({ fault: 'handler keeps the old frame' });
    expect(violations.length).toBeGreaterThan(0);
    for (const row of violations) expect(row).toMatchObject({ function: 'kalloc', pid: 3 });
  });

  test('asks nothing of what a descendant has that has ended and was not reaped', async () => {
    const orphaned = (loses: boolean): ToyKernel => {
      const kernel = new ToyKernel();
      const shell = kernel.boot('sh');
      const program = kernel.fork(shell);
      kernel.exec(program, 'test');
      const child = kernel.fork(program);
      const { story } = kernel;
      const taken = { frame: 0x80400000, call_site: story.at('pipealloc') };
      if (loses)
        story.inside(child.pid, 'pipe', (entry) => {
          story.emit('frame_alloc', entry, 'kalloc', taken);
          story.emit('kalloc', entry, 'kalloc', taken);
        });
      kernel.exit(child);
      kernel.exit(program);
      kernel.wait(shell, program);
      return kernel;
    };
    const judgeOrphaned = (loses: boolean) => judgeRows(name, orphaned(loses).story.rows(), { facts });
    expect(await judgeOrphaned(false)).toMatchObject({ status: 'holds', judged: 1 });
    expect((await judgeOrphaned(true)).violations).toMatchObject([{ frame: 0x80400000n }]);
  });

  test('is skipped while a descendant lives on', async () => {
    const kernel = new ToyKernel();
    const shell = kernel.boot('sh');
    const program = kernel.fork(shell);
    kernel.exec(program, 'test');
    kernel.fork(program);
    kernel.exit(program);
    kernel.wait(shell, program);
    expect(await judgeRows(name, kernel.story.rows(), { facts })).toMatchObject({
      status: 'vacuous',
      skipped: 1,
    });
  });

  test('lets the shell keep pages of its own that the window made it copy or grow', async () => {
    const kernel = new ToyKernel();
    const shell = kernel.boot('sh');
    const program = kernel.fork(shell);
    kernel.store(shell, 0x3000);
    kernel.exec(program, 'test');
    kernel.exit(program);
    kernel.wait(shell, program);
    expect(await judgeRows(name, kernel.story.rows(), { facts })).toMatchObject({
      status: 'holds',
      judged: 1,
    });
  });
});

/** Markers of one case with its readings v1, v2, ...; our own count is the same unless given. */
function caseRows(number: number, readings: readonly number[], own: readonly number[] = readings): EventRows {
  const story = new Story();
  const entry = story.begin(3, 'exec');
  story.emit('marker', entry, '', { id: 100 + number, free_frames: 0 });
  readings.forEach((value, index) => {
    story.emit('marker', entry, '', { id: index + 1, value, free_frames: own[index] });
  });
  return story.rows();
}

/** The same on a kernel where fork was seen to share a frame. */
function sharingCaseRows(number: number, readings: readonly number[]): EventRows {
  const kernel = toyRun();
  const entry = kernel.story.begin(3, 'exec');
  kernel.story.emit('marker', entry, '', { id: 100 + number });
  readings.forEach((value, index) => {
    kernel.story.emit('marker', entry, '', { id: index + 1, value, free_frames: value });
  });
  return kernel.story.rows();
}

describe('the_cases_of_frames_add_up', () => {
  const name = 'the_cases_of_frames_add_up';
  const right: [number, number[]][] = [
    [1, [90, 84, 84, 90]],
    [2, [90, 84, 84, 84, 90]],
    [3, [90, 84, 84, 84, 83, 90]],
    [4, [90, 84, 83, 83, 83, 82, 90]],
  ];

  for (const [number, readings] of right) {
    test(`case ${number} holds`, async () => {
      expect(await judgeRows(name, sharingCaseRows(number, readings))).toMatchObject({
        status: 'holds',
        skipped: 0,
      });
    });
  }

  test('a frame lost over fork and wait', async () => {
    const { violations } = await judgeRows(name, sharingCaseRows(1, [90, 84, 84, 89]));
    expect(violations.map((row) => row.message)).toEqual([
      'case 1: v1 is 90, but v4 is 89; they must be equal',
    ]);
  });

  test('a write that takes two frames', async () => {
    const { violations } = await judgeRows(name, sharingCaseRows(3, [90, 84, 84, 84, 82, 90]));
    expect(violations.map((row) => row.message)).toEqual([
      'case 3: v4 is 84 and v5 is 82; the difference must be 1, not 2',
    ]);
  });

  test('a kernel that never shares is not asked what a write costs', async () => {
    const result = await judgeRows(name, caseRows(3, [90, 84, 84, 84, 84, 90]));
    expect(result).toMatchObject({ status: 'holds', judged: 3, skipped: 1 });
  });

  test('is vacuous without markers', async () => {
    expect(await judgeRows(name, toyRun().story.rows())).toMatchObject({ status: 'vacuous' });
  });
});

test('the_kernel_counts_free_frames_right compares the call with the list', async () => {
  const name = 'the_kernel_counts_free_frames_right';
  expect(await judgeRows(name, caseRows(1, [90, 84]))).toMatchObject({ status: 'holds', judged: 2 });
  const { violations } = await judgeRows(name, caseRows(1, [90, 84], [90, 85]));
  expect(violations.map((row) => row.message)).toEqual([
    'case 1, v2: the kernel says 84 free frames, the list has 85',
  ]);
  expect(await judgeRows(name, {})).toMatchObject({ status: 'vacuous' });
  // Where there is no call the program reads 0 each time.
  expect(await judgeRows(name, caseRows(1, [0, 0], [90, 84]))).toMatchObject({ status: 'vacuous' });
});

test('the_kernel_counts_free_frames_right allows what changed between the call and the marker', async () => {
  const judge = (value: number): ReturnType<typeof judgeRows> => {
    const story = new Story();
    const other = story.begin(9, 'sbrk', 1);
    const reader = story.begin(3, 'sys_1000');
    story.emit('marker', reader, '', { id: 101 });
    story.emit('frame_alloc', other, 'kalloc', { frame: 4096, free_frames: 90 });
    story.emit('syscall', reader, '', { phase: 'enter', number: 1000 });
    story.emit('frame_alloc', other, 'kalloc', { frame: 8192, free_frames: 89 });
    story.emit('frame_alloc', other, 'kalloc', { frame: 12288, free_frames: 88 });
    story.emit('marker', reader, '', { id: 1, value, free_frames: 88 });
    return judgeRows('the_kernel_counts_free_frames_right', story.rows());
  };
  for (const value of [90, 89, 88]) expect(await judge(value)).toMatchObject({ status: 'holds', judged: 1 });
  for (const value of [91, 87]) expect(await judge(value)).toMatchObject({ status: 'violated' });
});

describe('fork_takes_fewer_frames_than_without_cow', () => {
  const name = 'fork_takes_fewer_frames_than_without_cow';
  const baseline = sourceOf(caseRows(1, [90, 70, 70, 90]));

  test('holds when fork is cheaper than in the baseline', async () => {
    expect(await judgeRows(name, caseRows(1, [90, 84, 84, 90]), { baseline })).toMatchObject({
      status: 'holds',
    });
  });

  test('is broken when it is not', async () => {
    const { violations } = await judgeRows(name, caseRows(1, [90, 70, 70, 90]), { baseline });
    expect(violations.map((row) => row.message)).toEqual([
      'case 1: fork took 20 frames (v1-v2), and 20 without copy-on-write',
    ]);
  });

  test('is vacuous without a baseline, or without the cases', async () => {
    expect(await judgeRows(name, caseRows(1, [90, 84]))).toMatchObject({ status: 'vacuous' });
    expect(await judgeRows(name, {}, { baseline })).toMatchObject({ status: 'vacuous' });
  });
});
