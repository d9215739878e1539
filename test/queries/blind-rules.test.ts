// Rules that found nothing to judge in a run which had it: what they lacked is said, and never of a run that is whole.
import { describe, expect, test } from 'vitest';
import { checkTrace, readQueries } from '../../analyzer/index.js';
import type { EventName } from '../../tracer/schema/index.js';
import { judgeRows } from '../support/check-rows.js';
import { sourceOf, type EventRows } from '../support/event-rows.js';
import { toyRun } from '../support/toy-kernel.js';

/** A toy's run with the calls and locks of a kernel. */
function wholeRun(): EventRows {
  const rows = toyRun().story.rows();
  const { seq, cycle, pid, hart, span } = rows.process!.at(-1)!;
  const at = { seq, cycle, pid, hart, span };
  return {
    ...rows,
    syscall: [{ ...at, phase: 'leave', name: 'wait', number: 3, result: 3 }],
    lock: [{ ...at, number: 0, name: 'kmem.lock', address: 0x80008000 }],
    page_fault: rows.page_fault!.map((row) => ({ ...row, size: 0x10000 })),
  };
}

/** What is taken from the run, and the rules that are blind without it. */
const lacking: readonly [EventName, string, string[]][] = [
  [
    'refcount_change',
    'processes share frames, and no reference count of one was seen to change',
    ['reference_count_equals_user_mappings', 'counts_change_under_a_common_lock'],
  ],
  [
    'frame_free',
    'the free function was called, and no frame was seen to go on the free list',
    ['no_double_free'],
  ],
  [
    'frame_alloc',
    'the allocator gave frames, and none was seen to leave the free list',
    ['no_mapped_frame_is_handed_out'],
  ],
  [
    'kfree',
    'frames came on the free list, and the free function was not seen to be called',
    ['only_whole_frames_are_freed', 'freed_frames_reach_the_free_list'],
  ],
  [
    'process',
    'wait returned children, and no process was seen to be forked and reaped',
    ['every_frame_of_a_reaped_child_returns'],
  ],
  ['process', 'what exec granted the programs is not known', ['a_program_gains_no_permission']],
];

describe.each(lacking)('without rows of %s', (kind, reason, rules) => {
  test.each(rules)('%s says what it lacked', async (rule) => {
    const rows = { ...wholeRun(), [kind]: [] };
    expect(await judgeRows(rule, rows)).toMatchObject({ status: 'vacuous', judged: 0, reason });
  });
});

test('a rule about the size of processes says when no fault has one', async () => {
  const rows = wholeRun();
  const page_fault = rows.page_fault!.map((row) => ({ ...row, size: null }));
  expect(await judgeRows('no_fault_is_resolved_above_the_size', { ...rows, page_fault })).toMatchObject({
    status: 'vacuous',
    reason: 'faults were resolved, and the size of no process is known',
  });
});

test('no rule is blind in a run that has everything, nor where nothing is shared', async () => {
  for (const rows of [wholeRun(), toyRun({ eager: true }).story.rows()]) {
    const { invariants } = await checkTrace(sourceOf(rows));
    const blind = invariants.filter(({ status, reason }) => status === 'vacuous' && reason !== undefined);
    expect(
      blind.map(({ name }) => name).filter((name) => name !== 'no_fault_is_resolved_above_the_size'),
    ).toEqual([]);
  }
});

test('each rule that says what it lacks is tried here', () => {
  const tried = [...lacking.flatMap(([, , rules]) => rules), 'no_fault_is_resolved_above_the_size'];
  const said = readQueries().invariants.flatMap(({ name, lacking: words }) =>
    words === undefined ? [] : name,
  );
  expect(said).toEqual(tried.sort());
});
