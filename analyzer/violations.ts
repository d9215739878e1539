// The rows that break a rule, with what is known of each place, and whom to suspect.
import type { Database, SqlValue } from './database.js';
import type { RunFacts } from './event-source.js';
import type { InvariantFile } from './query-file.js';
import type { Suspect, Violation } from './result.js';
import type { EventStore } from './store.js';

/** What the query of a rule found. */
export interface Violations {
  /** The first of them, in the query's order. */
  readonly violations: readonly Violation[];
  readonly violationCount: number;
  /** Frames that they are about, not more than `framesMost`. */
  readonly frames: ReadonlySet<bigint>;
}

export const noViolations: Violations = { violations: [], violationCount: 0, frames: new Set() };

const framesMost = 20_000;
const suspectsMost = 3;
/** Places of violations that are kept though there are earlier ones. */
const placesMost = 20;

/** Of the C library, as far as kernels have it. */
const libraryFunctions = [
  'memmove',
  'memcpy',
  'memset',
  'memcmp',
  'strlen',
  'strncpy',
  'strncmp',
  'safestrcpy',
];

/**
 * Functions that everybody calls: that one of them did it says little, whoever called it says more. They are those of
 * the roles that probes look for, and what does as it is told with any memory.
 */
export function commonFunctions(facts: RunFacts): ReadonlySet<string> {
  const roles = Object.entries(facts).filter(([key]) => key.startsWith('function_'));
  return new Set([...roles.map(([, name]) => String(name)), ...libraryFunctions]);
}

/** Runs the query of a rule. `kept` violations are returned, the rest counted. */
export async function readViolations(
  store: EventStore,
  invariant: InvariantFile,
  kept: number,
  common: ReadonlySet<string>,
): Promise<Violations> {
  const { database } = store;
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE found AS SELECT row_number() OVER () AS number, * FROM (${invariant.sql})`,
  );
  const counted = await database.query('SELECT count(*) FROM found');
  const violationCount = Number(counted.rows[0][0]);
  if (violationCount === 0) return noViolations;
  await store.prepare(['places', 'process_names']);
  const { columns } = await database.query('SELECT * FROM found', 0);
  const optional = (name: string, type: string): string =>
    columns.includes(name) ? `f.${name}` : `NULL::${type}`;
  await keepSome(database, kept, columns);
  const suspects = await readSuspects(database, columns, common);
  const { rows } = await database.query(
    `SELECT f.number, f.cycle, ${optional('since', 'UBIGINT')}, f.hart, f.pid, f.frame, f.pc, f.message,
            coalesce(n.name, b.name), p."function", p.file, p.line, c."function", c.file, c.line
     FROM (SELECT *, coalesce(pid, 0)::INTEGER AS subject FROM kept) f
     ASOF LEFT JOIN process_names n ON f.subject = n.pid AND f.cycle <= n.cycle
     ASOF LEFT JOIN process_names b ON f.subject = b.pid AND f.cycle >= b.cycle
     LEFT JOIN places p ON p.address = f.pc
     LEFT JOIN places c ON c.address = ${optional('call_site', 'UBIGINT')} AND c.address <> 0
     ORDER BY f.number`,
  );
  const frames = await database.query(
    `SELECT DISTINCT frame::UBIGINT FROM found WHERE frame IS NOT NULL LIMIT ${framesMost}`,
  );
  return {
    violations: rows.map((row) => violationOf(row, suspects.get(Number(row[0])) ?? [])),
    violationCount,
    frames: new Set(frames.rows.map(([frame]) => frame as bigint)),
  };
}

/** The first violations, and the first of each place that they do not show. */
async function keepSome(database: Database, kept: number, columns: readonly string[]): Promise<void> {
  const place = ['pc', 'call_site', 'sites'].filter((name) => columns.includes(name)).join(', ');
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE kept AS SELECT * FROM found
     QUALIFY number <= ${kept} OR row_number() OVER (PARTITION BY ${place} ORDER BY number) = 1
     ORDER BY number LIMIT ${kept + placesMost}`,
  );
}

