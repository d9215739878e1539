// New questions of an old run: executes it again with other probes, into a new trace, and compares the execution.
import { join, resolve } from 'node:path';
import { openTraceSource, TraceQuery } from '../../analyzer/index.js';
import { ExitCode, UsageError } from '../../errors.js';
import {
  openTrace,
  readTraceDisk,
  readTraceKernel,
  readTraceProfile,
  traceFiles,
} from '../../tracer/directory/index.js';
import { parseQuestions, type Questions, type WatchQuestion } from '../../tracer/probes/index.js';
import { readRecording, type Recording } from '../../tracer/recording/index.js';
import { Replayer } from '../../tracer/replay/index.js';
import {
  isRunEnd,
  recordedInput,
  runProgram,
  type RunRequest,
  type RunResult,
} from '../../tracer/session/index.js';
import { formatCount, jsonDocument } from '../../text/index.js';
import { ProgressLine } from '../progress-line.js';
import type { ReplayFlags } from '../replay.js';
import { eventKinds } from '../run/flags.js';
import { traceBytesDefault } from '../common-options.js';
import { shellWord } from '../suggestion.js';
import type { Surroundings } from '../surroundings.js';
import { toolVersion } from '../version.js';

/** Whether the flags ask something of the run, instead of for a moment of it. */
export function asksQuestions({ probe, watch, events }: ReplayFlags): boolean {
  return probe !== undefined || watch !== undefined || events !== undefined;
}

/** Executes the run again as asked; returns the exit code. */
export async function executeQuestions(
  path: string,
  flags: ReplayFlags,
  surroundings: Surroundings,
): Promise<number> {
  const { stdout, stderr } = surroundings;
  const out = flags.out ?? `${path.replace(/\/+$/, '').replace(/\.trace$/, '')}.asked.trace`;
  if (flags.to !== undefined)
    throw new UsageError(
      '--to shows a moment, --probe, --watch and --events make a new trace; give one or the other',
    );
  if (resolve(out) === resolve(path))
    throw new UsageError(`${out} is the trace itself; choose another name with --out`);
  const request = await requestFor(path, out, flags);
  const interrupt = new AbortController();
  const restore = surroundings.onInterrupt(() => interrupt.abort());
  const progress = new ProgressLine(stderr);
  try {
    const result = await runProgram({
      ...request,
      signal: interrupt.signal,
      onProgress: ({ cycle }) => progress.show('replaying', cycle),
    });
    progress.clear();
    if (interrupt.signal.aborted) {
      stderr.write(`trace: interrupted at cycle ${result.cycle}; ${out} has the events until then\n`);
      return ExitCode.interrupted;
    }
    const divergence = compare(path, out);
    stdout.write(flags.json ? resultJson(out, result, divergence) : resultText(out, result, divergence));
    return divergence === undefined ? ExitCode.ok : ExitCode.violated;
  } finally {
    restore();
    progress.clear();
  }
}

async function requestFor(path: string, out: string, flags: ReplayFlags): Promise<RunRequest> {
  const trace = openTrace(path);
  // What may be replayed is decided in one place, and where it ends.
  const replay = await Replayer.open(path);
  const { recording, end } = replay;
  const { machine, program } = recording.header;
  const { harts, memoryBytes, turnCycles, diskLatencyCycles } = machine;
  const questions = questionsOf(
    flags,
    await watchedEntries(path, flags.watch ?? []),
    replay.machine.ramRange,
  );
  replay.close();
  const reason = trace.manifest?.stopReason ?? '';
  const profile = readTraceProfile(trace);
  return {
    input: {
      kernel: readTraceKernel(trace),
      kernelPath: join(path, traceFiles.kernel),
      disk: readTraceDisk(trace) ?? new Uint8Array(),
      ...(profile && { profile }),
    },
    program: program === '' ? [] : [program, ...recording.header.arguments],
    machine: { harts, memoryBytes, turnCycles, diskLatencyCycles },
    ...(flags.engine && { engine: flags.engine }),
    typist: recordedInput(recording, { cycle: end, reason: isRunEnd(reason) ? reason : 'interrupted' }),
    questions,
    limits: { cycles: Infinity, traceBytes: traceBytesDefault, consoleBytes: Infinity, seconds: Infinity },
    kinds: eventKinds(flags.events),
    out,
    toolVersion: toolVersion(),
  };
}

