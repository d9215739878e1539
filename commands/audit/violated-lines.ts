// What was broken, for people: each cause with the programs that showed it, then what only follows from others.
import {
  consequenceLines,
  firstViolationLines,
  type Disclosure,
  type Finding,
  type InvariantResult,
} from '../../analyzer/index.js';
import { formatCount, printable } from '../../text/index.js';
import { mergedFindings, mergedRules, type MergedRule } from './merge.js';
import type { AuditedRun } from './report.js';

/** The rules that a program broke. */
export function violatedRules({ legs }: AuditedRun): MergedRule[] {
  return mergedRules(legs).filter(({ result }) => result.status === 'violated');
}

/** Violations before warnings, each as it was found first, causes in the order in which programs showed them. */
export function violatedLines(runs: readonly AuditedRun[], disclose: Disclosure): string[] {
  const broken = runs.flatMap((run) => violatedRules(run).map((rule) => ({ run, rule })));
  const causes = causesIn(runs);
  const lines = (['error', 'warning'] as const).flatMap((severity) =>
    causes
      .filter((cause) => cause.severity === severity)
      .flatMap((cause) => {
        const here = broken.filter(({ rule }) => rule.result.name === cause.invariant);
        return [
          '',
          `  ${severity === 'error' ? 'violated' : 'warning'}: ${here[0].rule.result.title}`,
          ...firstViolationLines(cause.violation, disclose),
          ...here.map(({ run, rule }) => shownBy(run, rule, disclose)),
        ];
      }),
  );
  const consequences = consequencesOf(
    broken.map(({ rule }) => rule.result),
    causes,
  );
  return [...lines, ...(consequences.length === 0 ? [] : ['', ...consequenceLines(consequences)])];
}

/** The finding with which each rule was first seen to be a cause. */
function causesIn(runs: readonly AuditedRun[]): Finding[] {
  const first = new Map<string, Finding>();
  for (const { legs } of runs)
    for (const { finding } of mergedFindings(legs))
      if (!first.has(finding.invariant)) first.set(finding.invariant, finding);
  return [...first.values()];
}

/** Rules that were no cause in any program, each once, with the violations of all. */
function consequencesOf(broken: readonly InvariantResult[], causes: readonly Finding[]): InvariantResult[] {
  const others = broken.filter(({ name }) => causes.every(({ invariant }) => invariant !== name));
  return [...new Set(others.map(({ name }) => name))].map((name) => {
    const same = others.filter((one) => one.name === name);
    return { ...same[0], violationCount: same.reduce((sum, one) => sum + one.violationCount, 0) };
  });
}

function shownBy({ words, legs }: AuditedRun, rule: MergedRule, disclose: Disclosure): string {
  const { result, first } = rule;
  const shown = legs.length > 1 ? ` in ${rule.legs} of its ${legs.length} runs` : '';
  const found = `${words.join(' ')}: ${formatCount(result.violationCount)} found${shown}`;
  if (disclose === 'what' || first === undefined) return `    ${printable(found)}`;
  return `    ${printable(`${found}, first at cycle ${first.violation.cycle} (${first.out})`)}`;
}
