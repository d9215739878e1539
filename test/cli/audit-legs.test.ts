// trace audit goes on behind a case that the kernel did not outlive, from the same boot, and tells it all as one.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { CheckResult, InvariantResult } from '../../analyzer/index.js';
import { casesOf, type CaseRun } from '../../commands/audit/cases.js';
import { allCases, nextLeg, type Leg } from '../../commands/audit/legs.js';
import { mergedFindings, mergedRules } from '../../commands/audit/merge.js';
import { violatedLines } from '../../commands/audit/violated-lines.js';
import { openTrace } from '../../tracer/directory/index.js';
import { trace } from '../support/command-line.js';
import { undocumentedKeys } from '../support/json-keys.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();

describe('a kernel that panics in two of four cases', () => {
  // Its fork panics where memory for the child's tables is out.
  const kernel = ['--variant', 'r11_fork_panics_without_memory', '--memory', '6', '--harts', '1'];
  const cases = 'audit descendants fork_without_memory stack_pages large_fork_without_memory';
  const words = ['audit', ...kernel, '--programs', cases];

  interface AuditDocument {
    verdict: string;
    programs: {
      program: string[];
      trace: string;
      digest: string;
      legs: { program: string[]; trace: string; end: string; digest: string; verdict: string }[];
      cases: { name: string; isBusy: boolean; result: string; said?: string; trace: string }[];
      casesNotRun: number;
      violated: { name: string; count: number; legs: number; trace: string }[];
      findings: { invariant: string; traces: string[] }[];
    }[];
  }

  const second = (folder: string): string => `${folder}/audit-after-fork_without_memory.trace`;

  test('is asked all four, with a trace of each run, and each fault told once', async () => {
    const out = inside('legs');
    // Of an earlier audit, whose kernel died elsewhere.
    mkdirSync(`${out}/audit-after-text.trace`, { recursive: true });
    writeFileSync(`${out}/audit-after-text.trace/manifest.json`, '{}');
    const { exitCode, stdout } = await trace([...words, '--json', '--out', out]);
    const document = JSON.parse(stdout) as AuditDocument;
    expect([exitCode, document.verdict]).toEqual([1, 'failed']);
    expect(undocumentedKeys(document, 'trace check', 'trace run', 'trace audit')).toEqual([]);
    const program = document.programs[0]!;
    const traces = [`${out}/audit.trace`, second(out)];
    const died = { result: 'died', said: 'panic: uvmcopy: mappages failed' };
    expect(program.cases).toMatchObject([
      { name: 'descendants', isBusy: false, result: 'passed', trace: traces[0] },
      { name: 'descendants', isBusy: true, result: 'passed', trace: traces[0] },
      { name: 'stack_pages', isBusy: false, result: 'passed', trace: traces[0] },
      { name: 'stack_pages', isBusy: true, result: 'passed', trace: traces[0] },
      { name: 'fork_without_memory', isBusy: false, ...died, trace: traces[0] },
      { name: 'large_fork_without_memory', isBusy: false, ...died, trace: traces[1] },
    ]);
    expect(program.casesNotRun).toBe(0);
    expect(program.legs).toMatchObject([
      { program: cases.split(' '), trace: traces[0], end: 'panic', verdict: 'failed' },
      { trace: traces[1], end: 'panic', verdict: 'failed' },
    ]);
    expect(program.legs[1]!.program.slice(0, 3)).toEqual(['audit', '-after', 'fork_without_memory']);
    const panics = program.violated.find(({ name }) => name === 'the_kernel_does_not_panic');
    expect(panics).toMatchObject({ count: 2, legs: 2, trace: traces[0] });
    expect(program.findings.map((finding) => finding.traces)).toEqual([traces]);
    const left = readdirSync(out).filter((name) => name.endsWith('.trace'));
    expect(left.map((name) => `${out}/${name}`).sort()).toEqual([...traces].sort());
  });

  test('has legs that replay, are the same each time, and are told to people in few lines', async () => {
    const out = inside('again');
    const { stdout } = await trace([...words, '--out', out]);
    expect(stdout).toMatch(/ ended early, twice\n/);
    expect(stdout.replaceAll(/\n +/g, ' ')).toMatch(
      /: 4 cases: 2 passed, 2 ended the run fork_without_memory, large_fork_without_memory: ended the run: panic: uvmc/,
    );
    const { manifest, incompleteBecause } = openTrace(second(out), 'digests');
    expect(incompleteBecause).toBeUndefined();
    expect(manifest!.finalStateDigest).toBe(openTrace(second(inside('legs'))).manifest!.finalStateDigest);
    const verified = await trace(['verify', second(out)]);
    expect([verified.exitCode, verified.stderr]).toEqual([0, '']);
  });

  test('is not run in legs for a program that has no such cases', async () => {
    const out = inside('others');
    const { stdout } = await trace(['audit', ...kernel, '--programs', 'echo a', '--json', '--out', out]);
    const [program] = (JSON.parse(stdout) as AuditDocument).programs;
    expect([program!.legs, program!.cases]).toEqual([undefined, undefined]);
    expect(existsSync(`${out}/echo.trace`)).toBe(true);
  });
});

