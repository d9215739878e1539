// Goes to the moment asked for, and prints its page.
import { ExitCode } from '../../errors.js';
import { isBuiltinKernel, programElf, programNames } from '../../fixtures/index.js';
import { openTrace, readTraceDisk, type OpenedTrace } from '../../tracer/directory/index.js';
import { describeMoment, UserPrograms, type MomentSource } from '../../tracer/moment/index.js';
import { findPosition, Replayer } from '../../tracer/replay/index.js';
import { jsonDocument, wantsColour } from '../../text/index.js';
import { ProgressLine } from '../progress-line.js';
import type { ReplayFlags } from '../replay.js';
import { sourceLines } from '../source-lines.js';
import { sourceRoots } from '../source-roots.js';
import type { Surroundings } from '../surroundings.js';
import { asksQuestions, executeQuestions } from './ask.js';
import { momentDocument } from './document.js';
import { momentText } from './page.js';
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
  const parts = parseParts(flags.show);
  const gdb = flags.gdb === undefined ? undefined : (await import('./gdb.js')).gdbSessions(flags);
  const trace = openTrace(path);
  const roots = sourceRoots(flags.source, trace.manifest?.digests.kernel);
  const replay = await Replayer.open(path, flags.engine && { engine: flags.engine });
  try {
    const { end } = replay;
    const violations = judgedOnce(path);
    const position = await findPosition(flags.to ?? 'end', { trace, end, violations }, end);
    if (!(await go(replay, position.cycle, surroundings))) return ExitCode.interrupted;
    const source = momentSource(replay, trace);
    if (gdb) return await gdb({ moments: source, sourceRoots: roots, violations }, surroundings);
    const moment = describeMoment(source, { ...position, events: parts.events });
    if (flags.json) stdout.write(jsonDocument(momentDocument(source, moment, parts, position)));
    else {
      const sourceLine = sourceLines(roots);
      const colour = wantsColour(stdout, environment);
      stdout.write(momentText(source, moment, parts, { what: position.what, sourceLine, colour }));
    }
    if (trace.incompleteBecause !== undefined)
      stderr.write(`trace: note: ${path} is incomplete: ${trace.incompleteBecause}\n`);
    return ExitCode.ok;
  } finally {
    replay.close();
  }
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

/** Goes there in steps, so that Ctrl-C is heard; false when it was. */
async function go(
  replay: Replayer,
  cycle: number,
  { stderr, onInterrupt }: Pick<Surroundings, 'stderr' | 'onInterrupt'>,
): Promise<boolean> {
  const progress = new ProgressLine(stderr);
  let interrupted = false;
  const restore = onInterrupt(() => (interrupted = true));
  try {
    replay.approach(cycle);
    while (replay.cycle < cycle && !interrupted) {
      const next = Math.min(cycle, replay.cycle + stepCycles);
      replay.seek(next);
      if (replay.cycle < next) break;
      progress.show('replaying', replay.cycle);
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    restore();
    progress.clear();
  }
  return !interrupted;
}
