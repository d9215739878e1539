// Reports: the text fits a screen and cannot be forged by the guest; JSON carries everything.
import { describe, expect, test } from 'vitest';
import { reports, type Disclosure } from '../../analyzer/reports/index.js';
import type { CheckResult, Finding, InvariantResult, Violation } from '../../analyzer/result.js';
import { undocumentedKeys } from '../support/json-keys.js';

const violation: Violation = {
  cycle: 51234,
  hart: 1,
  pid: 4,
  process: 'cowtest',
  frame: 0x87f5a000n,
  pc: 0x80000c12n,
  function: 'kfree',
  file: 'kernel/kalloc.c',
  line: 57,
  caller: { function: 'uvmunmap', file: 'kernel/vm.c', line: 190 },
  message: 'frame 0x87f5a000 was freed while it was on the free list already',
  suspects: [{ function: 'kfree', file: 'kernel/kalloc.c', line: 57 }],
};

const base: InvariantResult = {
  name: 'no_double_free',
  title: 'no double free',
  rule: 'No frame is put on the free list while it is there.',
  severity: 'error',
  hint: 'Two owners each believed to be the last one.',
  status: 'holds',
  judged: 1234567,
  skipped: 8,
  violationCount: 0,
  violations: [],
};

/** A result in which each broken rule stands for itself, errors first. */
function resultOf(...invariants: Partial<InvariantResult>[]): CheckResult {
  const all = invariants.map((one) => ({ ...base, ...one }));
  const broken = all.filter(({ violations }) => violations.length > 0);
  const findings = broken.map(({ name, severity, violations }): Finding => {
    return { invariant: name, severity, violation: violations[0], chain: noChain, consequences: [] };
  });
  findings.sort((left, right) => left.severity.localeCompare(right.severity));
  return {
    verdict: 'failed',
    exitCode: 1,
    facts: { program: 'cowtest' },
    kinds: [],
    invariants: all,
    findings,
  };
}

const noChain = { steps: [], leftOut: 0 };

