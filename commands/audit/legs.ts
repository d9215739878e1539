// A program that the kernel does not outlive is run in legs: each goes on, on the booted machine, behind the case in
// which the one before it ended, until all cases have had their turn. Which legs there are follows from their runs
// alone, so that an audit has the same ones each time.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { CheckResult, ProgramOutcome } from '../../analyzer/index.js';
import { traceFiles } from '../../tracer/directory/index.js';
import type { RunResult } from '../../tracer/session/index.js';
import { endings } from '../run/report.js';
import { atTheEnd, steps, type CaseLog, type CaseRun } from './cases.js';

/** One run of a program, judged. */
export interface Leg {
  readonly words: readonly string[];
  /** Path of its trace. */
  readonly out: string;
  readonly result: RunResult;
  readonly check: CheckResult;
  /** Undefined when the program was not seen to run. */
  readonly outcome: ProgramOutcome | undefined;
  /** Wall-clock seconds of the run and the check. */
  readonly seconds: number;
  /** What came of its cases, if it is a program that tells. */
  readonly log?: CaseLog;
}

/** What to run next. */
export interface NextLeg {
  readonly words: readonly string[];
  readonly out: string;
  /** Tests that are taken out of the program beforehand, on a disk that must boot with it. */
  readonly without?: readonly string[];
}

/** A kernel that did not outlive so many runs is known well enough. */
const legsMost = 25;
/** And so is one on which they took so many cycles: of cases ten times those that a sound kernel takes. */
const cyclesMost = { case: 40e9, test: 100e9 } as const;

/** Ends of a run behind which another one may get further. Others are bounds, which hold for all legs together. */
const goesOnAfter: ReadonlySet<string> = new Set([
  ...['prompt', 'power_off', 'panic', 'deadlock', 'lockup', 'fault_loop', 'hang'],
]);

/** Cycles of the legs behind their boots, which they have in common. */
export function cyclesOf(legs: readonly Leg[]): number {
  return legs.reduce((sum, { result, log }) => sum + result.cycle - (log?.runs[0]?.cycle ?? 0), 0);
}

/** The part of its cases that a program has yet to run, as far as its legs tell. */
export function shareLeft(legs: readonly Leg[]): number {
  const cases = legs.find(({ log }) => log?.cases)?.log?.cases;
  if (cases === undefined) return 1;
  const done = new Set(legs.flatMap(({ log }) => casesAmong(log?.runs ?? []))).size;
  return Math.max(0, 1 - done / cases);
}

/** How a run ended, in a clause: by the kernel's last words, or by those of audit, where there are such. */
export function endingOf({ end }: RunResult, console: string): string {
  const last = (words: RegExp): string | undefined => [...console.matchAll(words)].at(-1)?.[1].trim();
  if (end === 'panic') return last(/(panic: [^\r\n]*)/g) ?? endings.panic;
  if (end !== 'prompt') return endings[end];
  return last(/^audit: (expected .*)$/gm) ?? 'the program ended before its other cases';
}

/** What goes on where the last leg ended early; undefined when there is nothing more to run. */
export function nextLeg(legs: readonly Leg[], first: NextLeg): NextLeg | undefined {
  const last = legs.at(-1)!;
  const died = last.log?.runs.at(-1);
  if (died === undefined || last.log!.isOver || !goesOnAfter.has(last.result.end)) return undefined;
  if (shareLeft(legs) === 0 || legs.length >= legsMost || cyclesOf(legs) > cyclesMost[last.log!.unit])
    return undefined;
  const out = legDirectory(first.out, died.name);
  if (last.log!.unit === 'test') {
    const begun = testsBegun(legs);
    // One that was to be left out would come again and again.
    if (begun.length < legs.reduce((sum, { log }) => sum + (log?.runs.length ?? 0), 0)) return undefined;
    if (last.log!.all)
      return testsLeft(legs).length === 0 ? undefined : { words: first.words, out, without: begun };
  }
  const words = wordsBehind(last, first, died.name);
  return words.join(' ') === last.words.join(' ') ? undefined : { words, out };
}

function wordsBehind(last: Leg, first: NextLeg, died: string): string[] {
  const [program, ...others] = first.words;
  const without = [...new Set([...optionsOf(last.words), ...optionWithout(died)])];
  // What was tried first and is left out now leaves the place where cases begin as it was.
  const after = steps.has(died) ? afterOf(last.words) : died;
  return [program, ...without, ...(after === undefined ? [] : ['-after', after]), ...others];
}

/** Tests that these legs have begun, each once. */
function testsBegun(legs: readonly Leg[]): string[] {
  return [...new Set(legs.flatMap(({ log }) => log?.runs.map(({ name }) => name) ?? []))];
}

/** Those that they have not, of all that the program was to run. */
function testsLeft(legs: readonly Leg[]): string[] {
  const begun = testsBegun(legs);
  return legs[0].log?.all?.filter((name) => !begun.includes(name)) ?? [];
}

const optionWithout = (name: string): string[] => (steps.has(name) ? [steps.get(name)!] : []);
const optionsOf = (words: readonly string[]): string[] =>
  words.filter((word) => [...steps.values()].includes(word));

function afterOf(words: readonly string[]): string | undefined {
  const at = words.indexOf('-after');
  return at < 0 ? undefined : words[at + 1];
}

/** A run of a case, and the trace that has it. */
export interface FoundCase extends CaseRun {
  readonly trace: string;
}

/** What became of the cases of a program. */
export interface AllCases {
  readonly runs: readonly FoundCase[];
  /** How many had no turn. */
  readonly notRun: number;
  readonly unit: CaseLog['unit'];
}

/** In all legs together; undefined for a program that has no such cases. */
export function allCases(legs: readonly Leg[]): AllCases | undefined {
  const first = legs.find(({ log }) => log !== undefined)?.log;
  if (first === undefined) return undefined;
  const runs = legs.flatMap(({ log, out }) => (log?.runs ?? []).map((run) => ({ ...run, trace: out })));
  const { unit } = first;
  if (legs.at(-1)?.log?.isOver) return { runs, notRun: 0, unit };
  if (first.all) return { runs, notRun: testsLeft(legs).length, unit };
  const cases = legs.find(({ log }) => log?.cases)?.log?.cases ?? 0;
  return { runs, notRun: Math.max(0, cases - new Set(casesAmong(runs)).size), unit };
}

/** Names of those that are cases, and not what is tried before or behind them. */
function casesAmong(runs: readonly CaseRun[]): string[] {
  return runs.flatMap(({ name }) => (steps.has(name) || name === atTheEnd ? [] : name));
}

/** Of the leg that goes on behind a case: audit-after-text.trace beside audit.trace. */
function legDirectory(first: string, name: string): string {
  return `${first.replace(/\.trace$/, '')}-after-${name}.trace`;
}

/** Legs of an earlier audit, which this one may not have. */
export function removeLegs(first: string): void {
  const folder = path.dirname(first);
  const begins = path.basename(legDirectory(first, '')).replace(/\.trace$/, '');
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const leg = path.join(folder, name);
    if (name.startsWith(begins) && existsSync(path.join(leg, traceFiles.manifest)))
      rmSync(leg, { recursive: true, force: true });
  }
}
