// What came of each rule, as lines: a line for each that is broken; what the others come to, as far as it is not asked
// for each of them.
import { escapeText, formatCount, pageWidth, paint, wrapText, type Colour } from '../../text/index.js';
import type { InvariantResult, InvariantStatus } from '../result.js';

/**
 * What can come of a rule, for people: what is only a warning is told apart from what fails the run, and a rule that
 * was blind from one that had nothing to look at.
 */
export type Outcome = InvariantStatus | 'warned' | 'blind';

/** In the order of the tally. */
export const outcomes: Record<Outcome, { mark: string; tally: string; colour: Colour }> = {
  violated: { mark: 'VIOLATED', tally: 'violated', colour: 'red' },
  warned: { mark: 'warning', tally: 'with a warning', colour: 'yellow' },
  holds: { mark: 'holds', tally: 'hold', colour: 'green' },
  vacuous: { mark: 'vacuous', tally: 'vacuous', colour: 'dim' },
  blind: { mark: 'not seen', tally: 'did not see what they judge', colour: 'yellow' },
  not_judged: { mark: 'not judged', tally: 'not judged', colour: 'dim' },
  error: { mark: 'ERROR', tally: 'error', colour: 'red' },
};

const markWidth = 10;
/** Rules named in the line that sums up those that hold, and in one of those that say nothing. */
const namedMost = { holds: 3, silent: 10 };

/** How a rule came out, for people. */
export function outcomeOf({ status, severity, reason }: InvariantResult): Outcome {
  if (status === 'vacuous' && reason !== undefined) return 'blind';
  return status === 'violated' && severity === 'warning' ? 'warned' : status;
}

/** A line for each rule, in their order. */
export function everyRuleLines(rules: readonly InvariantResult[], colour: boolean): string[] {
  const titleWidth = Math.max(0, ...rules.map(({ title }) => title.length));
  return rules.map((one) => ruleLine(one, titleWidth, colour));
}

/** A line for each rule that is broken or failed; one for all that hold, and one for each reason not to have judged. */
export function shortRuleLines(rules: readonly InvariantResult[], colour: boolean): string[] {
  const having = (...some: Outcome[]): InvariantResult[] =>
    rules.filter((one) => some.includes(outcomeOf(one)));
  const forReasons = (outcome: 'blind' | 'not_judged', advice = ''): string[] =>
    [...new Set(having(outcome).map(({ reason = '' }) => reason))].flatMap((reason) => {
      const alike = having(outcome).filter((one) => (one.reason ?? '') === reason);
      return silentLines(outcome, `${escapeText(reason, pageWidth)}${advice}`, alike, colour);
    });
  return [
    ...everyRuleLines(having('violated', 'warned', 'error'), colour),
    ...forReasons('blind', '; trace inspect shows what was found in the kernel, --profile corrects it'),
    ...holdingLines(having('holds'), colour),
    ...silentLines('vacuous', 'found nothing to judge', having('vacuous'), colour),
    ...forReasons('not_judged'),
  ];
}

function ruleLine(one: InvariantResult, titleWidth: number, colour: boolean): string {
  const told = escapeText(counts(one), pageWidth - 16 - titleWidth);
  return `${marked(outcomeOf(one), colour)}${one.title.padEnd(titleWidth)}  ${told}`.trimEnd();
}

function marked(outcome: Outcome, colour: boolean): string {
  const { mark, colour: hue } = outcomes[outcome];
  return `  ${paint(mark.padEnd(markWidth), hue, colour)}  `;
}

function counts(one: InvariantResult): string {
  if (one.reason !== undefined) return one.reason;
  const parts = [one.judged === 0 ? 'nothing to judge' : `${formatCount(one.judged)} judged`];
  if (one.violationCount > 0) parts.unshift(`${formatCount(one.violationCount)} found`);
  if (one.skipped > 0) parts.push(`${formatCount(one.skipped)} skipped`);
  return parts.join(', ');
}

/** That something was checked: how much of it, and by which rules the most. */
function holdingLines(rules: readonly InvariantResult[], colour: boolean): string[] {
  if (rules.length === 0) return [];
  const sum = (of: (one: InvariantResult) => number): number =>
    rules.reduce((total, one) => total + of(one), 0);
  const skipped = sum((one) => one.skipped);
  const most = [...rules].sort((left, right) => right.judged - left.judged).slice(0, namedMost.holds);
  const left = skipped > 0 ? ` (${formatCount(skipped)} skipped)` : '';
  const points = `${formatCount(sum(({ judged }) => judged))} points${left}`;
  const named = most.map(({ title, judged }) => `${title} at ${formatCount(judged)}`);
  return filled('holds', `${rulesText(rules)} at ${points}: ${listed(named, rules.length)}`, colour);
}

function silentLines(
  outcome: Outcome,
  why: string,
  rules: readonly InvariantResult[],
  colour: boolean,
): string[] {
  if (rules.length === 0) return [];
  const named = rules.slice(0, namedMost.silent).map(({ title }) => title);
  return filled(outcome, `${rulesText(rules)} (${why}): ${listed(named, rules.length)}`, colour);
}

function listed(named: readonly string[], all: number): string {
  const more = all - named.length;
  return named.join('; ') + (more > 0 ? `; ${more} more (--verbose)` : '');
}

function filled(outcome: Outcome, text: string, colour: boolean): string[] {
  const indent = ' '.repeat(markWidth + 4);
  const [first = '', ...rest] = wrapText(text, pageWidth, indent, indent);
  return [marked(outcome, colour) + first.slice(indent.length), ...rest];
}

function rulesText({ length }: readonly InvariantResult[]): string {
  return length === 1 ? '1 rule' : `${length} rules`;
}
