// Grades a case: what the analyzer said beside what is known to be wrong.
import type { Defect, KernelVariant } from '../../fixtures/index.js';
import { caseName, type Case } from './cases.js';
import type { BrokenRule, Outcome } from './run-case.js';

/** Rules that only repeat what the program, or the kernel, says of itself. */
const programRule = 'the_program_succeeds';
const panicRule = 'the_kernel_does_not_panic';

/**
 * Who noticed a defect, the best first: a rule of the analyzer; the kernel, by a panic; the program, by a failure;
 * nobody. `unreached`: it did no harm in this run, and nothing was reported.
 */
export const found = ['rule', 'panic', 'program', 'nobody', 'unreached'] as const;
export type Found = (typeof found)[number];

/** What became of one defect, or of a correct kernel, in one run. */
export interface Grade {
  /** Case and number of the defect; 0 for a correct kernel. */
  readonly name: string;
  readonly found: Found;
  /** Rules that were broken: of a correct kernel, false alarms. */
  readonly rules: readonly string[];
  /** From the harm to the first violation, in cycles; negative when the rule names an earlier moment of the frame. */
  readonly delay?: number;
  /** Whether a function at fault is the first that was named, or among the first three. */
  readonly named?: 1 | 3;
  /** What the program and the kernel themselves said. */
  readonly said: 'passed' | 'failed' | 'panic' | 'no end';
}

/** The grades of one case: one a defect, or one for a correct kernel. */
export function gradesOf(variant: KernelVariant, run: Case, outcome: Outcome): Grade[] {
  if (variant.defects.length === 0) return [gradeCorrect(run, outcome)];
  const several = variant.defects.length > 1;
  return variant.defects.map((defect) => gradeDefect(defect, run, outcome, several));
}

function gradeCorrect(run: Case, outcome: Outcome): Grade {
  const alarms = outcome.broken.filter(({ name }) => name !== programRule);
  const names = [...alarms.map(({ name }) => name), ...outcome.failedRules];
  return { name: `${caseName(run)} #0`, found: found[3], rules: names, said: saidOf(outcome) };
}

function gradeDefect(defect: Defect, run: Case, outcome: Outcome, several: boolean): Grade {
  const pattern = new RegExp(defect.rule ?? '');
  const broken = outcome.broken.filter(({ name }) => name !== programRule && name !== panicRule);
  const rules = broken.filter(({ name }) => pattern.test(name));
  const own = outcome.broken.filter(({ name }) => name === panicRule);
  const harm = outcome.harm[defect.number];
  const witnesses = rules.length > 0 ? rules : own;
  const by = foundBy(rules, own, outcome, harm !== undefined);
  const first = witnesses[0]?.cycle;
  const named = nameRank(several ? witnesses : witnesses.slice(0, 1), defect.functions);
  return {
    name: `${caseName(run)} #${defect.number}`,
    found: by,
    rules: [...new Set(rules.map(({ name }) => name))],
    ...(harm !== undefined && first !== undefined && { delay: first - harm }),
    ...(named !== undefined && by !== 'unreached' && { named }),
    said: saidOf(outcome),
  };
}

function foundBy(
  rules: readonly BrokenRule[],
  own: readonly BrokenRule[],
  outcome: Outcome,
  harmed: boolean,
): Found {
  if (!harmed) return 'unreached';
  if (rules.length > 0) return 'rule';
  if (own.length > 0) return 'panic';
  return outcome.broken.some(({ name }) => name === programRule) ? 'program' : 'nobody';
}

/** The best rank of a function at fault in what a finding suspects; which finding is whose, rules do not say. */
function nameRank(witnesses: readonly BrokenRule[], functions: readonly string[]): 1 | 3 | undefined {
  const ranks = witnesses.flatMap((rule) => {
    // That a panic came from panic() says nothing.
    const suspects = rule.functions.filter((name) => name !== 'panic').slice(0, 3);
    const rank = suspects.findIndex((name) => functions.includes(name));
    return rank < 0 ? [] : [rank];
  });
  if (ranks.length === 0) return undefined;
  return Math.min(...ranks) === 0 ? 1 : 3;
}

function saidOf({ end, broken }: Outcome): Grade['said'] {
  if (end === 'panic') return 'panic';
  if (end !== 'prompt') return 'no end';
  return broken.some(({ name }) => name === programRule) ? 'failed' : 'passed';
}
