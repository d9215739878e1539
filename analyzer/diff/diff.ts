// What differs between two runs: the programs' own histories, what the kernel did for them, what was printed, and the
// number of events of each kind.
import { UsageError } from '../../errors.js';
import { eventNames, type EventName } from '../../tracer/schema/index.js';
import type { EventSource, RunFacts } from '../event-source.js';
import { ProcessNames } from '../process-names.js';
import { TraceQuery } from '../query.js';
import { kindsNeeded, readQueries } from '../query-library.js';
import { compareHistories, type Comparison, type History } from './history-comparison.js';

/** The first line that two consoles do not share. */
export interface ConsoleParting {
  /** From 1. */
  readonly line: number;
  /** Raw guest text; undefined when that console has ended. */
  readonly a: string | undefined;
  readonly b: string | undefined;
}

/** Rows of an event kind in both runs; undefined where it was not traced. */
export interface KindCount {
  readonly kind: EventName;
  readonly a: number | undefined;
  readonly b: number | undefined;
}

/** How two runs differ. Members are undefined where a run lacks the events to tell. */
export interface RunDiff {
  readonly facts: readonly [RunFacts, RunFacts];
  /** Names of processes by their birth, of A, of B where A has none. Raw guest text. */
  readonly names: ReadonlyMap<string, string>;
  readonly program: Comparison | undefined;
  readonly kernel: Comparison | undefined;
  /** Undefined member when both printed the same. */
  readonly console: { readonly parting: ConsoleParting | undefined } | undefined;
  readonly counts: readonly KindCount[];
}

/** Whether what was done differs. The console does not count: harts and processes print between each other's words. */
export function runsDiffer({ program, kernel }: RunDiff): boolean {
  return [program, kernel].some((one) => one !== undefined && one.partings.length > 0);
}

/** Compares two runs. Throws UsageError when neither history can be made of them. */
export async function diffRuns(a: EventSource, b: EventSource): Promise<RunDiff> {
  const [inA, inB] = [await TraceQuery.open(a), await TraceQuery.open(b)];
  try {
    const compare = (history: History): Promise<Comparison> | undefined =>
      canTell(a, history.view) && canTell(b, history.view) ? compareHistories(inA, inB, history) : undefined;
    const program = await compare(programHistory);
    const kernel = await compare(kernelHistory(a, b));
    if (program === undefined && kernel === undefined)
      throw new UsageError(
        'the traces have no process, syscall and page_fault events in common, and these are compared; ' +
          'record both runs without --events',
      );
    return {
      facts: [a.facts, b.facts],
      names: new Map([...(await namesByBirth(inB)), ...(await namesByBirth(inA))]),
      program,
      kernel,
      console: await compareConsoles(a, b, inA, inB),
      counts: countKinds(a, b),
    };
  } finally {
    inA.close();
    inB.close();
  }
}

const programHistory: History = {
  view: 'program_history',
  compared: 'text',
  site: 'NULL',
  condition: 'true',
};

/** Functions are compared within one kernel only: another one has other names for the same deed. */
function kernelHistory(a: EventSource, b: EventSource): History {
  const isSameKernel = a.facts['kernel_digest'] === b.facts['kernel_digest'];
  const both = eventNames.filter((kind) => a.kinds.has(kind) && b.kinds.has(kind));
  return {
    view: 'kernel_history',
    compared: isSameKernel ? `text || ' in ' || site` : 'text',
    site: 'site',
    condition: `kind IN (${both.map((kind) => `'${kind}'`).join(', ')})`,
  };
}

function canTell(source: EventSource, view: string): boolean {
  return kindsNeeded([view], readQueries().views).every((kind) => source.kinds.has(kind));
}

async function namesByBirth(query: TraceQuery): Promise<Map<string, string>> {
  const names = await ProcessNames.read(query);
  const { rows } = await query.run('SELECT birth, pid FROM process_births');
  return new Map(rows.map(([birth, pid]) => [String(birth), names.at(Number(pid), Number.MAX_SAFE_INTEGER)]));
}

async function compareConsoles(
  a: EventSource,
  b: EventSource,
  inA: TraceQuery,
  inB: TraceQuery,
): Promise<RunDiff['console']> {
  if (!a.kinds.has('console') || !b.kinds.has('console')) return undefined;
  const [left, right] = [await consoleLines(inA), await consoleLines(inB)];
  const lines = Math.max(left.length, right.length);
  for (let line = 0; line < lines; line++)
    if (left[line] !== right[line]) return { parting: { line: line + 1, a: left[line], b: right[line] } };
  return { parting: undefined };
}

async function consoleLines(query: TraceQuery): Promise<string[]> {
  const { rows } = await query.run("SELECT text FROM console WHERE direction = 'output' ORDER BY seq");
  return rows
    .map(([text]) => String(text))
    .join('')
    .split(/\r?\n/);
}

function countKinds(a: EventSource, b: EventSource): KindCount[] {
  return eventNames.map((kind) => ({ kind, a: countRows(a, kind), b: countRows(b, kind) }));
}

function countRows(source: EventSource, kind: EventName): number | undefined {
  if (!source.kinds.has(kind)) return undefined;
  let rows = 0;
  for (const batch of source.batches(kind, [])) rows += batch.rows;
  return rows;
}
