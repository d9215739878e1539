// Judges one run: loads its events, builds the views, applies every invariant, and sums up.
import { ExitCode } from '../errors.js';
import type { EventName } from '../tracer/schema/index.js';
import type { Database, DatabaseLimits } from './database.js';
import type { EventSource } from './event-source.js';
import type { FoundHistories } from './histories/index.js';
import type { InvariantFile } from './query-file.js';
import { kindsNeeded, readQueries, type QueryLibrary } from './query-library.js';
import { noChain, readChains } from './chain.js';
import { causesOf, type BrokenRule } from './findings.js';
import type { CheckResult, Finding, InvariantResult, Verdict } from './result.js';
import { EventStore } from './store.js';
import { commonFunctions, noViolations, placesView, readViolations } from './violations.js';

/** What a check may be told. */
export interface CheckOptions {
  /** A run to compare with, on a kernel without copy-on-write. */
  readonly baseline?: EventSource | undefined;
  readonly limits?: DatabaseLimits;
  /** Violations kept of each invariant; the rest are counted. */
  readonly violationsKept?: number;
  /** Queries to apply instead of the package's own. */
  readonly queries?: QueryLibrary;
  /** What `historiesWhileRecording` made of this run; taken only if nothing of the trace is missing. */
  readonly recorded?: unknown;
  /** Names of the invariants to judge; all when absent. */
  readonly only?: readonly string[];
}

/** Ends of a run that are the kernel's failure, whatever the invariants say. */
const failedEnds = new Set(['panic', 'deadlock', 'hang']);

/** The invariant that asks the program itself; without its answer a run with a program has not passed. */
const ownVerdict = 'the_program_succeeds';

/** Ends of a run that leave open what would have come. */
const openEnds = new Set(['budget', 'interrupted', 'disk_full']);

/** Applies the invariants to a run. Throws UsageError for a trace or query file that cannot be read. */
export async function checkTrace(source: EventSource, options: CheckOptions = {}): Promise<CheckResult> {
  const queries = options.queries ?? readQueries();
  const chosen = queries.invariants.filter((one) => !options.only || options.only.includes(one.name));
  const recorded =
    source.incomplete === undefined ? (options.recorded as FoundHistories | undefined) : undefined;
  const store = await EventStore.open(source, queries.views, { ...options, recorded });
  try {
    const judged = chosen.filter((one) => missingKinds(source, queries, one).length === 0);
    await store.prepare([...judged.flatMap(({ counted }) => counted), 'location', 'process_names']);
    await store.database.execute(placesView);
    const rules: BrokenRule[] = [];
    for (const invariant of chosen) rules.push(await judge(store, source, queries, invariant, options));
    const invariants = rules.map(({ result }) => result);
    return summary(source, invariants, await findingsOf(store, rules));
  } finally {
    store.close();
  }
}

function missingKinds(source: EventSource, queries: QueryLibrary, invariant: InvariantFile): EventName[] {
  return kindsNeeded(invariant.needs, queries.views).filter((kind) => !source.kinds.has(kind));
}

async function judge(
  store: EventStore,
  source: EventSource,
  queries: QueryLibrary,
  invariant: InvariantFile,
  { violationsKept = 100 }: CheckOptions,
): Promise<BrokenRule> {
  const { name, title, rule, severity, hint, breaksFrames, follows } = invariant;
  const about = { breaksFrames, ...(follows && { follows }) };
  const base = {
    name,
    title,
    rule,
    severity,
    hint,
    judged: 0,
    skipped: 0,
    violationCount: 0,
    violations: [],
  };
  const missing = missingKinds(source, queries, invariant);
  if (missing.length > 0) {
    const reason = `needs events ${missing.join(', ')}, which were not traced`;
    return { result: { ...base, status: 'not_judged', reason }, frames: new Set(), ...about };
  }
  try {
    const { judged, skipped, suspects } = await readCounts(store.database, invariant);
    if (suspects > 0) await store.prepare([...invariant.needs, ...invariant.optional]);
    const { violations, violationCount, frames } =
      suspects > 0
        ? await readViolations(store.database, invariant, violationsKept, commonFunctions(source.facts))
        : noViolations;
    const status = violationCount > 0 ? 'violated' : judged > 0 ? 'holds' : 'vacuous';
    const result: InvariantResult = { ...base, status, judged, skipped, violationCount, violations };
    return { result, frames, ...about };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { result: { ...base, status: 'error', reason }, frames: new Set(), ...about };
  }
}

async function readCounts(
  database: Database,
  { judged, skipped = 'SELECT 0', suspects = 'SELECT 1' }: InvariantFile,
): Promise<{ judged: number; skipped: number; suspects: number }> {
  const { rows } = await database.query(`SELECT (${judged}), (${skipped}), (${suspects})`);
  const [points, missed, doubtful] = rows[0].map((value) => Number(value ?? 0));
  return { judged: points, skipped: missed, suspects: doubtful };
}

/** The broken rules as causes and consequences, with the chains of events that led to the causes. */
async function findingsOf(store: EventStore, rules: readonly BrokenRule[]): Promise<Finding[]> {
  const causes = causesOf(rules);
  const errors = causes.filter(({ rule }) => rule.result.severity === 'error');
  const chains = await readChains(
    store,
    errors.map(({ first }) => first),
  );
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
  if (openEnds.has(end)) return ['inconclusive', `the run was cut short: ${end.replace('_', ' ')}`];
  if (invariants.some((one) => one.status === 'error')) return ['inconclusive', 'a query failed'];
  if (invariants.every((one) => one.judged === 0)) return ['inconclusive', 'nothing at all was judged'];
  if (facts['program'] && invariants.some((one) => one.name === ownVerdict && one.judged === 0))
    return ['inconclusive', `what became of the program ${facts['program']} is not known`];
  return ['passed'];
}
