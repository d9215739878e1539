// What `trace audit` prints: a line a program, the rules that were violated, and one verdict.
import {
  reports,
  type CheckResult,
  type Disclosure,
  type InvariantResult,
  type Verdict,
  type ProgramOutcome,
} from '../../analyzer/index.js';
import { ExitCode } from '../../errors.js';
import type { RunResult } from '../../tracer/session/index.js';
import {
  escapeText,
  formatCount,
  jsonDocument,
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

/** A program that was run and judged. */
export interface AuditedRun {
  readonly words: readonly string[];
  /** Path of its trace. */
  readonly out: string;
  readonly result: RunResult;
  readonly check: CheckResult;
  /** Undefined when it was not seen to run. */
  readonly outcome: ProgramOutcome | undefined;
  /** Wall-clock seconds of the run and the check. */
  readonly seconds: number;
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

/** Worst first: a proven violation outranks what could not be judged. */
const ranks: readonly Verdict[] = ['failed', 'inconclusive', 'passed'];
const hues = { passed: 'green', failed: 'red', inconclusive: 'yellow' } as const;

function verdictOf({ runs, notRun }: FinishedAudit): Verdict {
  const worst = ranks.find((verdict) => runs.some(({ check }) => check.verdict === verdict)) ?? 'passed';
  return worst === 'passed' && notRun !== undefined ? 'inconclusive' : worst;
}

/** The exit code of all: that of the worst. */
export function exitCodeOf(audit: FinishedAudit): number {
  const worst = verdictOf(audit);
  const { check } = audit.runs.find((run) => run.check.verdict === worst) ?? {};
  return check?.exitCode ?? (worst === 'passed' ? ExitCode.ok : ExitCode.inconclusive);
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
    ...violatedLines(runs, disclose),
    ...blindLines(runs),
    '',
    `${paint(verdict.toUpperCase(), hues[verdict], colour)}: ${tally(runs)}`,
  ];
  const worst = runs.find(({ check }) => check.verdict === verdict);
  if (worst === undefined || disclose === 'what') return `${lines.join('\n')}\n`;
  const trace = shellWord(worst.out);
  const next = verdict === 'passed' ? suggestion(trace, worst.check) : `trace check ${trace}`;
  return `${lines.join('\n')}\nnext: ${next}\n`;
}

function title(kernel: ChosenKernel, runs: readonly AuditedRun[]): string {
  return printable(`audit of ${kernel.label} (${machineText(runs[0].result)})`);
}

function addedLines({ added = [], diskPath }: ChosenKernel): string[] {
  if (added.length === 0) return [];
  return wrapText(printable(`added ${added.join(', ')} to a copy of ${diskPath}`), pageWidth, '  ', '  ');
}

function table(runs: readonly AuditedRun[], disclose: Disclosure): string[] {
  const rows = runs.map((run) => [
    run.words.join(' '),
    run.check.verdict,
    violated(run, 'error').length.toString(),
    disclose === 'what' ? '' : firstCycle(run),
    formatCount(run.result.cycle),
    `${run.seconds.toFixed(1)} s`,
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
function outcomeText({ result, outcome }: AuditedRun): string {
  if (result.end !== 'prompt') return endings[result.end];
  if (outcome === undefined) return 'was not seen to run';
  if (outcome.lastLine !== undefined) return escapeText(outcome.lastLine, 60);
  return outcome.status === undefined ? 'did not exit' : `exited with status ${outcome.status}`;
}

function violated({ check }: AuditedRun, severity?: InvariantResult['severity']): InvariantResult[] {
  return check.invariants.filter(
    (one) => one.status === 'violated' && (severity === undefined || one.severity === severity),
  );
}

function firstCycle(run: AuditedRun): string {
  const cycles = violated(run, 'error').flatMap(({ violations }) => violations.map(({ cycle }) => cycle));
  return cycles.length === 0 ? '' : formatCount(cycles.reduce((least, cycle) => Math.min(least, cycle)));
}

/** Each rule with the programs that showed it, violations before warnings. */
function violatedLines(runs: readonly AuditedRun[], disclose: Disclosure): string[] {
  const found = runs.flatMap((run) => violated(run).map((rule) => ({ run, rule })));
  const titles = [...new Set(found.map(({ rule }) => rule.title))];
  const blocks = titles.map((titled) => {
    const here = found.filter(({ rule }) => rule.title === titled);
    const { severity } = here[0].rule;
    return { severity, lines: [titled, ...here.map(({ run, rule }) => shownBy(run, rule, disclose))] };
  });
  return (['error', 'warning'] as const).flatMap((severity) =>
    blocks
      .filter((block) => block.severity === severity)
      .flatMap(({ lines: [first, ...rest] }) => [
        '',
        `  ${severity === 'error' ? 'violated' : 'warning'}: ${first}`,
        ...rest,
      ]),
  );
}

/** What no program's run showed to rules that should have had something to judge. */
function blindLines(runs: readonly AuditedRun[]): string[] {
  const reasonOf = ({ status, reason }: InvariantResult): string[] =>
    status === 'vacuous' && reason !== undefined ? [reason] : [];
  const reasons = new Set(runs.flatMap(({ check }) => check.invariants.flatMap(reasonOf)));
  return [...reasons].flatMap((reason) => {
    const blind = runs.flatMap(({ check }) =>
      check.invariants.filter((one) => reasonOf(one).includes(reason)),
    );
    const rules = new Set(blind.map(({ title }) => title));
    const text = `not seen: ${reason}: not judged by ${rules.size} rule(s); see trace inspect, --profile`;
    return ['', ...wrapText(printable(text), pageWidth, '  ', '    ')];
  });
}

function shownBy(
  { words, out }: AuditedRun,
  { violationCount, violations: [first] }: InvariantResult,
  disclose: Disclosure,
): string {
  const found = `${words.join(' ')}: ${formatCount(violationCount)} found`;
  if (disclose === 'what' || first === undefined) return `    ${printable(found)}`;
  const place = first.function === undefined ? '' : ` in ${escapeText(first.function, 40)}`;
  return `    ${printable(`${found}, first at cycle ${first.cycle}${place} (${out})`)}`;
}

function tally(runs: readonly AuditedRun[]): string {
  const counts = ranks
    .map((verdict) => ({ verdict, count: runs.filter(({ check }) => check.verdict === verdict).length }))
    .filter(({ count }) => count > 0);
  const programs = `${runs.length} program${runs.length === 1 ? '' : 's'}`;
  return `${programs}: ${counts.map(({ verdict, count }) => `${count} ${verdict}`).join(', ')}`;
}

/** Version of the document's form; raised when a key changes its meaning or goes. */
const documentVersion = 1;

/** The whole as one JSON document (docs/json.md). */
export function auditJson(audit: FinishedAudit, disclose: Disclosure): string {
  const { kernel, runs, notes, notRun } = audit;
  return jsonDocument({
    version: documentVersion,
    verdict: verdictOf(audit),
    exitCode: exitCodeOf(audit),
    kernel: kernel.label,
    added: kernel.added ?? [],
    notes,
    notRun: notRun ?? null,
    machine: runs[0]?.result.manifest.machine ?? null,
    programs: runs.map((run) => ({
      program: run.words,
      verdict: run.check.verdict,
      reason: run.check.reason ?? null,
      exitCode: run.check.exitCode,
      trace: run.out,
      end: run.result.end,
      cycle: run.result.cycle,
      digest: run.result.digest,
      seconds: run.seconds,
      outcome: run.outcome ?? null,
      ...judgedJson(run, disclose),
    })),
  });
}

/** How many rules came out how, which were violated, and the findings: causes, each with what it entailed. */
function judgedJson({ check }: AuditedRun, disclose: Disclosure): object {
  type Judged = Pick<CheckResult, 'invariants'> & { readonly findings?: readonly object[] };
  const { invariants, findings } = JSON.parse(reports.json(check, { disclose })) as Judged;
  const rules: Record<string, number> = {};
  for (const { status } of invariants) rules[status] = (rules[status] ?? 0) + 1;
  const violations = invariants.filter(({ status }) => status === 'violated');
  return {
    rules,
    violated: violations.map(({ name, title: rule, severity, violationCount, violations: [first] }) => {
      return { name, title: rule, severity, count: violationCount, first: first ?? null };
    }),
    findings: findings ?? [],
  };
}
