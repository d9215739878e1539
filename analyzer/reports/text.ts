// The report for people: one screen, at most 100 columns. A line an invariant, then what was found, causes before their
// consequences, then the verdict.
import { escapeText } from '../escape.js';
import type { CheckResult, InvariantResult, InvariantStatus } from '../result.js';
import { paint, type Colour } from './colour.js';
import type { Disclosure } from './disclosure.js';
import { findingLines } from './finding.js';
import { wrap } from './wrap.js';

/** What a text report may be told. */
export interface TextOptions {
  /** Whether to colour; `wantsColour` decides from a terminal and the environment. */
  readonly colour?: boolean;
  /** Text of a source line, when the source is at hand. */
  readonly sourceLine?: (file: string, line: number) => string | undefined;
  /** How much is given away (default: all of it). */
  readonly disclose?: Disclosure;
}

const width = 100;

/** How a rule came out, for people: what is only a warning is told apart from what fails the run. */
type Outcome = InvariantStatus | 'warned';

/** In the order of the tally. */
const outcomes: Record<Outcome, { mark: string; tally: string; colour: Colour }> = {
  violated: { mark: 'VIOLATED', tally: 'violated', colour: 'red' },
  warned: { mark: 'warning', tally: 'with a warning', colour: 'yellow' },
  holds: { mark: 'holds', tally: 'hold', colour: 'green' },
  vacuous: { mark: 'vacuous', tally: 'vacuous', colour: 'dim' },
  not_judged: { mark: 'not judged', tally: 'not judged', colour: 'dim' },
  error: { mark: 'ERROR', tally: 'error', colour: 'red' },
};

function outcomeOf({ status, severity }: InvariantResult): Outcome {
  return status === 'violated' && severity === 'warning' ? 'warned' : status;
}

/** The report as text that ends in a newline. Everything the guest wrote is escaped. */
export function textReport(result: CheckResult, options: TextOptions = {}): string {
  const colour = options.colour ?? false;
  const titleWidth = Math.max(0, ...result.invariants.map(({ title }) => title.length));
  const lines = [
    ...result.invariants.map((one) => invariantLine(one, titleWidth, colour)),
    ...result.findings.flatMap((one) => ['', ...findingLines(one, result.invariants, options)]),
    '',
    verdictLine(result, colour),
  ];
  return lines.join('\n') + '\n';
}

function invariantLine(one: InvariantResult, titleWidth: number, colour: boolean): string {
  const { mark, colour: hue } = outcomes[outcomeOf(one)];
  const painted = paint(mark.padEnd(10), hue, colour);
  return `  ${painted}  ${one.title.padEnd(titleWidth)}  ${escapeText(counts(one), width - 16 - titleWidth)}`.trimEnd();
}

function counts(one: InvariantResult): string {
  if (one.status === 'not_judged' || one.status === 'error') return one.reason ?? '';
  const parts = [one.judged === 0 ? 'nothing to judge' : `${number(one.judged)} judged`];
  if (one.violationCount > 0) parts.unshift(`${number(one.violationCount)} found`);
  if (one.skipped > 0) parts.push(`${number(one.skipped)} skipped`);
  return parts.join(', ');
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function verdictLine(result: CheckResult, colour: boolean): string {
  const hue = ({ passed: 'green', failed: 'red', inconclusive: 'yellow' } as const)[result.verdict];
  const tallies = (Object.keys(outcomes) as Outcome[]).flatMap((outcome) => {
    const count = result.invariants.filter((one) => outcomeOf(one) === outcome).length;
    return count === 0 ? [] : [`${count} ${outcomes[outcome].tally}`];
  });
  const reason = result.reason === undefined ? '' : ` (${escapeText(result.reason, 200)})`;
  const [first, ...rest] = wrap(`${result.verdict.toUpperCase()}: ${tallies.join(', ')}${reason}`, width, '');
  return [paint(first, hue, colour), ...rest].join('\n');
}
