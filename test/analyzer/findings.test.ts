// Causes and consequences: of the rules that one mistake breaks, which the reader sees first, and whom it suspects.
import { describe, expect, test } from 'vitest';
import { checkTrace } from '../../analyzer/check.js';
import { causesOf, type BrokenRule } from '../../analyzer/findings.js';
import type { CheckResult, InvariantResult, Violation } from '../../analyzer/result.js';
import { sourceOf } from '../support/event-rows.js';
import { toyRun, type Manner } from '../support/toy-kernel.js';

function broken(
  name: string,
  at: Partial<Violation>,
  more: Partial<Omit<BrokenRule, 'breaks'> & InvariantResult> & {
    breaks?: BrokenRule['breaks'] | undefined;
  } = {},
): BrokenRule {
  const violation = { cycle: 0, hart: 0, pid: 1, message: '', suspects: [], ...at };
  const { severity = 'error' } = more;
  const counts = { judged: 1, skipped: 0, violationCount: 1, violations: [violation] };
  const result = { name, title: name, rule: '', severity, hint: '', status: 'violated', ...counts } as const;
  const frames = new Set(at.frame === undefined ? [] : [at.frame]);
  const { follows } = more;
  const { breaks } = { breaks: 'frames' as const, ...more };
  return { result, frames, ...(breaks && { breaks }), ...(follows && { follows }) };
}

function outline(rules: readonly BrokenRule[]): [string, string[]][] {
  return causesOf(rules).map(({ rule, consequences }) => [rule.result.name, consequences]);
}

describe('of broken rules', () => {
  test('the earliest is the cause of what is about its frames, or about none', () => {
    const count = broken('count', { cycle: 10, frame: 1n });
    const leak = broken('leak', { cycle: 5, since: 20, frame: 1n });
    const panic = broken('panic', { cycle: 30 }, { follows: 'any' });
    expect(outline([panic, leak, count])).toEqual([['count', ['leak', 'panic']]]);
  });

  test('another frame is another cause, and what says nothing of frames explains none', () => {
    const count = broken('count', { cycle: 10, frame: 1n });
    const other = broken('other', { cycle: 20, frame: 2n });
    const permission = broken('permission', { cycle: 5, frame: 1n }, { breaks: undefined });
    expect(outline([count, other, permission])).toEqual([
      ['permission', []],
      ['count', []],
      ['other', []],
    ]);
  });

  test('what follows from a consequence follows, and what is mostly about broken frames, not what never does', () => {
    const count = broken('count', { cycle: 10, frame: 1n });
    const free = { ...broken('free', { cycle: 20, frame: 1n }), frames: new Set([1n, 2n]) };
    const later = broken('later', { cycle: 30, frame: 2n });
    const mostly = { ...broken('mostly', { cycle: 40, frame: 3n }), frames: new Set([1n, 3n]) };
    const seldom = { ...broken('seldom', { cycle: 50, frame: 4n }), frames: new Set([1n, 4n, 5n]) };
    const own = broken('own', { cycle: 60, frame: 1n }, { follows: 'nothing', breaks: undefined });
    expect(outline([count, free, later, mostly, seldom, own])).toEqual([
      ['count', ['free', 'later', 'mostly']],
      ['seldom', []],
      ['own', []],
    ]);
  });

  test('what the same instruction did to the same frame is told once', () => {
    const around = broken('around', { cycle: 10, frame: 1n, pc: 0x80000010n }, { breaks: undefined });
    const written = broken('written', { cycle: 20, frame: 1n, pc: 0x80000010n }, { breaks: undefined });
    const elsewhere = broken('elsewhere', { cycle: 30, frame: 1n, pc: 0x80000020n }, { breaks: undefined });
    expect(outline([written, around, elsewhere])).toEqual([
      ['around', ['written']],
      ['elsewhere', []],
    ]);
  });

  test('what is about no frame follows only from what it may follow from', () => {
    const permission = broken('permission', { cycle: 5 }, { breaks: undefined });
    const lock = broken('lock', { cycle: 10 });
    const address = broken('address', { cycle: 20 }, { follows: 'frames', breaks: undefined });
    const panic = broken('panic', { cycle: 30 }, { follows: 'any' });
    expect(outline([permission, address, panic])).toEqual([
      ['permission', []],
      ['address', ['panic']],
    ]);
    expect(outline([lock, address])).toEqual([['lock', ['address']]]);
  });

  test('nothing follows from a race that need not have been lost', () => {
    const race = broken('race', { cycle: 5, frame: 1n }, { breaks: 'nothing' });
    const leak = broken('leak', { cycle: 10, frame: 1n });
    const panic = broken('panic', { cycle: 30 }, { follows: 'any' });
    expect(outline([race, leak, panic])).toEqual([
      ['race', []],
      ['leak', ['panic']],
    ]);
    expect(outline([race, panic])).toEqual([
      ['race', []],
      ['panic', []],
    ]);
  });

  test('a warning comes last and explains nothing', () => {
    const warning = broken('warning', { cycle: 1, frame: 1n }, { severity: 'warning' });
    expect(outline([warning, broken('error', { cycle: 9, frame: 1n })])).toEqual([
      ['error', []],
      ['warning', []],
    ]);
  });

  test('a warning about a frame that is wrong already is a consequence', () => {
    const count = broken('count', { cycle: 5, frame: 1n });
    const warning = broken('warning', { cycle: 9, frame: 1n }, { severity: 'warning' });
    const other = broken('other', { cycle: 9, frame: 2n }, { severity: 'warning' });
    expect(outline([warning, other, count])).toEqual([
      ['count', ['warning']],
      ['other', []],
    ]);
  });

  test('all that comes later follows from what breaks all', () => {
    const lock = broken('lock', { cycle: 5 }, { breaks: 'all' });
    const refused = broken('refused', { cycle: 9, frame: 2n }, { breaks: undefined });
    const before = broken('before', { cycle: 1, frame: 2n }, { breaks: undefined });
    expect(outline([refused, lock, before])).toEqual([
      ['before', []],
      ['lock', ['refused']],
    ]);
  });

  test('a rule that is broken in several places is named once, and never as its own consequence', () => {
    const kept = broken('lock', { cycle: 5 }, { breaks: 'all' });
    const lent = broken('lent', { cycle: 9 }, { breaks: undefined });
    const inPlaces = (rule: BrokenRule): BrokenRule => {
      const elsewhere = { cycle: 10, suspects: [{ function: 'uvmfree' }] };
      const violations = [...rule.result.violations, { ...rule.result.violations[0], ...elsewhere }];
      return { ...rule, result: { ...rule.result, violations } };
    };
    expect(outline([inPlaces(kept), inPlaces(lent)])).toEqual([['lock', ['lent']]]);
  });

  test('what suspects the same line first is told once', () => {
    const at = (line: number) => ({ suspects: [{ function: 'uvm_shrink', file: 'vm.c', line }] });
    const count = broken('count', { cycle: 5, frame: 1n, ...at(3) });
    const kept = broken('kept', { cycle: 9, frame: 2n, ...at(3) });
    const elsewhere = broken('elsewhere', { cycle: 9, frame: 3n, ...at(4) });
    expect(outline([kept, count, elsewhere])).toEqual([
      ['count', ['kept']],
      ['elsewhere', []],
    ]);
  });

  test('what the program says of itself follows from what is seen only when it has ended', () => {
    const leak = broken('leak', { cycle: 20, frame: 1n });
    const program = broken('program', { cycle: 10 }, { follows: 'all', breaks: undefined });
    expect(outline([program, leak])).toEqual([['leak', ['program']]]);
  });
});

