// The report for people: one screen, at most 100 columns. A line an invariant, then the violations, then the verdict.
import { escapeText } from '../escape.js';
import type { CheckResult, InvariantResult, InvariantStatus, Violation } from '../result.js';
import { paint, type Colour } from './colour.js';
import { wrap } from './wrap.js';

/** What a text report may be told. */
export interface TextOptions {
  /** Whether to colour; `wantsColour` decides from a terminal and the environment. */
  readonly colour?: boolean;
  /** Text of a source line, when the source is at hand. */
  readonly sourceLine?: (file: string, line: number) => string | undefined;
  /** Violations shown of each invariant (default 3). */
  readonly shown?: number;
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
  const violated = (['violated', 'warned'] as const).flatMap((outcome) =>
    result.invariants.filter((one) => outcomeOf(one) === outcome),
  );
  const titleWidth = Math.max(0, ...result.invariants.map(({ title }) => title.length));
  const lines = [
    ...result.invariants.map((one) => invariantLine(one, titleWidth, colour)),
    ...violated.flatMap((one) => ['', ...violationBlock(one, options)]),
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

function violationBlock(one: InvariantResult, options: TextOptions): string[] {
  const colour = options.colour ?? false;
  const shown = one.violations.slice(0, options.shown ?? 3);
  const rest = one.violationCount - shown.length;
  return [
    paint(one.title, one.severity === 'error' ? 'red' : 'yellow', colour),
    ...wrap(one.rule, width, '  '),
    ...shown.flatMap((violation) => violationLines(violation, options)),
    ...(rest > 0 ? [`  ... and ${number(rest)} more`] : []),
    ...wrap(`hint: ${one.hint}`, width, '  ', '        ').map((line) => paint(line, 'dim', colour)),
  ];
}

function violationLines(violation: Violation, options: TextOptions): string[] {
  const who = `process ${violation.pid}${violation.process ? ` (${escapeText(violation.process, 16)})` : ''}`;
  const frame = violation.frame === undefined ? '' : `, frame 0x${violation.frame.toString(16)}`;
  const source = violation.file && violation.line && options.sourceLine?.(violation.file, violation.line);
  return [
    paint(
      `  cycle ${violation.cycle}, hart ${violation.hart}, ${who}${frame}`,
      'bold',
      options.colour ?? false,
    ),
    ...wrap(escapeText(violation.message, 600), width, '    '),
    ...placeLines(violation),
    ...(source ? [escapeText(`      > ${source.trim()}`, width)] : []),
  ];
}

function placeLines(violation: Violation): string[] {
  const at = violation.pc ? `pc 0x${violation.pc.toString(16)}` : undefined;
  const inside = violation.function ? place(violation.function, violation.file, violation.line) : undefined;
  const { caller } = violation;
  if (!inside && !at) return [];
  const first = `in ${inside ?? at}`;
  const from = caller ? `called from ${place(caller.function, caller.file, caller.line)}` : undefined;
  return from === undefined ? wrap(first, width, '    ') : wrap(`${first}, ${from}`, width, '    ');
}

function place(name: string, file?: string, line?: number): string {
  const where = file ? ` (${escapeText(file, 60)}${line ? `:${line}` : ''})` : '';
  return `${escapeText(name, 60)}${where}`;
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
