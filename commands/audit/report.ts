// What `trace audit` prints: a line a program, the rules that were violated, and one verdict.
import type { Disclosure, InvariantResult, Verdict } from '../../analyzer/index.js';
import { ExitCode } from '../../errors.js';
import {
  escapeText,
  formatCount,
  pageWidth,
  paint,
  printable,
  wantsColour,
  wrapText,
} from '../../text/index.js';
import type { ChosenKernel } from '../kernel-options.js';
import { endings, machineText } from '../run/report.js';
import { shellWord, suggestion } from '../suggestion.js';
import type { Surroundings } from '../surroundings.js';
import { caseLines } from './case-lines.js';
import type { Leg } from './legs.js';
import { verdicts, worstLeg } from './merge.js';
import { violatedLines, violatedRules } from './violated-lines.js';

/** A program that was run, at least once, and judged. */
export interface AuditedRun {
  readonly words: readonly string[];
  readonly legs: readonly Leg[];
}

/** All that an audit came to. */
export interface FinishedAudit {
  readonly kernel: ChosenKernel;
  readonly runs: readonly AuditedRun[];
  /** What to know of the kernel beside that, a sentence each. */
  readonly notes: readonly string[];
  /** Why some of its programs were not run. */
  readonly notRun?: string;
}

interface Disclosing {
  readonly disclose: Disclosure;
}

const hues = { passed: 'green', failed: 'red', inconclusive: 'yellow' } as const;

/** The verdict on all: the worst. */
export function verdictOf({ runs, notRun }: FinishedAudit): Verdict {
  const { verdict } = worstLeg(runs.flatMap(({ legs }) => legs)).check;
  return verdict === 'passed' && notRun !== undefined ? 'inconclusive' : verdict;
}

/** The exit code of all: that of the worst. */
export function exitCodeOf(audit: FinishedAudit): number {
  const { check } = worstLeg(audit.runs.flatMap(({ legs }) => legs));
  return check.verdict === verdictOf(audit) ? check.exitCode : ExitCode.inconclusive;
}

/** The screen for people. Everything the guest wrote is escaped. */
export function auditText(
  audit: FinishedAudit,
  { stdout, environment, disclose }: Pick<Surroundings, 'stdout' | 'environment'> & Disclosing,
): string {
  const colour = wantsColour(stdout, environment);
  const { kernel, runs, notRun } = audit;
  const notes = [...audit.notes, ...(notRun === undefined ? [] : [notRun])];
  const verdict = verdictOf(audit);
  const lines = [
    title(kernel, runs),
    ...addedLines(kernel),
    ...notes.flatMap((note) => wrapText(printable(`note: ${note}`), pageWidth, '  ', '    ')),
    '',
    ...table(runs, disclose),
    ...runs.flatMap((run) => caseLines(run, disclose)),
    ...violatedLines(runs, disclose),
    ...blindLines(runs),
    '',
    `${paint(verdict.toUpperCase(), hues[verdict], colour)}: ${tally(runs)}`,
  ];
  const worst = worstLeg(runs.flatMap(({ legs }) => legs));
  if (worst.check.verdict !== verdict || disclose === 'what') return `${lines.join('\n')}\n`;
  const trace = shellWord(worst.out);
  const next = verdict === 'passed' ? suggestion(trace, worst.check) : `trace check ${trace}`;
  return `${lines.join('\n')}\nnext: ${next}\n`;
}

function title(kernel: ChosenKernel, runs: readonly AuditedRun[]): string {
  return printable(`audit of ${kernel.label} (${machineText(runs[0].legs[0].result)})`);
}

function addedLines({ added = [], diskPath }: ChosenKernel): string[] {
  if (added.length === 0) return [];
  return wrapText(printable(`added ${added.join(', ')} to a copy of ${diskPath}`), pageWidth, '  ', '  ');
}

function table(runs: readonly AuditedRun[], disclose: Disclosure): string[] {
  const rows = runs.map((run) => [
    run.words.join(' '),
    worstLeg(run.legs).check.verdict,
    violatedRules(run)
      .filter(({ result }) => result.severity === 'error')
      .length.toString(),
    disclose === 'what' ? '' : firstCycle(run),
    formatCount(run.legs.reduce((sum, { result }) => sum + result.cycle, 0)),
    `${run.legs.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(1)} s`,
    outcomeText(run),
  ]);
  const heads = ['program', 'verdict', 'violated', 'first at cycle', 'cycles', 'time', 'outcome'];
  const all = [heads, ...rows.map((row) => row.map((cell) => printable(cell)))];
  const widths = heads.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  return all.map((row) => {
    const cells = row.map((cell, column) =>
      column >= 2 && column <= 5 ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
    );
    return `  ${cells.join('  ')}`.trimEnd();
  });
}

/** What the program says of itself, or how its run ended. */
function outcomeText({ legs }: AuditedRun): string {
  if (legs.length > 1) return `ended early, ${times(legs.filter(({ log }) => !log?.isOver).length)}`;
  const [{ result, outcome }] = legs;
  if (result.end !== 'prompt') return endings[result.end];
  if (outcome === undefined) return 'was not seen to run';
  if (outcome.lastLine !== undefined) return escapeText(outcome.lastLine, 60);
  return outcome.status === undefined ? 'did not exit' : `exited with status ${outcome.status}`;
}

function times(count: number): string {
  return ['never', 'once', 'twice'].at(count) ?? `${count} times`;
}

/** Of the first run that has a violation: cycles of different runs are different moments. */
function firstCycle({ legs }: AuditedRun): string {
  for (const { check } of legs) {
    const errors = check.invariants.filter((one) => one.status === 'violated' && one.severity === 'error');
    const cycles = errors.flatMap(({ violations }) => violations.map(({ cycle }) => cycle));
    if (cycles.length > 0) return formatCount(cycles.reduce((least, cycle) => Math.min(least, cycle)));
  }
  return '';
}

/** What no program's run showed to rules that should have had something to judge. */
function blindLines(runs: readonly AuditedRun[]): string[] {
  const reasonOf = ({ status, reason }: InvariantResult): string[] =>
    status === 'vacuous' && reason !== undefined ? [reason] : [];
  const results = runs.flatMap(({ legs }) => legs.flatMap(({ check }) => check.invariants));
  return [...new Set(results.flatMap(reasonOf))].flatMap((reason) => {
    const blind = results.filter((one) => reasonOf(one).includes(reason));
    const rules = new Set(blind.map(({ title }) => title));
    const text = `not seen: ${reason}: not judged by ${rules.size} rule(s); see trace inspect, --profile`;
    return ['', ...wrapText(printable(text), pageWidth, '  ', '    ')];
  });
}

function tally(runs: readonly AuditedRun[]): string {
  const counts = verdicts
    .map((verdict) => ({
      verdict,
      count: runs.filter(({ legs }) => worstLeg(legs).check.verdict === verdict).length,
    }))
    .filter(({ count }) => count > 0);
  const programs = `${runs.length} program${runs.length === 1 ? '' : 's'}`;
  return `${programs}: ${counts.map(({ verdict, count }) => `${count} ${verdict}`).join(', ')}`;
}
