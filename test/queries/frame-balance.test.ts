// The balance of frames by owner is the sum of the rules about frames that are left over: together they name each frame
// that a run lost, no other, and who had taken it.
import { describe, expect, test } from 'vitest';
import { checkTrace } from '../../analyzer/index.js';
import { sourceOf } from '../support/event-rows.js';
import { toyRun, type Manner } from '../support/toy-kernel.js';

const balance = [
  'every_frame_of_a_reaped_child_returns',
  'every_unmapped_frame_is_freed',
  'the_program_returns_its_frames',
];

/** By frame: the processes that the rules say it was taken for. */
async function named(manner: Manner): Promise<Map<bigint, Set<number>>> {
  const source = sourceOf(toyRun(manner).story.rows(), { facts: { program: 'test' } });
  const { invariants } = await checkTrace(source, { only: balance });
  const frames = new Map<bigint, Set<number>>();
  for (const { frame, pid } of invariants.flatMap(({ violations }) => violations))
    if (frame !== undefined) frames.set(frame, (frames.get(frame) ?? new Set()).add(pid));
  return frames;
}

/** Frames that a run lost, by the toy's own list beside that of a toy without the fault. */
const lost = (manner: Manner): number => toyRun().freeFrames - toyRun(manner).freeFrames;

describe('the rules about frames that are left over', () => {
  test.each(['handler keeps the old frame', 'wait keeps the trapframe'] as const)(
    'name each frame that is lost when the %s',
    async (fault) => {
      expect(lost({ fault })).toBeGreaterThan(0);
      const frames = await named({ fault });
      expect(frames.size).toBe(lost({ fault }));
      for (const owners of frames.values()) expect([...owners].every((pid) => pid > 0)).toBe(true);
    },
  );

  test('leave one to the rules about faults that a process which lives on took when the program had gone', async () => {
    const manner = { fault: 'handler takes two frames' } as const;
    expect((await named(manner)).size).toBe(lost(manner) - 1);
    const source = sourceOf(toyRun(manner).story.rows(), { facts: { program: 'test' } });
    const { invariants } = await checkTrace(source, { only: ['a_sole_owner_write_fault_takes_no_frame'] });
    const [{ violations }] = invariants;
    expect(violations.at(-1)).toMatchObject({ process: 'sh' });
  });

  test.each([{}, { eager: true }, { keepsWarmFrame: true }, { keepsStock: true }])(
    'name none of a kernel that returns them all (%o)',
    async (manner) => {
      expect((await named(manner)).size).toBe(0);
    },
  );
});
