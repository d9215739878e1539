// Judges one run: applies every invariant, and sums up.
import { ExitCode } from '../errors.js';
import { eventNames } from '../tracer/schema/index.js';
import { startCheckThread, type CheckThread } from './check-thread.js';
import type { DatabaseLimits } from './database.js';
import type { EventSource } from './event-source.js';
import { noChain, readChains } from './chain.js';
import { causesOf, type BrokenRule } from './findings.js';
import { Judge } from './judge.js';
import { programOutcome, type ProgramOutcome } from './program-outcome.js';
import { countsOf, readQueries, type QueryLibrary } from './query-library.js';
import type { CheckResult, Finding, InvariantResult, Verdict } from './result.js';
import { RunTables } from './run-tables.js';
import type { FoundWhileRecording } from './while-recording.js';

/** What a check may be told. */
export interface CheckOptions {
  /** A run to compare with, on a kernel without copy-on-write. */
  readonly baseline?: EventSource | undefined;
  readonly limits?: DatabaseLimits;
  /** Violations kept of each invariant; the rest are counted. */
  readonly violationsKept?: number;
  /** Queries to apply instead of the package's own. */
  readonly queries?: QueryLibrary;
  /** What `findingsWhileRecording` made of this run; taken only if nothing of the trace is missing. */
  readonly recorded?: unknown;
  /** Names of the invariants to judge; all when absent. */
  readonly only?: readonly string[];
}

/** Ends of a run that are the kernel's failure, whatever the invariants say. */
const failedEnds = new Set(['panic', 'deadlock', 'lockup', 'fault_loop', 'hang']);

/** The invariant that asks the program itself; without its answer a run with a program has not passed. */
const ownVerdict = 'the_program_succeeds';

/** A run that was judged. */
export interface JudgedRun {
  readonly check: CheckResult;
  /** What came of the program, undefined when none was seen. */
  readonly program: ProgramOutcome | undefined;
}

/** Applies the invariants to a run. Throws UsageError for a trace or query file that cannot be read. */
export async function checkTrace(source: EventSource, options: CheckOptions = {}): Promise<CheckResult> {
  const thread = options.only || options.recorded ? undefined : startCheckThread(source);
  try {
    return await checkTables(tablesOf(source, options), options, thread);
  } finally {
    thread?.end();
  }
}

/** The same, with what the program says of itself. */
export async function judgeRun(source: EventSource, options: CheckOptions = {}): Promise<JudgedRun> {
  const tables = tablesOf(source, options);
  const check = await checkTables(tables, options);
  return { check, program: programOutcome(tables.histories()) };
}

function tablesOf(source: EventSource, { baseline, recorded }: CheckOptions): RunTables {
  const isWhole = source.incomplete === undefined;
  return new RunTables(source, baseline, isWhole ? (recorded as FoundWhileRecording | undefined) : undefined);
}

async function checkTables(
  tables: RunTables,
  options: CheckOptions,
  thread?: CheckThread,
): Promise<CheckResult> {
  const { queries = readQueries(), only } = options;
  // A few rules may do with less than all events.
  if (!only) await tables.goThrough(countsOf(queries), thread);
  const judge = new Judge(tables, queries, options);
  try {
    const rules: BrokenRule[] = [];
    for (const invariant of queries.invariants)
      if (!only || only.includes(invariant.name)) rules.push(await judge.judge(invariant));
    const invariants = rules.map(({ result }) => result);
    return summary(tables.source, invariants, await findingsOf(judge, rules));
  } finally {
    judge.close();
  }
}

/** The broken rules as causes and consequences, with the chains of events that led to the causes. */
async function findingsOf(judge: Judge, rules: readonly BrokenRule[]): Promise<Finding[]> {
  const causes = causesOf(rules);
  if (causes.length === 0) return [];
  const errors = causes.filter(({ rule }) => rule.result.severity === 'error');
  const firsts = errors.map(({ first }) => first);
  const chains = firsts.length === 0 ? [] : await readChains(await judge.store(), firsts);
  return causes.map(({ rule, first, consequences }, index) => ({
    invariant: rule.result.name,
    severity: rule.result.severity,
    violation: first,
    chain: chains[index] ?? noChain,
    consequences,
  }));
}

function summary(
  source: EventSource,
  invariants: readonly InvariantResult[],
  findings: readonly Finding[],
): CheckResult {
  const facts = Object.fromEntries(Object.entries(source.facts).map(([key, value]) => [key, String(value)]));
  const [verdict, reason] = verdictOf(source, facts, invariants);
  const exitCode = { passed: ExitCode.ok, failed: ExitCode.violated, inconclusive: ExitCode.inconclusive }[
    verdict
  ];
  const broken = invariants.some((one) => one.status === 'error');
  return {
    verdict,
    exitCode: broken && verdict !== 'failed' ? ExitCode.internal : exitCode,
    ...(reason === undefined ? {} : { reason }),
    facts,
    kinds: eventNames.filter((kind) => source.kinds.has(kind)),
    invariants,
    findings,
  };
}

/** A proven violation outranks whatever else is wrong with the run. */
function verdictOf(
  source: EventSource,
  facts: Readonly<Record<string, string>>,
  invariants: readonly InvariantResult[],
): [Verdict, string?] {
  const end = facts['end_reason'] ?? '';
  const unwhole = source.incomplete && `the trace is incomplete: ${source.incomplete}`;
  if (invariants.some((one) => one.status === 'violated' && one.severity === 'error'))
    return unwhole ? ['failed', unwhole] : ['failed'];
  if (failedEnds.has(end)) return ['failed', `the run ended by ${end}`];
  if (unwhole) return ['inconclusive', unwhole];
  if (invariants.some((one) => one.status === 'error')) return ['inconclusive', 'a query failed'];
  if (invariants.every((one) => one.judged === 0)) return ['inconclusive', 'nothing at all was judged'];
  if (facts['program'] && invariants.some((one) => one.name === ownVerdict && one.judged === 0))
    return ['inconclusive', `what became of the program ${facts['program']} is not known`];
  return ['passed'];
}
