// Compares a history view of two runs process by process: digests of blocks first, and rows only where these differ.
import type { SqlValue } from '../database.js';
import type { TraceQuery } from '../query.js';

/** A history to compare: a view with birth, seq, cycle, hart, pid and text, and perhaps site. */
export interface History {
  readonly view: 'program_history' | 'kernel_history';
  /** Expression of what must be equal. */
  readonly compared: string;
  /** Expression of where it was done; NULL where the view does not say. */
  readonly site: string;
  /** Condition on the rows that both runs can have. */
  readonly condition: string;
}

/** The history with each row's number among those of its process. */
function numbered({ view, condition }: History, columns = '*'): string {
  return `(SELECT *, row_number() OVER (PARTITION BY birth ORDER BY seq) AS number
           FROM (SELECT ${columns} FROM ${view} WHERE ${condition}))`;
}

/** A row of a history. */
export interface HistoryRow {
  /** Position among the process's rows, from 1. */
  readonly number: number;
  readonly cycle: number;
  readonly hart: number;
  readonly pid: number;
  /** May hold guest text, raw. */
  readonly text: string;
  readonly site?: string;
}

/** The first row at which one process's histories part. */
export interface Parting {
  /** The process by its birth, as in process_births. */
  readonly birth: string;
  /** Rows that both have, all equal. */
  readonly common: number;
  /** The last of them, of A. */
  readonly before: readonly HistoryRow[];
  /** What each run has from there on; empty when its history of the process ends. */
  readonly a: readonly HistoryRow[];
  readonly b: readonly HistoryRow[];
}

/** What came of comparing one history. */
export interface Comparison {
  /** Processes and rows of A, of B. */
  readonly processes: readonly [number, number];
  readonly rows: readonly [number, number];
  /** Processes that part, the earliest in A first. */
  readonly partings: readonly Parting[];
}

/** Rows a digest covers. */
const blockRows = 1024;
/** Rows shown before and from the parting. */
const contextRows = 5;

interface Blocks {
  readonly digests: readonly bigint[];
  readonly rows: number;
}

/** Compares one history of two runs; at most `kept` partings are looked into. */
export async function compareHistories(
  a: TraceQuery,
  b: TraceQuery,
  history: History,
  kept = 8,
): Promise<Comparison> {
  const [inA, inB] = [await blocksOf(a, history), await blocksOf(b, history)];
  const births = [...new Set([...inA.keys(), ...inB.keys()])];
  const blocks = new Map(
    births.flatMap((birth): [string, number][] => {
      const block = firstDifference(inA.get(birth), inB.get(birth));
      return block === undefined ? [] : [[birth, block]];
    }),
  );
  const [rowsOfA, rowsOfB] = [await readRows(a, history, blocks), await readRows(b, history, blocks)];
  const partings = [...blocks].map(([birth, block]) =>
    findParting(birth, block, rowsOfA.get(birth) ?? [], rowsOfB.get(birth) ?? []),
  );
  partings.sort((one, other) => one.at - other.at);
  const rows = (blocks: ReadonlyMap<string, Blocks>): number =>
    [...blocks.values()].reduce((sum, one) => sum + one.rows, 0);
  return {
    processes: [inA.size, inB.size],
    rows: [rows(inA), rows(inB)],
    partings: partings.slice(0, kept).map(({ parting }) => parting),
  };
}

async function blocksOf(query: TraceQuery, history: History): Promise<Map<string, Blocks>> {
  // Rows are put in order without their texts. The hash of two values would be the XOR of theirs, whatever their order.
  const deeds = numbered(history, `birth, seq, hash(${history.compared}) AS deed`);
  const { rows } = await query.run(
    `SELECT birth, (number - 1) // ${blockRows} AS block, bit_xor(hash(xor(deed, hash(number)))), count(*)
     FROM ${deeds} GROUP BY ALL ORDER BY birth, block`,
  );
  const processes = new Map<string, { digests: bigint[]; rows: number }>();
  for (const [birth, , digest, count] of rows) {
    const known = processes.get(String(birth)) ?? { digests: [], rows: 0 };
    processes.set(String(birth), known);
    known.digests.push(digest as bigint);
    known.rows += Number(count);
  }
  return processes;
}

/** The first block in which two processes differ; undefined when they are equal. */
function firstDifference(a?: Blocks, b?: Blocks): number | undefined {
  const [left, right] = [a?.digests ?? [], b?.digests ?? []];
  const blocks = Math.max(left.length, right.length);
  for (let block = 0; block < blocks; block++) if (left[block] !== right[block]) return block;
  return undefined;
}

/** A row, and what of it must be equal. */
interface ComparedRow {
  readonly compared: string;
  readonly row: HistoryRow;
}

/** The number of the first row that is read of a block: some before it are shown. */
function firstRow(block: number): number {
  return block * blockRows + 1 - contextRows;
}

/** The rows are those of the differing block, with some context around it. */
function findParting(
  birth: string,
  block: number,
  a: readonly ComparedRow[],
  b: readonly ComparedRow[],
): { readonly parting: Parting; readonly at: number } {
  let index = 0;
  while (index < a.length && index < b.length && a[index].compared === b[index].compared) index++;
  const shown = (rows: readonly ComparedRow[], start: number, end: number): HistoryRow[] =>
    rows.slice(Math.max(0, start), end).map(({ row }) => row);
  const parting = {
    birth,
    common: Math.max(0, firstRow(block) - 1) + index,
    before: shown(a, index - contextRows, index),
    a: shown(a, index, index + contextRows),
    b: shown(b, index, index + contextRows),
  };
  return { parting, at: (a[index] ?? a[index - 1])?.row.cycle ?? 0 };
}

/**
 * The rows of a block of each of these processes, with some context around it, by birth. One query for all: the view is
 * made anew, whole, by each.
 */
async function readRows(
  query: TraceQuery,
  history: History,
  blocks: ReadonlyMap<string, number>,
): Promise<Map<string, ComparedRow[]>> {
  const read = new Map<string, ComparedRow[]>();
  if (blocks.size === 0) return read;
  const wanted = [...blocks].map(([birth, block]) => `('${birth}', ${firstRow(block)})`);
  const { rows } = await query.run(
    `SELECT birth, number, cycle, hart, pid, text, ${history.site}, ${history.compared} FROM ${numbered(history)}
     JOIN (VALUES ${wanted.join(', ')}) AS wanted (birth, first) USING (birth)
     WHERE number >= first AND number < first + ${blockRows + 3 * contextRows} ORDER BY birth, number`,
  );
  for (const [birth, ...row] of rows) {
    const known = read.get(String(birth)) ?? [];
    read.set(String(birth), known);
    known.push({ compared: String(row[6]), row: rowOf(row) });
  }
  return read;
}

function rowOf([number, cycle, hart, pid, text, site]: readonly SqlValue[]): HistoryRow {
  return {
    number: Number(number),
    cycle: Number(cycle),
    hart: Number(hart),
    pid: Number(pid),
    text: String(text),
    ...(site !== null && site !== '' && { site: String(site) }),
  };
}
