// The rows that a rule's query returns: asked of DuckDB, or made from columns in memory where these can tell.
import { rowsOf, type FindTable, type FoundValue } from './counts/count.js';
import type { Database, SqlValue } from './database.js';
import type { InvariantFile } from './query-file.js';
import type { EventStore } from './store.js';

/** A row that breaks a rule. */
export interface FoundRow {
  readonly cycle: number;
  readonly since: number | undefined;
  readonly hart: number;
  readonly pid: number;
  readonly frame: bigint | undefined;
  readonly pc: bigint | undefined;
  readonly callSite: bigint | undefined;
  readonly message: string;
  /** Where to look for who did it, in order; 0 for nowhere. */
  readonly sites: readonly bigint[];
  /** Whoever called the first of `sites` comes before it. */
  readonly blamesCaller: boolean;
  /** The order of `sites` is not to be changed. */
  readonly blamesAsListed: boolean;
}

/** What the query of a rule found. */
export interface FoundRows {
  /** The first of them, in the query's order, and the first of each place that these do not show. */
  readonly rows: readonly FoundRow[];
  readonly count: number;
  /** Frames that all of them are about, not more than `framesMost`. */
  readonly frames: ReadonlySet<bigint>;
}

const framesMost = 20_000;
/** Places of violations that are kept though there are earlier ones. */
const placesMost = 20;

/** What a rule finds by columns alone; undefined when only DuckDB can tell. */
export function foundInColumns({ sql }: InvariantFile, tables: FindTable): FoundRows | undefined {
  const rows = rowsOf(sql, tables)?.map(rowOfColumns);
  if (rows === undefined) return undefined;
  return { rows, count: rows.length, frames: new Set(rows.flatMap(({ frame }) => frame ?? [])) };
}

function rowOfColumns(row: Readonly<Record<string, FoundValue | undefined>>): FoundRow {
  const address = (name: string): bigint | undefined => addressOf(row[name] ?? null);
  const [pc, callSite] = [address('pc'), address('call_site')];
  const { since = null } = row;
  return {
    cycle: Number(row['cycle'] ?? 0),
    since: since === null ? undefined : Number(since),
    hart: Number(row['hart'] ?? 0),
    pid: Number(row['pid'] ?? 0),
    frame: address('frame'),
    pc,
    callSite,
    message: String(row['message']),
    sites: [pc, callSite].filter((site) => site !== undefined),
    blamesCaller: row['blames_caller'] === 1,
    blamesAsListed: row['blames_as_listed'] === 1,
  };
}

/** Runs the query of a rule in DuckDB. `kept` rows are returned, and those of other places; the rest are counted. */
export async function foundByQuery(
  store: EventStore,
  invariant: InvariantFile,
  kept: number,
): Promise<FoundRows> {
  const { database } = store;
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE found AS SELECT row_number() OVER () AS number, * FROM (${invariant.sql})`,
  );
  const counted = await database.query('SELECT count(*) FROM found');
  const count = Number(counted.rows[0][0]);
  if (count === 0) return { rows: [], count, frames: new Set() };
  const frames = await database.query(
    `SELECT DISTINCT frame::UBIGINT FROM found WHERE frame IS NOT NULL LIMIT ${framesMost}`,
  );
  return {
    rows: await keptRows(database, kept),
    count,
    frames: new Set(frames.rows.map(([frame]) => frame as bigint)),
  };
}

async function keptRows(database: Database, kept: number): Promise<FoundRow[]> {
  const { columns } = await database.query('SELECT * FROM found', 0);
  const optional = (name: string, absent: string): string => (columns.includes(name) ? name : absent);
  const place = ['pc', 'call_site', 'sites'].filter((name) => columns.includes(name)).join(', ');
  const callSite = optional('call_site', 'NULL::UBIGINT');
  const sites = optional('sites', `[pc, ${callSite}]`);
  const { rows } = await database.query(
    `SELECT cycle, ${optional('since', 'NULL')}, hart, pid, frame, pc, ${callSite}, message,
            array_to_string(${sites}::UBIGINT[]::VARCHAR[], ' '),
            ${optional('blames_caller', 'false')}, ${optional('blames_as_listed', 'false')}
     FROM found
     QUALIFY number <= ${kept} OR row_number() OVER (PARTITION BY ${place} ORDER BY number) = 1
     ORDER BY number LIMIT ${kept + placesMost}`,
  );
  return rows.map(rowOfQuery);
}

function rowOfQuery(row: readonly SqlValue[]): FoundRow {
  const [cycle, since, hart, pid, frame, pc, callSite, message, sites, blamesCaller, blamesAsListed] = row;
  return {
    cycle: Number(cycle ?? 0),
    since: since === null ? undefined : Number(since),
    hart: Number(hart ?? 0),
    pid: Number(pid ?? 0),
    frame: addressOf(frame),
    pc: addressOf(pc),
    callSite: addressOf(callSite),
    message: String(message),
    sites: String(sites ?? '')
      .split(' ')
      .filter((site) => site !== '')
      .map(BigInt),
    blamesCaller: blamesCaller === true,
    blamesAsListed: blamesAsListed === true,
  };
}

function addressOf(value: SqlValue): bigint | undefined {
  return value === null ? undefined : BigInt(value);
}