function questionsOf(
  { probe = [], watch = [] }: ReplayFlags,
  entries: readonly WatchQuestion[],
  ram: { readonly start: number; readonly end: number },
): NonNullable<RunRequest['questions']> {
  const watches = watch.filter((text) => !isEntry(text));
  return (debug): Questions => parseQuestions({ probes: probe, watches }, debug, ram, entries);
}

const entryText = /^pte:(\d{1,9}):(0x[\da-f]{1,16}|\d{1,20})$/i;

function isEntry(text: string): boolean {
  return text.startsWith('pte:');
}

/** The page-table entries that pte:PID:VA names: the trace knows where that process had its tables. */
async function watchedEntries(path: string, watches: readonly string[]): Promise<WatchQuestion[]> {
  const wanted = watches.filter(isEntry);
  if (wanted.length === 0) return [];
  const query = await TraceQuery.open(openTraceSource(path));
  try {
    const found: WatchQuestion[] = [];
    for (const text of wanted) found.push(...(await entriesOf(query, text)));
    return found;
  } finally {
    query.close();
  }
}

async function entriesOf(query: TraceQuery, text: string): Promise<WatchQuestion[]> {
  const match = entryText.exec(text);
  if (!match)
    throw new UsageError(`'${text}' is no page of a process; give pte:PID:VA, such as pte:4:0x3000`);
  const { rows } = await query.run(`SELECT DISTINCT w.entry
    FROM pte_write w ASOF JOIN address_spaces s ON w.root = s.root AND w.seq >= s.from_seq
    WHERE w.level = 0 AND s.pid = ${match[1]} AND w.va = (${BigInt(match[2])}::UBIGINT >> 12) << 12 ORDER BY 1`);
  if (rows.length === 0)
    throw new UsageError(
      `${text} cannot be watched: in this trace that page of that process was never mapped`,
    );
  return rows.map(([entry]) => ({ name: text, address: Number(entry), bytes: 8 }));
}

/** How the new execution differs from the old one, in a sentence; undefined when each digest is the same. */
function compare(path: string, out: string): string | undefined {
  const [old, now] = [path, out].map((folder) =>
    milestones(readRecording(join(folder, traceFiles.recording))),
  );
  const later = new Map(now);
  const different = old.find(([cycle, state]) => later.get(cycle) !== state);
  if (different === undefined) return undefined;
  return `at cycle ${different[0]} the state was ${different[1]} and is ${later.get(different[0]) ?? 'not known'} now`;
}

function milestones({ digests, end }: Recording): (readonly [number, string])[] {
  return [...digests, ...(end ? [end] : [])].map(({ cycle, state }) => [cycle, state] as const);
}

function rowCounts({ manifest }: RunResult): [string, number][] {
  return Object.entries(manifest.files).flatMap(([file, { rows }]): [string, number][] => {
    const kind = /^events\/(\w+)\.arrows$/.exec(file)?.[1];
    return kind === undefined || rows === undefined ? [] : [[kind, rows]];
  });
}

function resultJson(out: string, result: RunResult, divergence: string | undefined): string {
  const { cycle, digest } = result;
  const same = divergence === undefined;
  return jsonDocument({
    version: 1,
    trace: out,
    cycle,
    digest,
    same,
    divergence,
    rows: Object.fromEntries(rowCounts(result)),
  });
}

function resultText(out: string, result: RunResult, divergence: string | undefined): string {
  const asked = rowCounts(result).filter(([kind]) => kind === 'probe_hit' || kind === 'word_write');
  const total = rowCounts(result).reduce((sum, [, rows]) => sum + rows, 0);
  const [first] = asked.length > 0 ? asked[0] : ['page_fault'];
  return [
    divergence === undefined
      ? `the same execution: ${formatCount(result.cycle)} cycles, digest ${result.digest}`
      : `NOT the same execution: ${divergence}`,
    ...asked.map(([kind, rows]) => `  ${kind}: ${formatCount(rows)} rows`),
    `${out} has ${formatCount(total)} events`,
    `next: trace query ${shellWord(out)} "SELECT * FROM ${first} LIMIT 20"`,
  ]
    .map((line) => `${line}\n`)
    .join('');
}