describe('the next leg', () => {
  const first = { words: ['audit', '-b', '7'], out: 'out/audit.trace' };

  /** A leg that ended in such a case. */
  function leg(words: string[], died: string, end = 'panic'): Leg {
    const runs: CaseRun[] = [{ name: died, isBusy: false, cycle: 400, result: 'died' }];
    const result = { end, cycle: 1000 } as Leg['result'];
    return { words, result, log: { runs, cases: 40, isOver: false, unit: 'case' } } as unknown as Leg;
  }

  test('goes on behind the case in which the kernel died', () => {
    expect(nextLeg([leg(first.words, 'text')], first)).toEqual({
      words: ['audit', '-after', 'text', '-b', '7'],
      out: 'out/audit-after-text.trace',
    });
  });

  test('does without what killed it before the first case, and so do those behind it', () => {
    const one = leg(first.words, 'permissions');
    const next = nextLeg([one], first)!;
    expect(next.words).toEqual(['audit', '-p', '-b', '7']);
    const other = leg([...next.words], 'all_memory');
    expect(nextLeg([one, other], first)!.words).toEqual(['audit', '-p', '-m', '-b', '7']);
    const third = leg(['audit', '-p', '-m', '-b', '7'], 'guard_page');
    expect(nextLeg([one, other, third], first)!.words).toEqual([
      'audit',
      '-p',
      '-m',
      '-after',
      'guard_page',
      '-b',
      '7',
    ]);
  });

  test('is none where all had their turn, nothing was begun, or a bound was reached', () => {
    const died = leg(first.words, 'text');
    const over = { ...died, log: { ...died.log!, isOver: true } };
    const nothing = { ...died, log: { runs: [], cases: undefined, isOver: false, unit: 'case' as const } };
    for (const last of [
      over,
      nothing,
      leg(first.words, 'text', 'time_budget'),
      leg(first.words, 'text', 'interrupted'),
    ])
      expect(nextLeg([last], first)).toBeUndefined();
    const single = { ...died, log: { ...died.log!, cases: 1 } };
    expect(nextLeg([single], first)).toBeUndefined();
    const long = { ...died, result: { ...died.result, cycle: 41e9 } };
    expect(nextLeg([long], first)).toBeUndefined();
    expect(allCases([long])).toMatchObject({ notRun: 39 });
    expect(nextLeg(Array<Leg>(25).fill(died), first)).toBeUndefined();
  });
});

