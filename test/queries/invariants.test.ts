// Every invariant on a miniature kernel: silent on correct manners, and naming each planted fault.
import { describe, expect, test } from 'vitest';
import { checkTrace } from '../../analyzer/check.js';
import type { CheckResult } from '../../analyzer/result.js';
import { judgeRows } from '../support/check-rows.js';
import { sourceOf } from '../support/event-rows.js';
import { toyRun, type Manner } from '../support/toy-kernel.js';
import { sharing } from '../support/toy-shell.js';

const checked = new Map<string, Promise<CheckResult>>();

/** Each manner is run and judged once, however many tests look at the result. */
function check(manner: Manner): Promise<CheckResult> {
  const key = JSON.stringify(manner);
  const result = checked.get(key) ?? judged(manner);
  checked.set(key, result);
  return result;
}

async function judged(manner: Manner): Promise<CheckResult> {
  return checkTrace(sourceOf(toyRun(manner).story.rows(), { facts: { program: '/test' } }));
}

function violated(result: CheckResult): string[] {
  return result.invariants.filter((one) => one.status === 'violated').map((one) => one.name);
}

function judgedBy(result: CheckResult): Record<string, number> {
  return Object.fromEntries(result.invariants.map((one) => [one.name, one.judged]));
}

describe('correct kernels', () => {
  const manners: Record<string, Manner> = {
    'copy on write': {},
    'copy on write, sole owners reuse their frame': { reuses: true },
    'counts of further references only': { soleOwnerCounts: 0 },
    "counts of the kernel's own mapping, too": { soleOwnerCounts: 2 },
    'no counts to be seen': { uncounted: true },
    'eager copies': { eager: true },
    'a warm frame kept beside the list': { keepsWarmFrame: true },
    'a warm frame and no counts': { keepsWarmFrame: true, uncounted: true },
    'a warm frame, and sole owners reuse theirs': { keepsWarmFrame: true, reuses: true },
    'a stock of frames beside the list': { keepsStock: true },
    'a stock of frames and no counts': { keepsStock: true, uncounted: true },
    'a stock of frames, and eager copies': { keepsStock: true, eager: true },
  };

  for (const [name, manner] of Object.entries(manners)) {
    test(`${name}: nothing is accused`, async () => {
      const result = await check(manner);
      expect(
        result.invariants
          .filter((one) => one.severity === 'error')
          .flatMap((one) => one.violations.map((row) => `${one.name}: ${row.message}`)),
      ).toEqual([]);
      expect(result.invariants.filter((one) => one.status === 'error').map((one) => one.reason)).toEqual([]);
      expect(result.verdict).toBe('passed');
    });
  }

  test('copy on write: every invariant about memory was really judged', async () => {
    const points = judgedBy(await check({}));
    for (const name of [
      'a_program_gains_no_permission',
      'a_shared_write_fault_takes_one_frame',
      'a_sole_owner_write_fault_takes_no_frame',
      'every_frame_of_a_reaped_child_returns',
      'every_unmapped_frame_is_freed',
      'no_double_free',
      'no_mapped_frame_on_free_list',
      'no_writable_shared_frame',
      'reference_count_equals_user_mappings',
      'the_kernel_does_not_panic',
      'the_program_returns_its_frames',
      'the_program_succeeds',
    ]) {
      expect([name, points[name]]).toEqual([name, expect.any(Number)]);
      expect(points[name], name).toBeGreaterThan(0);
    }
  });

  test('eager copies leave the rules about sharing vacuous', async () => {
    const result = await check({ eager: true });
    const status = Object.fromEntries(result.invariants.map((one) => [one.name, one.status]));
    expect(status).toMatchObject({
      no_writable_shared_frame: 'vacuous',
      a_shared_write_fault_takes_one_frame: 'vacuous',
      the_program_returns_its_frames: 'holds',
    });
  });
});

describe('planted faults', () => {
  const faults: { fault: NonNullable<Manner['fault']>; names: string[] }[] = [
    { fault: 'parent stays writable', names: ['no_writable_shared_frame'] },
    {
      fault: 'fork does not count',
      names: ['reference_count_equals_user_mappings', 'no_mapped_frame_on_free_list'],
    },
    {
      fault: 'handler keeps the old frame',
      names: [
        'reference_count_equals_user_mappings',
        'a_sole_owner_write_fault_takes_no_frame',
        'every_unmapped_frame_is_freed',
        'the_program_returns_its_frames',
      ],
    },
    {
      fault: 'handler frees the old frame twice',
      names: ['no_mapped_frame_on_free_list', 'a_shared_write_fault_takes_one_frame'],
    },
    { fault: 'handler grants execute', names: ['a_program_gains_no_permission'] },
    { fault: 'text becomes writable', names: ['a_program_gains_no_permission'] },
    { fault: 'guard becomes writable', names: ['a_program_gains_no_permission'] },
    { fault: 'unmapping frees shared frames', names: ['no_mapped_frame_on_free_list'] },
    { fault: 'wait keeps the trapframe', names: ['every_frame_of_a_reaped_child_returns'] },
    { fault: 'sole owner takes a frame', names: ['a_sole_owner_write_fault_takes_no_frame'] },
    {
      fault: 'handler takes two frames',
      names: ['a_shared_write_fault_takes_one_frame', 'every_frame_of_a_reaped_child_returns'],
    },
  ];

  for (const { fault, names } of faults) {
    test(fault, async () => {
      const result = await check({ fault });
      expect(violated(result)).toEqual(expect.arrayContaining(names));
      expect([result.verdict, result.exitCode]).toEqual(['failed', 1]);
    });
  }
});

test('a count that a failed fork left wrong is told with the failure, and why it failed', async () => {
  const rows = toyRun({ fault: 'fork does not count' }).story.rows();
  const forks = rows.kernel_span!.filter(({ cause }) => cause === 'fork');
  // Each row has a number of its own.
  const within = (from: number) =>
    forks.map(({ cycle, pid, hart, id }, index) => ({ seq: from + index, cycle, pid, hart, span: id }));
  const failure = { phase: 'leave', name: 'fork', number: 1, result: -1 };
  const syscall = within(1_000_000).map((row) => ({ ...row, ...failure }));
  const kalloc = [...rows.kalloc!, ...within(2_000_000).map((row) => ({ ...row, frame: 0 }))];
  const result = await judgeRows('reference_count_equals_user_mappings', { ...rows, syscall, kalloc });
  expect(result.violations[0].message).toMatch(
    /; here it got a mapping, and the count stayed as it was; this fork failed for want of a frame$/,
  );
});

test('a count that another hart resets as it starts is told of that, not of the entry meanwhile', async () => {
  const { kernel, shell } = sharing();
  const { story } = kernel;
  const { frame } = shell.pages.get(0x1000)!;
  const entry = story.begin(shell.pid, 'page_fault');
  story.emit('refcount_change', entry, 'get', { frame, before: 2, after: 3 });
  story.emit('refcount_change', entry, 'put', { frame, before: 3, after: 2 });
  story.inside(0, 'boot', (other) =>
    story.emit('refcount_change', other, 'memset', {
      frame,
      before: 2,
      after: 0,
      call_site: story.at('hartinit'),
    }),
  );
  story.end(entry);
  const { violations } = await judgeRows('reference_count_equals_user_mappings', story.rows());
  expect(violations[0].message).toMatch(
    /has count 0, but 2 .*; its count changed by -2 where no process was at work$/,
  );
  expect(violations[0].function).toBe('memset');
});
