// Runs one case, has it judged like any other run, and keeps what the score needs to know.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  beginning,
  earliest,
  TraceQuery,
  checkTrace,
  openTraceSource,
  type InvariantResult,
  type Violation,
} from '../../analyzer/index.js';
import { defaultConfiguration } from '../../emulator/index.js';
import { builtinKernel, otherProgram, programElf } from '../../fixtures/index.js';
import { DiskImage, writeDiskImage } from '../../tracer/disk-image/index.js';
import { eventNames } from '../../tracer/schema/index.js';
import { runProgram } from '../../tracer/session/index.js';
import type { Case } from './cases.js';

/** Enough for every program on a machine this small; a kernel that needs more has lost its way. */
const limits = { cycles: 10e9, traceBytes: 1e9, consoleBytes: 1e7, seconds: 240 };
const memoryBytes = 16 << 20;
/** Marker ids of planted defects: see harm.h. */
const firstDefect = 2000;

/** A rule that was broken. */
export interface BrokenRule {
  readonly name: string;
  readonly severity: 'error' | 'warning';
  readonly count: number;
  /** When its first violation came about. */
  readonly cycle: number;
  /** Functions that the first violation suspects, the likeliest first. */
  readonly functions: readonly string[];
}

/** What came of a case. */
export interface Outcome {
  /** How the run ended, as in the trace: prompt, panic, ... */
  readonly end: string;
  readonly cycles: number;
  /** In the order of the report. */
  readonly broken: readonly BrokenRule[];
  /** Rules whose query failed, with the reason. */
  readonly failedRules: readonly string[];
  /** By number of the defect: the cycle at which it first did harm. */
  readonly harm: Readonly<Record<number, number>>;
}

/** Runs and judges a case, in a temporary directory. */
export async function runCase({ variant, program, harts, turn }: Case): Promise<Outcome> {
  const folder = mkdtempSync(path.join(tmpdir(), 'cowtrace-score-'));
  try {
    const out = path.join(folder, 'case.trace');
    const { turnCycles, diskLatencyCycles } = defaultConfiguration;
    const { kernel, disk } = builtinKernel(variant);
    const { end, cycle } = await runProgram({
      input: { kernel, kernelPath: `the built-in ${variant} kernel`, disk: diskWith(program, disk) },
      out,
      program: program.split(' '),
      machine: { harts, memoryBytes, turnCycles: turn ?? turnCycles, diskLatencyCycles },
      limits,
      kinds: eventNames,
      toolVersion: 'score',
    });
    return { end, cycles: cycle, ...(await judgeTrace(out)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The built-in disk, and beside what it has the program, if that is not among it. */
function diskWith(command: string, disk: Uint8Array): Uint8Array {
  const [name = ''] = command.split(' ');
  const image = new DiskImage(disk);
  const entries = image.rootDirectory();
  if (entries.some((entry) => entry.name === name)) return disk;
  const files = entries.map((entry) => ({ name: entry.name, contents: image.readFile(entry.name) }));
  return writeDiskImage([...files, { name, contents: otherProgram(name) ?? programElf(name) }]);
}

/** Judges a trace as a case's is. */
export async function judgeTrace(trace: string): Promise<Omit<Outcome, 'end' | 'cycles'>> {
  const source = openTraceSource(trace);
  const { invariants, findings } = await checkTrace(source);
  const result = (rule: string) => invariants.find(({ name }) => name === rule)!;
  const broken = findings.flatMap(({ invariant, violation, consequences }) => [
    brokenRule(result(invariant), violation),
    ...consequences.map((rule) => brokenRule(result(rule), earliest(result(rule).violations))),
  ]);
  const failed = invariants.filter(({ status }) => status === 'error');
  return {
    broken,
    failedRules: failed.map(({ name, reason }) => `${name}: ${reason}`),
    harm: await harmOf(source),
  };
}

function brokenRule({ name, severity, violationCount }: InvariantResult, first: Violation): BrokenRule {
  const functions = first.suspects.map((suspect) => suspect.function);
  return { name, severity, count: violationCount, cycle: beginning(first), functions };
}

async function harmOf(source: ReturnType<typeof openTraceSource>): Promise<Record<number, number>> {
  const query = await TraceQuery.open(source);
  try {
    const { rows } = await query.run(
      `SELECT id, min(cycle) FROM marker WHERE id BETWEEN ${firstDefect + 1} AND ${firstDefect + 47} GROUP BY id`,
    );
    return Object.fromEntries(rows.map(([id, cycle]) => [Number(id) - firstDefect, Number(cycle)]));
  } finally {
    query.close();
  }
}
