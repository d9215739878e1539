// A part of the score that needs no compiler: the committed kernels, and how outcomes are graded.
import { describe, expect, test } from 'vitest';
import { committedVariants, kernelVariants, type KernelVariant } from '../../fixtures/index.js';
import { readAccepted, worsened } from './accepted.js';
import { caseName, casesOf, type Case } from './cases.js';
import { gradesOf, type Grade } from './grade.js';
import { runCase, type Outcome } from './run-case.js';
import { scoreTable } from './table.js';

const committed = kernelVariants().filter(({ name }) => committedVariants().includes(name));

describe('the committed kernels score as accepted', () => {
  const accepted = readAccepted();
  const quick = casesOf(committed).filter(
    ({ variant, program, harts }) =>
      (program === 'cowtest' && harts === 1) ||
      (program === 'frames' && harts === 3 && !/^r[123]/.test(variant)),
  );

  test.each(quick.map((run) => ({ name: caseName(run), run })))('$name', async ({ run }) => {
    const variant = committed.find(({ name }) => name === run.variant)!;
    const grades = gradesOf(variant, run, await runCase(run));
    for (const grade of grades) {
      expect(accepted.has(grade.name), `${grade.name} is accepted: npm run score -- --accept`).toBe(true);
      expect(worsened(grade, accepted.get(grade.name)), grade.name).toEqual([]);
    }
  });
});

describe('a grade', () => {
  const correct: KernelVariant = {
    name: 'good',
    description: 'a kernel',
    sources: [],
    defines: {},
    patches: [],
    defects: [],
    committed: true,
  };
  const wrong: KernelVariant = {
    ...correct,
    name: 'bad',
    defects: [{ number: 1, symptom: 'a frame is lost', functions: ['uvmcopy'] }],
  };
  const run: Case = { variant: 'bad', program: 'cowtest', harts: 1 };
  const leak = {
    name: 'no_leak',
    severity: 'error',
    count: 2,
    cycle: 150,
    functions: ['frame_share', 'uvmcopy'],
  } as const;
  const panic = {
    name: 'the_kernel_does_not_panic',
    severity: 'error',
    count: 1,
    cycle: 180,
    functions: ['panic', 'uvmcopy'],
  } as const;
  const failed = {
    name: 'the_program_succeeds',
    severity: 'error',
    count: 1,
    cycle: 200,
    functions: ['exit'],
  } as const;
  const outcome = (parts: Partial<Outcome>): Outcome => ({
    end: 'prompt',
    cycles: 1000,
    broken: [],
    failedRules: [],
    harm: { 1: 100 },
    ...parts,
  });
  const grade = (parts: Partial<Outcome>, variant = wrong) => gradesOf(variant, run, outcome(parts))[0]!;

  test('says who noticed, how long after the harm, and whether the function is right', () => {
    expect(grade({ broken: [leak, failed] })).toEqual({
      name: 'bad cowtest @1 #1',
      found: 'rule',
      rules: ['no_leak'],
      delay: 50,
      named: 3,
      said: 'failed',
    });
    expect(grade({ broken: [panic], end: 'panic' })).toMatchObject({
      found: 'panic',
      delay: 80,
      named: 1,
      said: 'panic',
    });
    expect(grade({ broken: [failed] })).toMatchObject({ found: 'program', rules: [] });
    expect(grade({})).toMatchObject({ found: 'nobody', said: 'passed' });
    expect(grade({ harm: {} })).toMatchObject({ found: 'unreached' });
    expect(grade({ end: 'cycle_budget' })).toMatchObject({ said: 'no end' });
  });

  test('of one defect among several counts only rules that may speak of it', () => {
    const several = { ...wrong, defects: [{ ...wrong.defects[0]!, rule: 'permission' }] };
    expect(grade({ broken: [leak] }, several)).toMatchObject({ found: 'nobody', rules: [] });
  });

  test('of a correct kernel holds every alarm, and every rule that could not be judged', () => {
    expect(grade({ broken: [leak, failed], failedRules: ['x: why'] }, correct)).toEqual({
      name: 'bad cowtest @1 #0',
      found: 'nobody',
      rules: ['no_leak', 'x: why'],
      said: 'failed',
    });
  });

  test('is compared with the accepted one', () => {
    const good = grade({ broken: [leak] });
    expect(worsened(good, good)).toEqual([]);
    expect(worsened(good, undefined)).toEqual([]);
    expect(worsened(good, grade({}))).toEqual([]);
    expect(worsened(grade({}), good)).toEqual([
      'noticed by nobody, was by rule',
      'function named wrong, was among three',
    ]);
    expect(worsened(grade({ broken: [leak, failed] }), good)).toEqual([
      "the program's own word: failed, was passed",
    ]);
    const clean = grade({}, correct);
    expect(worsened(grade({ broken: [leak] }, correct), clean)).toEqual(['false alarm: no_leak']);
    expect(worsened(clean, grade({ broken: [leak] }, correct))).toEqual([]);
  });

  test('is summed up in a table', () => {
    const graded = (variant: KernelVariant, ...grades: Grade[]) => ({
      variant,
      run: { ...run, variant: variant.name },
      grades,
    });
    const table = scoreTable([
      graded(wrong, grade({ broken: [leak] })),
      graded(wrong, grade({ broken: [failed] })),
      graded(wrong, grade({ harm: {} })),
      graded(correct, grade({ broken: [leak] }, correct)),
    ]).map((line) => line.replace(/ +/g, ' '));
    expect(table).toContain('bad 1/2 50 0, 1 cowtest: passed/failed no_leak (program)');
    expect(table).toContain('good 1 cowtest: passed no_leak');
    expect(table).toContain(
      'found by a rule: 1 of 2 (50 %) runs that a defect harmed; by a rule or a panic: 1 of 2 (50 %)',
    );
    expect(table).toContain('false alarms: 1 of 1 runs of correct kernels');
  });
});