describe('on a miniature kernel the first finding', () => {
  const roles = { function_allocate: 'kalloc', function_free: 'kfree', function_map: 'mappages' };

  async function check(fault: NonNullable<Manner['fault']>): Promise<CheckResult> {
    const facts = { program: '/test', ...roles };
    return checkTrace(sourceOf(toyRun({ fault }).story.rows(), { facts }));
  }

  const cases: { fault: NonNullable<Manner['fault']>; rule: string; suspect: string }[] = [
    { fault: 'parent stays writable', rule: 'no_writable_shared_frame', suspect: 'uvmcopy' },
    { fault: 'fork does not count', rule: 'reference_count_equals_user_mappings', suspect: 'uvmcopy' },
    {
      fault: 'handler keeps the old frame',
      rule: 'reference_count_equals_user_mappings',
      suspect: 'cowfault',
    },
    { fault: 'text becomes writable', rule: 'a_program_gains_no_permission', suspect: 'uvmcopy' },
    { fault: 'handler grants execute', rule: 'a_program_gains_no_permission', suspect: 'cowfault' },
    { fault: 'unmapping frees shared frames', rule: 'no_mapped_frame_on_free_list', suspect: 'kfree' },
  ];

  test.each(cases)('for "$fault" is $rule, and suspects $suspect', async ({ fault, rule, suspect }) => {
    const { findings } = await check(fault);
    expect(findings[0].invariant).toBe(rule);
    expect(findings[0].violation.suspects[0]).toMatchObject({ function: suspect });
  });

  test('tells how the frame got there, from where it was taken on', async () => {
    const { steps } = (await check('handler keeps the old frame')).findings[0].chain;
    expect(steps.map(({ cause }) => cause)).toEqual(['exec', 'fork', 'page_fault']);
    expect(steps[0].acts[0]).toBe('taken from the free list');
    expect(steps[1].acts).toEqual([
      'mapped at 0x1000 of process 4: read, bit 8 set',
      'at 0x1000 read write becomes read, bit 8 set',
      'count 1 -> 2',
    ]);
    expect(steps[2]).toMatchObject({
      acts: ['replaced by another frame at 0x1000'],
      place: { function: 'cowfault' },
    });
  });
});
