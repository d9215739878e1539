// Runs the programs of an audit one after the other, judges each, and sums up.
import path from 'node:path';
import { findingsWhileRecording, judgeRun, openTraceSource } from '../../analyzer/index.js';
import { ExitCode, UsageError } from '../../errors.js';
import { checkProgram } from '../../tracer/kernel-input/index.js';
import { runProgram, SharedBoot } from '../../tracer/session/index.js';
import { chooseKernel, memoryBytes, type ChosenKernel } from '../kernel-options.js';
import { ProgressLine } from '../progress-line.js';
import { linesFor, withPrograms } from '../run/added-programs.js';
import { requestOf } from '../run/flags.js';
import type { Surroundings } from '../surroundings.js';
import { takeDirectory } from './directory.js';
import { staleNotes } from './notes.js';
import { programsOf, type AuditFlags, type AuditedProgram } from './programs.js';
import { auditJson, auditText, exitCodeOf, type AuditedRun } from './report.js';
import { TimeLeft, timeLeftText } from './time-left.js';

/** The whole of `trace audit`; returns the exit code. Throws UsageError before anything boots where it can. */
export async function executeAudit(flags: AuditFlags, surroundings: Surroundings): Promise<number> {
  const programs = programsOf(flags);
  const kernel = withAll(chooseKernel(flags), programs);
  const giveBack = takeDirectory(flags.out);
  const interrupt = new AbortController();
  const restore = surroundings.onInterrupt(() => interrupt.abort());
  const audit = new Audit(kernel, programs, flags, surroundings, interrupt.signal);
  try {
    const runs = await audit.run();
    if (interrupt.signal.aborted) {
      throw new UsageError(
        `interrupted; ${flags.out} has what was recorded until then (trace check judges it)`,
        ExitCode.interrupted,
      );
    }
    const notes = [...staleNotes(kernel), ...(runs[0]?.result.profile.missing ?? [])];
    const finished = { kernel, runs, notes, ...(audit.notRun && { notRun: audit.notRun }) };
    surroundings.stdout.write(
      flags.json
        ? auditJson(finished, flags.disclose)
        : auditText(finished, { ...surroundings, disclose: flags.disclose }),
    );
    return exitCodeOf(finished);
  } finally {
    restore();
    giveBack();
  }
}

/** All programs on one disk, so that every run boots into the same state. */
function withAll(chosen: ChosenKernel, programs: readonly AuditedProgram[]): ChosenKernel {
  const kernel = withPrograms(
    chosen,
    programs.map(({ words }) => words[0]),
    [],
  );
  for (const { words } of programs) checkProgram(words, kernel.disk, kernel.diskPath);
  return kernel;
}

class Audit {
  private readonly progress: ProgressLine;
  private readonly started = performance.now();
  private readonly boot = new SharedBoot();
  private readonly timeLeft: TimeLeft;
  /** Why not all programs were run. */
  notRun: string | undefined;

  constructor(
    private readonly kernel: ChosenKernel,
    private readonly programs: readonly AuditedProgram[],
    private readonly flags: AuditFlags,
    { stderr }: Pick<Surroundings, 'stderr'>,
    private readonly signal: AbortSignal,
  ) {
    this.progress = new ProgressLine(stderr);
    const names = programs.map(({ words }) => path.posix.basename(words[0]));
    this.timeLeft = new TimeLeft(names, memoryBytes(flags, kernel) / 2 ** 20);
  }

  async run(): Promise<AuditedRun[]> {
    const runs: AuditedRun[] = [];
    for (const [index, program] of this.programs.entries()) {
      const run = await this.runOne(program, index).catch((error: unknown) =>
        this.stopped(error, program, runs),
      );
      this.progress.clear();
      if (this.signal.aborted || run === undefined) break;
      runs.push(run);
    }
    return runs;
  }

  /** What has been judged is not lost because the next trace cannot be begun, on a full disk for one. */
  private stopped(error: unknown, { words }: AuditedProgram, runs: readonly AuditedRun[]): undefined {
    if (!(error instanceof UsageError) || runs.length === 0) throw error;
    this.notRun = `${words.join(' ')} was not run, nor what comes behind it: ${error.message}`;
  }

  private async runOne(program: AuditedProgram, index: number): Promise<AuditedRun> {
    const { words, out } = program;
    const started = performance.now();
    const result = await runProgram({
      ...requestOf(words, this.flags, this.kernel),
      consumer: findingsWhileRecording,
      input: this.kernel,
      boot: this.boot,
      typedBehind: linesFor(words[0], this.kernel),
      out,
      signal: this.signal,
      onProgress: ({ cycle }) => this.show(index, cycle),
    });
    const source = openTraceSource(out);
    const { check, program: outcome } = await judgeRun(source, { recorded: result.consumed });
    const seconds = (performance.now() - started) / 1000;
    this.timeLeft.programEnded(result.cycle);
    return { words, out, result, check, outcome, seconds };
  }

  private show(index: number, cycle: number): void {
    const { words } = this.programs[index];
    const place = `${index + 1} of ${this.programs.length}, ${words.join(' ')}`;
    const seconds = this.timeLeft.seconds((performance.now() - this.started) / 1000, cycle);
    this.progress.show(`${place}, ${timeLeftText(seconds)}`, cycle);
  }
}