describe('text', () => {
  const violated = { status: 'violated', violationCount: 5, violations: [violation] } as const;

  test('one line a broken rule, then the violations with their place, then the verdict', () => {
    const text = reports.text(resultOf({}, { name: 'gains', title: 'a program gains', ...violated }), {
      sourceLine: (file, line) =>
        file === 'kernel/kalloc.c' && line === 57 ? '  run->next = list;' : undefined,
    });
    expect(text).toBe(
      [
        '  VIOLATED    a program gains  5 found, 1,234,567 judged, 8 skipped',
        '  holds       1 rule at 1,234,567 points (8 skipped): no double free at 1,234,567',
        '',
        'a program gains',
        '  No frame is put on the free list while it is there.',
        '  cycle 51234, hart 1, process 4 (cowtest), frame 0x87f5a000',
        '    frame 0x87f5a000 was freed while it was on the free list already',
        '    in kfree (kernel/kalloc.c:57), called from uvmunmap (kernel/vm.c:190)',
        '      > run->next = list;',
        '  ... and 4 more',
        '  hint: Two owners each believed to be the last one.',
        '',
        'FAILED: 1 violated, 1 hold',
        '',
      ].join('\n'),
    );
  });

  test('tells rules that did not see what they judge from those that had nothing to judge', () => {
    const vacuous = { status: 'vacuous', judged: 0, skipped: 0 } as const;
    const text = reports.text(resultOf({ ...vacuous, reason: 'no count was seen' }, vacuous, {}));
    expect(text).toContain('  not seen    1 rule (no count was seen; trace inspect shows');
    expect(text).toContain('  vacuous     1 rule (found nothing to judge)');
    expect(text).toContain('FAILED: 1 hold, 1 vacuous, 1 did not see what they judge\n');
  });

  test('leads with the cause: whom to suspect, how it came about, and what follows', () => {
    const wrong: Violation = {
      ...violation,
      function: 'mappages',
      caller: { function: 'uvmcopy', file: 'kernel/vm.c', line: 320 },
      suspects: [{ function: 'uvmcopy', file: 'kernel/vm.c', line: 320 }, { function: 'mappages' }],
    };
    const result = resultOf({ ...violated, violations: [wrong] }, { name: 'leak', title: 'no leak' });
    const step = { cycle: 40000, hart: 0, pid: 3, process: 'sh', cause: 'fork', acts: ['count 1 -> 2'] };
    const place = { function: 'uvmcopy', file: 'kernel/vm.c', line: 320 };
    const finding: Finding = {
      ...result.findings[0],
      chain: { steps: [{ ...step, place }, step], leftOut: 3 },
      consequences: ['leak'],
    };
    const text = reports.text({ ...result, findings: [finding] });
    expect(text).toContain(
      [
        '    look first at uvmcopy, then at mappages',
        '    how it came about:',
        '      40000  process 3 (sh), fork: count 1 -> 2 - uvmcopy (vm.c:320)',
        '      (3 more, see trace bio)',
        '      40000  process 3 (sh), fork: count 1 -> 2',
        '  ... and 4 more',
        '  also broken, probably as a consequence: no leak (0)',
        '  hint: ',
      ].join('\n'),
    );
  });

  test('says of an address that no line belongs to whose it is, unless that says nothing', () => {
    const { cycle, hart, pid, message } = violation;
    const at = (pc: bigint): string =>
      reports.text(resultOf({ ...violated, violations: [{ cycle, hart, pid, message, pc, suspects: [] }] }));
    expect(at(0x1552n)).toContain("    by the program's instruction at 0x1552\n");
    expect(at(0x80000c12n)).toContain('    in pc 0x80000c12\n');
    expect(at(0x3ffffff124n)).not.toContain('0x3ffffff124');
  });

  test('gives away no more than it is told to', () => {
    const process = { ...violation, suspects: [{ function: 'uvmcopy', file: 'vm.c' }] };
    const result = resultOf({ ...violated, violations: [process] });
    const secrets = (disclose: Disclosure): boolean[] => {
      const both = reports.text(result, { disclose }) + reports.json(result, { disclose });
      return ['process 4', '51234', 'kalloc.c', 'uvmunmap', 'uvmcopy (', 'hint'].map((secret) =>
        both.includes(secret),
      );
    };
    expect(secrets('what')).toEqual([true, false, false, false, false, false]);
    expect(secrets('where')).toEqual([true, true, true, true, false, false]);
    expect(secrets('why')).toEqual([true, true, true, true, true, true]);
    expect(reports.text(result, { disclose: 'where' })).not.toContain('look first');
  });

  test('tells each place of a rule, the first of them whole', () => {
    const suspects = [{ function: 'uvmcopy < fork', file: 'kernel/vm.c', line: 320 }];
    const result = resultOf({
      ...violated,
      violations: [violation, { ...violation, cycle: 60000, suspects }],
    });
    const [first] = result.findings;
    const second = {
      ...first,
      violation: result.invariants[0].violations[1],
      consequences: ['no_double_free'],
    };
    const text = reports.text({ ...result, findings: [first, second] });
    expect(text.match(/No frame is put/g)).toHaveLength(1);
    expect(text).toContain(
      [
        '  also at cycle 60000, uvmcopy inlined into fork (kernel/vm.c:320): frame 0x87f5a000 was freed while',
        '    it was on the free list already',
        '  ... and 3 more',
        '  also broken, probably as a consequence: no double free (5)',
      ].join('\n'),
    );
    expect(reports.text({ ...result, findings: [first, second] }, { disclose: 'what' })).not.toContain(
      '60000',
    );
  });

  test('tells a warning from what fails the run, and says it after that', () => {
    const warned = { name: 'copies', title: 'needless copy', ...violated, severity: 'warning' } as const;
    const text = reports.text(resultOf(warned, violated, {}));
    expect(text).toContain('  warning     needless copy');
    expect(text.indexOf('\n\nneedless copy\n')).toBeGreaterThan(text.indexOf('\n\nno double free\n'));
    expect(text).toMatch(/\nFAILED: 1 violated, 1 with a warning, 1 hold\n$/);
  });

  const silent = resultOf(
    { status: 'vacuous', judged: 0, skipped: 0 },
    { status: 'not_judged', title: 'one', reason: 'needs events trap' },
    { status: 'not_judged', title: 'two', reason: 'needs events trap' },
    { status: 'not_judged', title: 'three', reason: 'needs events lock' },
    { title: 'four', judged: 5 },
    { title: 'five', judged: 6 },
    { title: 'six', judged: 9 },
    { title: 'seven', judged: 7 },
  );

  test('says what was vacuous, what could not be judged, and how much was judged', () => {
    expect(reports.text(silent)).toContain(
      [
        '  holds       4 rules at 27 points (32 skipped): six at 9; seven at 7; five at 6; 1 more (--verbose)',
        '  vacuous     1 rule (found nothing to judge): no double free',
        '  not judged  2 rules (needs events trap): one; two',
        '  not judged  1 rule (needs events lock): three',
        '',
      ].join('\n'),
    );
  });

  test('verbose: a line for each rule, in their order', () => {
    const lines = reports.text(silent, { verbose: true }).split('\n');
    expect(lines[0]).toMatch(/^ {2}vacuous {5}no double free +nothing to judge$/);
    expect(lines[1]).toMatch(/^ {2}not judged {2}one +needs events trap$/);
    expect(lines[4]).toMatch(/^ {2}holds {7}four +5 judged, 8 skipped$/);
  });

  test('no line is wider than 100 columns, whatever the guest is called', () => {
    const long = 'x'.repeat(300);
    const message = `panic: ${long} ${'word '.repeat(50)}`;
    const wild = { ...violation, process: long, function: long, file: long, message };
    const text = reports.text(resultOf({ ...violated, violations: [wild] }), { sourceLine: () => long });
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test('guest text cannot reach the terminal, in message, name, place or source', () => {
    const evil = '\x1b[2J\r\nPASSED\u202e\u009b31m';
    const wild = { ...violation, process: evil, function: evil, file: evil, message: evil };
    const text = reports.text(resultOf({ ...violated, violations: [wild] }), { sourceLine: () => evil });
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    expect(text.split('\n')).not.toContain('PASSED');
  });

  test('colours only when asked', () => {
    expect(reports.text(resultOf(violated))).not.toContain('\x1b');
    expect(reports.text(resultOf(violated), { colour: true })).toContain('\x1b[31mVIOLATED');
  });
});

test('json carries the result, with addresses in hexadecimal, under the keys that docs/json.md explains', () => {
  const parsed = JSON.parse(reports.json(resultOf({ violations: [violation] }))) as object;
  expect(undocumentedKeys(parsed, 'trace check')).toEqual([]);
  expect(parsed).toMatchObject({
    version: 1,
    verdict: 'failed',
    exitCode: 1,
    invariants: [
      { name: 'no_double_free', violations: [{ frame: '0x87f5a000', pc: '0x80000c12', line: 57 }] },
    ],
  });
});
