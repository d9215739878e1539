// Judges one run: loads its events, builds the views, applies every invariant, and sums up.
import { ExitCode } from '../errors.js';
import type { EventName } from '../tracer/schema/index.js';
import type { Database, DatabaseLimits, SqlValue } from './database.js';
import type { EventSource } from './event-source.js';
import type { InvariantFile } from './query-file.js';
import { kindsNeeded, readQueries, type QueryLibrary } from './query-library.js';
import type { CheckResult, InvariantResult, Verdict, Violation } from './result.js';
import { EventStore } from './store.js';

/** What a check may be told. */
export interface CheckOptions {
  /** A run to compare with, on a kernel without copy-on-write. */
  readonly baseline?: EventSource | undefined;
  readonly limits?: DatabaseLimits;
  /** Violations kept of each invariant; the rest are counted. */
  readonly violationsKept?: number;
  /** Queries to apply instead of the package's own. */
  readonly queries?: QueryLibrary;
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
  const store = await EventStore.open(source, queries.views, options);
  try {
    const judged = chosen.filter((one) => missingKinds(source, queries, one).length === 0);
    await store.prepare([...judged.flatMap((one) => one.needs), 'location', 'process_names']);
    await store.database.execute(placesView);
    const invariants: InvariantResult[] = [];
    for (const invariant of chosen) {
      invariants.push(await judge(store.database, source, queries, invariant, options.violationsKept ?? 100));
    }
    return summary(source, invariants);
  } finally {
    store.close();
  }
}

function missingKinds(source: EventSource, queries: QueryLibrary, invariant: InvariantFile): EventName[] {
  return kindsNeeded(invariant.needs, queries.views).filter((kind) => !source.kinds.has(kind));
}

async function judge(
  database: Database,
  source: EventSource,
  queries: QueryLibrary,
  invariant: InvariantFile,
  kept: number,
): Promise<InvariantResult> {
  const { name, title, rule, severity, hint } = invariant;
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
    return {
      ...base,
      status: 'not_judged',
      reason: `needs events ${missing.join(', ')}, which were not traced`,
    };
  }
  try {
    const { judged, skipped, suspects } = await readCounts(database, invariant);
    const { violations, violationCount } =
      suspects > 0 ? await readViolations(database, invariant, kept) : noViolations;
    const status = violationCount > 0 ? 'violated' : judged > 0 ? 'holds' : 'vacuous';
    return { ...base, status, judged, skipped, violationCount, violations };
  } catch (error) {
    return { ...base, status: 'error', reason: error instanceof Error ? error.message : String(error) };
  }
}

const noViolations = { violations: [], violationCount: 0 };

async function readCounts(
  database: Database,
  { judged, skipped = 'SELECT 0', suspects = 'SELECT 1' }: InvariantFile,
): Promise<{ judged: number; skipped: number; suspects: number }> {
  const { rows } = await database.query(`SELECT (${judged}), (${skipped}), (${suspects})`);
  const [points, missed, doubtful] = rows[0].map((value) => Number(value ?? 0));
  return { judged: points, skipped: missed, suspects: doubtful };
}

async function readCount(database: Database, sql: string): Promise<number> {
  const { rows } = await database.query(sql);
  return Number(rows[0]?.[0] ?? 0);
}

/** What is known of each address, once. */
const placesView = `
CREATE VIEW places AS
SELECT address, any_value("function") AS "function", any_value(file) AS file, any_value(line) AS line
FROM location GROUP BY address`;

async function readViolations(
  database: Database,
  invariant: InvariantFile,
  kept: number,
): Promise<{ violations: Violation[]; violationCount: number }> {
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE found AS SELECT row_number() OVER () AS number, * FROM (${invariant.sql})`,
  );
  const violationCount = await readCount(database, 'SELECT count(*) FROM found');
  if (violationCount === 0) return { violations: [], violationCount };
  const { columns } = await database.query('SELECT * FROM found', 0);
  const callSite = columns.includes('call_site') ? 'f.call_site' : 'NULL::UBIGINT';
  const { rows } = await database.query(
    `SELECT f.cycle, f.hart, f.pid, f.frame, f.pc, f.message, coalesce(n.name, b.name),
            p."function", p.file, p.line, c."function", c.file, c.line
     FROM (SELECT *, coalesce(pid, 0)::INTEGER AS subject FROM found ORDER BY number LIMIT ${kept}) f
     ASOF LEFT JOIN process_names n ON f.subject = n.pid AND f.cycle <= n.cycle
     ASOF LEFT JOIN process_names b ON f.subject = b.pid AND f.cycle >= b.cycle
     LEFT JOIN places p ON p.address = f.pc
     LEFT JOIN places c ON c.address = ${callSite} AND c.address <> 0
     ORDER BY f.number`,
  );
  return { violations: rows.map(violationOf), violationCount };
}

function violationOf(row: readonly SqlValue[]): Violation {
  const [cycle, hart, pid, frame, pc, message, name, inFunction, file, line, caller, callerFile, callerLine] =
    row;
  return {
    cycle: Number(cycle ?? 0),
    hart: Number(hart ?? 0),
    pid: Number(pid ?? 0),
    message: String(message),
    ...(name ? { process: String(name) } : {}),
    ...(frame !== null ? { frame: BigInt(frame as bigint) } : {}),
    ...(pc !== null ? { pc: BigInt(pc as bigint) } : {}),
    ...(inFunction ? { function: String(inFunction) } : {}),
    ...position(file, line),
    ...(caller ? { caller: { function: String(caller), ...position(callerFile, callerLine) } } : {}),
  };
}

function position(file: SqlValue, line: SqlValue): { file?: string; line?: number } {
  return { ...(file ? { file: String(file) } : {}), ...(line ? { line: Number(line) } : {}) };
}

function summary(source: EventSource, invariants: readonly InvariantResult[]): CheckResult {
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
