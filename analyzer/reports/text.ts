// The report for people: one screen, at most 100 columns. What came of the rules, then what was found, causes before
// their consequences, then the verdict.
import { escapeText, pageWidth, paint, wrapText } from '../../text/index.js';
import type { CheckResult, Finding } from '../result.js';
import type { Disclosure } from './disclosure.js';
import { findingLines } from './finding.js';
import { everyRuleLines, outcomeOf, outcomes, shortRuleLines, type Outcome } from './rules.js';

/** What a text report may be told. */
export interface TextOptions {
  /** Whether to colour; `wantsColour` decides from a terminal and the environment. */
  readonly colour?: boolean;
  /** Text of a source line, when the source is at hand. */
  readonly sourceLine?: (file: string, line: number) => string | undefined;
  /** How much is given away (default: all of it). */
  readonly disclose?: Disclosure;
  /** Whether each rule has a line, also those that hold. */
  readonly verbose?: boolean;
}

/** The report as text that ends in a newline. Everything the guest wrote is escaped. */
export function textReport(result: CheckResult, options: TextOptions = {}): string {
  const colour = options.colour ?? false;
  const ruleLines = options.verbose ? everyRuleLines : shortRuleLines;
  const lines = [
    ...ruleLines(result.invariants, colour),
    ...byRule(result.findings).flatMap((some) => ['', ...findingLines(some, result.invariants, options)]),
    '',
    verdictLine(result, colour),
  ];
  return lines.join('\n') + '\n';
}

/** In the order of the first of each. */
function byRule(findings: readonly Finding[]): Finding[][] {
  const rules = new Map<string, Finding[]>();
  for (const one of findings) rules.set(one.invariant, [...(rules.get(one.invariant) ?? []), one]);
  return [...rules.values()];
}

function verdictLine(result: CheckResult, colour: boolean): string {
  const hue = ({ passed: 'green', failed: 'red', inconclusive: 'yellow' } as const)[result.verdict];
  const tallies = (Object.keys(outcomes) as Outcome[]).flatMap((outcome) => {
    const count = result.invariants.filter((one) => outcomeOf(one) === outcome).length;
    return count === 0 ? [] : [`${count} ${outcomes[outcome].tally}`];
  });
  const reason = result.reason === undefined ? '' : ` (${escapeText(result.reason, 200)})`;
  const [first, ...rest] = wrapText(
    `${result.verdict.toUpperCase()}: ${tallies.join(', ')}${reason}`,
    pageWidth,
    '',
  );
  return [paint(first, hue, colour), ...rest].join('\n');
}
