// The verdict over all invariants: exit codes, what outranks what, and what a trace cannot tell.
import { describe, expect, test } from 'vitest';
import { checkTrace } from '../../analyzer/check.js';
import { readQueries, type QueryLibrary } from '../../analyzer/query-library.js';
import { eventNames } from '../../tracer/schema/index.js';
import { sourceOf, type EventRows } from '../support/event-rows.js';
import { toyRun } from '../support/toy-kernel.js';

const broken: EventRows = { frame_free: [{ seq: 1, cycle: 7, frame: 4096, already_free: 1 }] };
const clean: EventRows = { frame_free: [{ seq: 1, cycle: 7, frame: 4096 }] };
const only = ['no_double_free'];

describe('verdict and exit code', () => {
  test('0 when all that was judged holds', async () => {
    expect(await checkTrace(sourceOf(clean), { only })).toMatchObject({ verdict: 'passed', exitCode: 0 });
  });

  test('1 when a rule is broken, even in an incomplete trace', async () => {
    const result = await checkTrace(sourceOf(broken, { incomplete: 'it was cut off' }), { only });
    expect(result).toMatchObject({ verdict: 'failed', exitCode: 1 });
  });

  test('1 when the run ended in a panic or hang', async () => {
    const facts = { end_reason: 'deadlock' };
    const result = await checkTrace(sourceOf(clean, { facts }), { only });
    expect(result).toMatchObject({ verdict: 'failed', exitCode: 1, reason: 'the run ended by deadlock' });
  });

  test('3 when the trace is incomplete, or nothing was judged', async () => {
    const incomplete = await checkTrace(sourceOf(clean, { incomplete: 'it was cut off' }), { only });
    expect(incomplete).toMatchObject({ exitCode: 3, reason: 'the trace is incomplete: it was cut off' });
    const empty = await checkTrace(sourceOf({}), { only });
    expect(empty).toMatchObject({
      exitCode: 3,
      verdict: 'inconclusive',
      reason: 'nothing at all was judged',
    });
  });
});

test('a run whose program was not seen to exit has not passed, though nothing is broken', async () => {
  const facts = { program: 'cowtest', end_reason: 'prompt' };
  const rules = ['no_double_free', 'the_program_succeeds'];
  const kinds = eventNames.filter((kind) => kind !== 'process');
  for (const options of [{ facts }, { facts, kinds }]) {
    const result = await checkTrace(sourceOf(clean, options), { only: rules });
    expect(result).toMatchObject({ verdict: 'inconclusive', exitCode: 3 });
    expect(result.reason).toBe('what became of the program cowtest is not known');
  }
});

test('a damaged baseline without markers is compared with nothing', async () => {
  const baseline = sourceOf({}, { kinds: [] });
  const { invariants } = await checkTrace(sourceOf(clean), {
    baseline,
    only: ['fork_takes_fewer_frames_than_without_cow'],
  });
  expect(invariants[0].status).toBe('vacuous');
});

test('a kind that was not traced makes its rules not judged, with the kind named', async () => {
  const kinds = eventNames.filter((kind) => kind !== 'pte_write');
  const { invariants } = await checkTrace(sourceOf(clean, { kinds }));
  const status = Object.fromEntries(invariants.map((one) => [one.name, one]));
  expect(status['no_writable_shared_frame']).toMatchObject({
    status: 'not_judged',
    reason: 'needs events pte_write, which were not traced',
  });
  expect(status['no_double_free']).toMatchObject({ status: 'holds' });
});

test('a kernel without counts leaves all but the rules about counts judged', async () => {
  const kinds = eventNames.filter((kind) => kind !== 'refcount_change');
  const { invariants } = await checkTrace(
    sourceOf(toyRun().story.rows(), { kinds, facts: { program: 'test' } }),
  );
  const unjudged = invariants.filter((one) => one.status === 'not_judged').map((one) => one.name);
  expect(unjudged).toEqual([
    'counts_change_under_a_common_lock',
    'reference_count_equals_user_mappings',
    'who_frees_a_frame_took_its_count_to_zero',
  ]);
});

test('violations are in order, kept up to a number, and counted', async () => {
  const rows = [5, 3, 4].map((cycle) => ({ seq: cycle, cycle, frame: 4096, already_free: 1 }));
  const { invariants } = await checkTrace(sourceOf({ frame_free: rows }), { only, violationsKept: 2 });
  expect(invariants[0].violationCount).toBe(3);
  expect(invariants[0].violations.map((row) => row.cycle)).toEqual([3, 4]);
});

describe('queries of other kinds', () => {
  const withQuery = (change: { severity?: 'warning'; sql?: string }): QueryLibrary => {
    const library = readQueries();
    const [one] = library.invariants.filter((invariant) => invariant.name === only[0]);
    return { ...library, invariants: [{ ...one, ...change }] };
  };

  test('a broken warning does not fail the run', async () => {
    const result = await checkTrace(sourceOf(broken), { queries: withQuery({ severity: 'warning' }) });
    expect(result.invariants[0].status).toBe('violated');
    expect(result).toMatchObject({ verdict: 'passed', exitCode: 0 });
  });

  test('a query that fails is our fault (70) and says why', async () => {
    const result = await checkTrace(sourceOf(broken), {
      queries: withQuery({ sql: 'SELECT nothing FROM frame_free' }),
    });
    expect(result).toMatchObject({ verdict: 'inconclusive', exitCode: 70 });
    expect(result.invariants[0]).toMatchObject({
      status: 'error',
      reason: expect.stringContaining('nothing'),
    });
  });
});