/**
 * By number of the row: the functions of its `sites`, in that order, or of its pc and call site; where the row says
 * `blames_caller`, who called the first comes before it. Those that everybody calls come later, the library's last,
 * but where the row says `blames_as_listed`.
 */
async function readSuspects(
  database: Database,
  columns: readonly string[],
  common: ReadonlySet<string>,
): Promise<Map<number, Suspect[]>> {
  const callSite = columns.includes('call_site') ? 'call_site' : 'NULL';
  const sites = columns.includes('sites') ? 'sites' : `[pc, ${callSite}]::UBIGINT[]`;
  const flag = (name: string): string => (columns.includes(name) ? name : `false AS ${name}`);
  const { rows } = await database.query(
    `SELECT s.number, p."function", p.file, p.line, s.blames_caller, s.blames_as_listed
     FROM (SELECT number, ${flag('blames_caller')}, ${flag('blames_as_listed')}, unnest(${sites}) AS address,
                 generate_subscripts(${sites}, 1) AS position
           FROM kept) s
     JOIN places p ON p.address = s.address AND s.address <> 0 AND p."function" <> ''
     ORDER BY s.number, s.position`,
  );
  const all = new Map<number, Suspect[]>();
  const deep = new Set<number>();
  const listed = new Set<number>();
  for (const [number, chain, file, line, blamesCaller, blamesAsListed] of rows) {
    const known = all.get(Number(number)) ?? [];
    all.set(Number(number), [...known, ...suspectsAt(String(chain), file, line)]);
    if (blamesCaller === true) deep.add(Number(number));
    if (blamesAsListed === true) listed.add(Number(number));
  }
  return new Map(
    [...all].map(([number, [inner, caller, ...others]]) => {
      const order = deep.has(number) && caller ? [caller, inner, ...others] : [inner, caller, ...others];
      return [number, listed.has(number) ? distinct(order) : ranked(order, common)];
    }),
  );
}

/** A chain of inlined functions is written `inner < outer`. */
function suspectsAt(chain: string, file: SqlValue, line: SqlValue): Suspect[] {
  return chain.split(' < ').map((name, depth) => ({
    function: name,
    ...(depth === 0 ? position(file, line) : {}),
  }));
}

function ranked(found: readonly (Suspect | undefined)[], common: ReadonlySet<string>): Suspect[] {
  const isLibrary = (one: Suspect): boolean => libraryFunctions.includes(one.function);
  const suspects = found.filter((one) => one !== undefined);
  const first = suspects.filter((one) => !common.has(one.function));
  const then = suspects.filter((one) => common.has(one.function) && !isLibrary(one));
  return distinct([...first, ...then, ...suspects.filter(isLibrary)]);
}

/** The first of them, each function once. */
function distinct(suspects: readonly (Suspect | undefined)[]): Suspect[] {
  const names = new Set<string>();
  const each = suspects.filter((one) => {
    const isNew = one !== undefined && !names.has(one.function);
    if (one !== undefined) names.add(one.function);
    return isNew;
  });
  return each.slice(0, suspectsMost) as Suspect[];
}

function violationOf(row: readonly SqlValue[], suspects: readonly Suspect[]): Violation {
  const [, cycle, since, hart, pid, frame, pc, message, name, ...place] = row;
  const [inFunction, file, line, caller, callerFile, callerLine] = place;
  const at = Number(cycle ?? 0);
  return {
    cycle: at,
    ...(since !== null && Number(since) !== at ? { since: Number(since) } : {}),
    hart: Number(hart ?? 0),
    pid: Number(pid ?? 0),
    message: String(message),
    ...(name ? { process: String(name) } : {}),
    ...(frame !== null ? { frame: BigInt(frame as bigint) } : {}),
    ...(pc !== null ? { pc: BigInt(pc as bigint) } : {}),
    ...(inFunction ? { function: String(inFunction) } : {}),
    ...position(file, line),
    ...(caller ? { caller: { function: String(caller), ...position(callerFile, callerLine) } } : {}),
    suspects,
  };
}

function position(file: SqlValue, line: SqlValue): { file?: string; line?: number } {
  return { ...(file ? { file: String(file) } : {}), ...(line ? { line: Number(line) } : {}) };
}
