// The legs of a program as one: what each rule came to in any of them, and what was found, each thing once.
import type { CheckResult, Finding, InvariantResult, Verdict, Violation } from '../../analyzer/index.js';
import type { Leg } from './legs.js';

/** A rule as all legs together have shown it. */
export interface MergedRule {
  /** As in the leg that showed the worst; `violationCount` is that of all. */
  readonly result: InvariantResult;
  /** The first violation, and the trace that has it. */
  readonly first?: { readonly violation: Violation; readonly out: string };
  /** In how many legs it was violated. */
  readonly legs: number;
}

/** Something that is wrong, however many legs have shown it. */
export interface MergedFinding {
  readonly finding: Finding;
  /** Traces that show it, the first one being that of `finding`. */
  readonly traces: readonly string[];
}

/** Worst first: a proven violation outranks what could not be judged. */
export const verdicts: readonly Verdict[] = ['failed', 'inconclusive', 'passed'];

/** The leg with the worst verdict, the first of several. */
export function worstLeg(legs: readonly Leg[]): Leg {
  return verdicts.flatMap((verdict) => legs.filter(({ check }) => check.verdict === verdict))[0];
}

/** Worst first. */
const statuses: readonly InvariantResult['status'][] = [
  'violated',
  'error',
  'holds',
  'vacuous',
  'not_judged',
];

/** Every rule, in order of its name. */
export function mergedRules(legs: readonly Leg[]): MergedRule[] {
  return legs[0].check.invariants.map(({ name }) => {
    const seen = legs.map((leg) => ({ leg, result: leg.check.invariants.find((one) => one.name === name)! }));
    const worst = statuses.flatMap((status) => seen.filter(({ result }) => result.status === status))[0];
    const broken = seen.filter(({ result }) => result.status === 'violated');
    const violation = worst.result.violations.at(0);
    return {
      result: { ...worst.result, violationCount: countOf(broken.map(({ result }) => result)) },
      ...(violation && { first: { violation, out: worst.leg.out } }),
      legs: broken.length,
    };
  });
}

/** What several legs have from their common boot counts once. */
function countOf(results: readonly InvariantResult[]): number {
  const sum = results.reduce((total, { violationCount }) => total + violationCount, 0);
  const kept = results.flatMap(({ violations }) =>
    violations.map(({ cycle, message }) => `${cycle} ${message}`),
  );
  return sum - (kept.length - new Set(kept).size);
}

/** What is wrong, causes first as in each leg; what is the same in several stands where it was found first. */
export function mergedFindings(legs: readonly Leg[]): MergedFinding[] {
  const merged = new Map<string, { finding: Finding; traces: string[] }>();
  for (const { check, out } of legs) {
    for (const finding of check.findings) {
      const key = placeOf(finding);
      const known = merged.get(key);
      if (known === undefined) merged.set(key, { finding, traces: [out] });
      else if (known.traces.at(-1) !== out) known.traces.push(out);
    }
  }
  const all = [...merged.values()];
  return ['error', 'warning'].flatMap((severity) =>
    all.filter(({ finding }) => finding.severity === severity),
  );
}

/** The same rule, line and words but for numbers; where no line is known, the same rule. */
function placeOf({ invariant, violation }: Finding): string {
  const { function: name, file, line, message, suspects } = violation;
  const [suspect] = suspects;
  if (name === undefined && suspect === undefined) return invariant;
  const words = message.replaceAll(/0x[0-9a-f]+|\d+/g, '#');
  return JSON.stringify([invariant, name, file, line, words, suspect?.function, suspect?.line]);
}

/** Of all legs: the worst verdict, and of the leg that has it the exit code and the reason. */
export function mergedVerdict(legs: readonly Leg[]): Pick<CheckResult, 'verdict' | 'exitCode' | 'reason'> {
  const { verdict, exitCode, reason } = worstLeg(legs).check;
  return { verdict, exitCode, ...(reason !== undefined && { reason }) };
}
