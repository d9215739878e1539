// What a run of the program audit came to, case by case: which were begun is marked in the trace, and the console has a
// line for each that ended.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { programElf } from '../../fixtures/index.js';
import { readEventFile } from '../../tracer/arrow/index.js';
import { openTrace, traceFiles } from '../../tracer/directory/index.js';
import { loadedBytesAt, parseElf, type ElfFile } from '../../tracer/symbols/index.js';

/** What came of one run of a case. */
export interface CaseRun extends CaseResult {
  readonly name: string;
  /** Whether it ran beside busy processes. */
  readonly isBusy: boolean;
  /** Cycle at which it began. */
  readonly cycle: number;
}

/** How it ended. */
export interface CaseResult {
  /** `died`: the whole run ended in it. */
  readonly result: 'passed' | 'failed' | 'skipped' | 'died';
  /** What was seen, or why, if it did not pass; raw guest text. */
  readonly said?: string;
}

/** The cases of one run of a program that tells: of audit, or the tests of usertests. */
export interface CaseLog {
  /** In the order in which they began. */
  readonly runs: readonly CaseRun[];
  /** How many cases it was to run, each twice; undefined when it did not come to say so. */
  readonly cases: number | undefined;
  /** Whether all of them had their turn. */
  readonly isOver: boolean;
  readonly unit: 'case' | 'test';
  /** Their names, where the program can be told which of them to run. */
  readonly all?: readonly string[];
}

/** Ids of the markers, as fixtures/programs/audit/main.c has them. */
const marks = { alone: 1, busy: 2, cases: 3 } as const;

/** What audit tries before its first case, as if it were one, and the option that has it do without. */
export const steps: ReadonlyMap<string, string> = new Map([
  ['status', '-s'],
  ['room', '-r'],
  ['permissions', '-p'],
  ['all_memory', '-m'],
]);

/** A case that stands for what is asked when all others are done. */
export const atTheEnd = 'at_the_end';

/**
 * Reads the trace of a run of audit.
 *
 * @param endingOf tells from what was printed how the run ended, in a clause, for the case in which it did
 */
export function readCases(trace: string, endingOf: (console: string) => string): CaseLog {
  const console = readFileSync(path.join(trace, traceFiles.console), 'latin1');
  return casesOf(readMarks(trace), console, endingOf(console));
}

/** The same, from what the markers say and what was printed. */
export function casesOf({ begun, cases, isOver }: Marks, console: string, ending: string): CaseLog {
  const { told, afterAll } = readResults(console.split(/[\r\n]+/));
  const hasGivenUp = console.includes('audit: too many cases did not end');
  const unseen: CaseResult = { result: 'skipped', said: 'its result was not seen' };
  const runs = begun.flatMap((one, index): CaseRun[] => {
    const result = told.get(keyOf(one.name, one.isBusy));
    const isLast = index === begun.length - 1 && !isOver;
    if (isLast && !(hasGivenUp && result)) return [{ ...one, result: 'died', said: ending }];
    if (steps.has(one.name) && !result) return [];
    return [{ ...one, ...(result ?? unseen) }];
  });
  // What is missing in the midst of the cases is what those hold that did not end.
  if (isOver && afterAll !== undefined) {
    const cycle = begun.at(-1)?.cycle ?? 0;
    runs.push({ name: atTheEnd, isBusy: false, cycle, result: 'failed', said: afterAll });
  }
  return { runs, cases, isOver, unit: 'case' };
}

type Begun = Omit<CaseRun, keyof CaseResult>;

/** What the markers of a run say. */
interface Marks extends Pick<CaseLog, 'cases' | 'isOver'> {
  readonly begun: readonly Begun[];
}

function readMarks(trace: string): Marks {
  const elf = parseElf(programElf('audit'), 'audit');
  const begun: Begun[] = [];
  let cases: number | undefined;
  let isOver = false;
  for (const { id, value, cycle } of markersOf(trace)) {
    if (id === marks.cases) {
      cases ??= Number(value);
      isOver ||= value === 0n;
    } else if (id === marks.alone || id === marks.busy) {
      begun.push({ name: textAt(elf, value), isBusy: id === marks.busy, cycle });
    }
  }
  return { begun, cases, isOver };
}

function* markersOf(trace: string): Iterable<{ id: number; value: bigint; cycle: number }> {
  const { kinds, eventPath } = openTrace(trace);
  if (!kinds.has('marker')) return;
  for (const { columns, rows } of readEventFile(eventPath('marker'), 'marker')) {
    const { id, value, cycle } = columns;
    for (let row = 0; row < rows; row++)
      yield {
        id: Number(id.values[row]),
        value: BigInt(value.values[row]),
        cycle: Number(cycle.values[row]),
      };
  }
}

/** A C string of the program; empty where it has none. */
function textAt(elf: ElfFile, address: bigint): string {
  const bytes = loadedBytesAt(elf, address);
  return Buffer.from(bytes.subarray(0, bytes.indexOf(0))).toString('latin1');
}

const keyOf = (name: string, isBusy: boolean): string => `${name}${isBusy ? ' busy' : ''}`;

/** What its lines tell: of each run of a case, and of what nothing else was to blame for. */
function readResults(lines: readonly string[]): { told: Map<string, CaseResult>; afterAll?: string } {
  const told = new Map<string, CaseResult>();
  let failure: string | undefined;
  for (const line of lines) {
    // Where no status tells how a process ended, it says itself what it saw, before the case's line.
    failure = /^audit: FAILED: (.*)$/.exec(line)?.[1] ?? failure;
    const [, key, result, said] =
      /^audit (\w+(?: busy)?): (OK|ran|skipped|FAILED)(?:: (.*))?$/.exec(line) ?? [];
    if (key === undefined) continue;
    if (result === 'FAILED' || failure !== undefined)
      told.set(key, { result: 'failed', said: said ?? failure ?? '' });
    else if (result === 'skipped') told.set(key, { result: 'skipped', said: said ?? '' });
    else told.set(key, { result: 'passed' });
    failure = undefined;
  }
  return { told, ...(failure !== undefined && { afterAll: failure }) };
}