describe('the cases of a run that is not over', () => {
  const begun = ['text', 'guard_page'].map((name, cycle) => ({ name, isBusy: false, cycle }));
  const casesIn = (...lines: string[]): unknown[] =>
    casesOf({ begun, cases: 9, isOver: false }, lines.join('\n'), 'panic: x').runs.map(
      ({ name, result, said }) => [name, result, said],
    );
  const failed = 'audit guard_page: FAILED: expected an end, saw none';

  test('end with the one in which it died, whatever that has said', () => {
    const died = ['guard_page', 'died', 'panic: x'];
    expect(casesIn('audit text: OK')).toEqual([['text', 'passed', undefined], died]);
    expect(casesIn('audit text: skipped: no', failed)).toEqual([['text', 'skipped', 'no'], died]);
    // Where no status is told, who failed says so itself before the line of the case.
    expect(casesIn('audit: FAILED: saw', 'audit text: ran')).toEqual([['text', 'failed', 'saw'], died]);
  });

  test('have among them what is tried first where that has told something', () => {
    const first = ['status', 'room', 'text'].map((name, cycle) => ({ name, isBusy: false, cycle }));
    const lines = 'audit status: FAILED: expected wait() to tell, saw another\naudit text: ran';
    const { runs } = casesOf({ begun: first, cases: 1, isOver: true }, lines, '');
    expect(runs.map(({ name, result, said }) => [name, result, said])).toEqual([
      ['status', 'failed', 'expected wait() to tell, saw another'],
      ['text', 'passed', undefined],
    ]);
  });

  test('are as they say where it gave up, and what they hold is no failure of its own', () => {
    const end = [
      'audit: FAILED: fewer frames',
      'audit: too many cases did not end; the others were not tried',
    ];
    expect(casesIn('audit text: OK', failed, ...end)).toEqual([
      ['text', 'passed', undefined],
      ['guard_page', 'failed', 'expected an end, saw none'],
    ]);
  });
});

describe('what legs have found', () => {
  const violation = (cycle: number, message: string) => ({
    cycle,
    hart: 0,
    pid: 3,
    message,
    function: 'kfree',
    file: 'kalloc.c',
    line: 7,
    suspects: [],
  });

  /** A leg that broke one rule in these cycles, of which it found more than are kept. */
  function leg(out: string, count: number, ...cycles: number[]): Leg {
    const violations = cycles.map((cycle) => violation(cycle, `frame 0x${cycle} is freed twice`));
    const rule = {
      name: 'no_double_free',
      severity: 'error',
      status: 'violated',
      violationCount: count,
      violations,
    };
    const holds = {
      name: 'other',
      severity: 'error',
      status: out === 'b' ? 'holds' : 'vacuous',
      violationCount: 0,
      violations: [],
    };
    const findings = violations
      .slice(0, 1)
      .map((one) => ({ invariant: rule.name, severity: 'error', violation: one }));
    const check = { verdict: 'failed', invariants: [rule, holds] as unknown as InvariantResult[], findings };
    return { out, check: check as unknown as CheckResult } as Leg;
  }

  test('is told once, counted, and what they have from the boot counts once', () => {
    const legs = [leg('a', 3, 10, 500), leg('b', 2, 10, 700)];
    const [rule, other] = mergedRules(legs);
    expect([rule!.result.violationCount, rule!.legs, rule!.first!.out]).toEqual([4, 2, 'a']);
    expect([other!.result.status, other!.legs, other!.first]).toEqual(['holds', 0, undefined]);
    expect(mergedFindings(legs)).toMatchObject([
      { traces: ['a', 'b'], finding: { violation: { cycle: 10 } } },
    ]);
  });

  test('is shown with what it says, and a rule that is nowhere a cause stands behind all causes', () => {
    const cause = leg('a', 3, 10);
    const both = leg('b', 2, 20);
    const gone = { ...cause.check.invariants[0], name: 'gone', title: 'gone twice', violationCount: 5 };
    const invariants = [gone, { ...both.check.invariants[0], title: 'no double free' }];
    const ran = (word: string, check: CheckResult) => ({ words: [word], legs: [{ ...both, check }] });
    const runs = [ran('first', { ...both.check, invariants }), ran('second', { ...both.check, invariants })];
    const what = ['', '  violated: no double free', '    first: 2 found', '    second: 2 found'];
    const also = ['', '  also broken, probably as a consequence: gone twice (10)'];
    expect(violatedLines(runs, 'what')).toEqual([...what, ...also]);
    expect(violatedLines(runs, 'why').slice(2, 5)).toEqual([
      '    frame 0x20 is freed twice',
      '    in kfree (kalloc.c:7)',
      '    first: 2 found, first at cycle 20 (b)',
    ]);
  });
});
