// Goes to the moment asked for, and prints its page.
import { ExitCode, UsageError } from '../../errors.js';
import { isBuiltinKernel, programElf, programNames } from '../../fixtures/index.js';
import { openTrace, readTraceDisk, type OpenedTrace } from '../../tracer/directory/index.js';
import { describeMoment, UserPrograms, type MomentSource } from '../../tracer/moment/index.js';
import { findPosition, Replayer, type OnWay } from '../../tracer/replay/index.js';
import { jsonDocument, wantsColour } from '../../text/index.js';
import { ProgressLine } from '../progress-line.js';
import type { ReplayFlags } from '../replay.js';
import { sourceLines } from '../source-lines.js';
import { sourceRoots } from '../source-roots.js';
import type { Surroundings } from '../surroundings.js';
import { asksQuestions, executeQuestions } from './ask.js';
import { momentDocument } from './document.js';
import { momentText } from './page.js';
import { placesOf } from './places.js';
import { parseParts } from './parts.js';
import { judgedOnce } from './violations.js';

/** Cycles between looks at the host on the way. */
const stepCycles = 50e6;

/** The whole of `trace replay`; returns the exit code. */
export async function executeReplay(
  path: string,
  flags: ReplayFlags,
  surroundings: Surroundings,
): Promise<number> {
  if (asksQuestions(flags)) return executeQuestions(path, flags, surroundings);
  const { stdout, stderr, environment } = surroundings;
  refuseForms(flags);
  const parts = parseParts(flags.show);
  const gdb = flags.gdb === undefined ? undefined : (await import('./gdb.js')).gdbSessions(flags);
  const trace = openTrace(path);
  const roots = sourceRoots(flags.source, trace.manifest?.digests.kernel);
  const replay = await Replayer.open(path, flags.engine && { engine: flags.engine });
  try {
    const judged = judgedOnce(path, flags.disclose);
    const source = momentSource(replay, trace);
    const position = await onTheWay(surroundings, async (onWay) => {
      const places = { ...placesOf(source, judged), onWay };
      const found = await findPosition(flags.to ?? 'end', places, replay.end);
      await go(replay, found.cycle, onWay);
      return found;
    });
    const sources = { moments: source, sourceRoots: roots, judged };
    if (gdb) return await gdb(sources, surroundings);
    if (flags.interactive) return await (await import('./prompt.js')).runPrompt(sources, surroundings);
    const moment = describeMoment(source, { ...position, events: parts.events });
    if (flags.json) stdout.write(jsonDocument(momentDocument(source, moment, parts, position)));
    else {
      const sourceLine = sourceLines(roots);
      const colour = wantsColour(stdout, environment);
      stdout.write(momentText(source, moment, parts, { ...position, sourceLine, colour }));
    }
    if (trace.incompleteBecause !== undefined)
      stderr.write(`trace: note: ${path} is incomplete: ${trace.incompleteBecause}\n`);
    return ExitCode.ok;
  } finally {
    replay.close();
  }
}

function refuseForms({ interactive, show, json, gdb }: ReplayFlags): void {
  if (interactive && (show !== undefined || json || gdb !== undefined))
    throw new UsageError(
      '--interactive goes without --show, --json and --gdb: its command show prints the page',
    );
}

function momentSource(replay: Replayer, trace: OpenedTrace): MomentSource {
  const digest = trace.manifest?.digests.kernel;
  // The copies on the built-in disk are stripped, and the same programs with debug information are at hand.
  const described = digest !== undefined && isBuiltinKernel(digest) ? builtinFile : undefined;
  return { replay, trace, programs: new UserPrograms(readTraceDisk(trace), described) };
}

function builtinFile(name: string): Uint8Array | undefined {
  return programNames().includes(name) ? programElf(name) : undefined;
}

/** Does something that executes the run, with its progress shown, and gives it up at Ctrl-C. */
async function onTheWay<Result>(
  { stderr, onInterrupt }: Pick<Surroundings, 'stderr' | 'onInterrupt'>,
  act: (onWay: OnWay) => Promise<Result>,
): Promise<Result> {
  const progress = new ProgressLine(stderr);
  let interrupted = false;
  let restore: (() => void) | undefined;
  try {
    return await act(async (cycle) => {
      // Not before it executes: while the run is judged, Ctrl-C ends the process.
      restore ??= onInterrupt(() => (interrupted = true));
      progress.show('replaying', cycle);
      await new Promise((resolve) => setImmediate(resolve));
      if (interrupted) throw new UsageError(`interrupted at cycle ${cycle}`, ExitCode.interrupted);
    });
  } finally {
    restore?.();
    progress.clear();
  }
}

/** Goes there in steps, so that Ctrl-C is heard. */
async function go(replay: Replayer, cycle: number, onWay: OnWay): Promise<void> {
  replay.approach(cycle);
  while (replay.cycle < cycle) {
    const next = Math.min(cycle, replay.cycle + stepCycles);
    replay.seek(next);
    if (replay.cycle < next) break;
    await onWay(replay.cycle);
  }
}
