// Runs the programs of an audit one after the other, judges each, and sums up.
import { mkdirSync } from 'node:fs';
import { checkTrace, historiesWhileRecording, openTraceSource } from '../../analyzer/index.js';
import { ExitCode, UsageError } from '../../errors.js';
import { checkProgram } from '../../tracer/kernel-input/index.js';
import { runProgram, SharedBoot } from '../../tracer/session/index.js';
import { chooseKernel, type ChosenKernel } from '../kernel-options.js';
import { readProgramOutcome } from '../program-outcome.js';
import { ProgressLine } from '../progress-line.js';
import { linesFor, withPrograms } from '../run/added-programs.js';
import { requestOf } from '../run/flags.js';
import type { Surroundings } from '../surroundings.js';
import { expectedCycles, programsOf, type AuditFlags, type AuditedProgram } from './programs.js';
import { auditJson, auditText, exitCodeOf, type AuditedRun } from './report.js';

/** The whole of `trace audit`; returns the exit code. Throws UsageError before anything boots where it can. */
export async function executeAudit(flags: AuditFlags, surroundings: Surroundings): Promise<number> {
  const programs = programsOf(flags);
  const kernel = withAll(chooseKernel(flags), programs);
  makeDirectory(flags.out);
  const interrupt = new AbortController();
  const restore = surroundings.onInterrupt(() => interrupt.abort());
  const audit = new Audit(kernel, programs, flags, surroundings, interrupt.signal);
  try {
    const runs = await audit.run();
    if (interrupt.signal.aborted) {
      surroundings.stderr.write(
        `trace: interrupted; ${flags.out} has what was recorded until then (trace check judges it)\n`,
      );
      return ExitCode.interrupted;
    }
    surroundings.stdout.write(
      flags.json
        ? auditJson(kernel, runs, flags.disclose)
        : auditText(kernel, runs, { ...surroundings, disclose: flags.disclose }),
    );
    return exitCodeOf(runs);
  } finally {
    restore();
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

function makeDirectory(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`the directory ${folder} cannot be made (${code}); give another one with --out`);
  }
}

class Audit {
  private readonly progress: ProgressLine;
  private readonly started = performance.now();
  private readonly boot = new SharedBoot();
  private cyclesDone = 0;

  constructor(
    private readonly kernel: ChosenKernel,
    private readonly programs: readonly AuditedProgram[],
    private readonly flags: AuditFlags,
    { stderr }: Pick<Surroundings, 'stderr'>,
    private readonly signal: AbortSignal,
  ) {
    this.progress = new ProgressLine(stderr);
  }

  async run(): Promise<AuditedRun[]> {
    const runs: AuditedRun[] = [];
    for (const [index, program] of this.programs.entries()) {
      const run = await this.runOne(program, index);
      this.progress.clear();
      if (this.signal.aborted) break;
      runs.push(run);
    }
    return runs;
  }

  private async runOne(program: AuditedProgram, index: number): Promise<AuditedRun> {
    const { words, out } = program;
    const started = performance.now();
    const result = await runProgram({
      ...requestOf(words, this.flags, this.kernel),
      consumer: historiesWhileRecording,
      input: this.kernel,
      boot: this.boot,
      typedBehind: linesFor(words[0], this.kernel),
      out,
      signal: this.signal,
      onProgress: ({ cycle }) => this.show(index, cycle),
    });
    this.cyclesDone += result.cycle;
    const source = openTraceSource(out);
    const check = await checkTrace(source, { recorded: result.consumed });
    const outcome = await readProgramOutcome(source);
    const seconds = (performance.now() - started) / 1000;
    return { words, out, result, check, outcome, seconds };
  }

  private show(index: number, cycle: number): void {
    const { words } = this.programs[index];
    const place = `${index + 1} of ${this.programs.length}, ${words.join(' ')}`;
    this.progress.show(`${place}, ${this.timeLeft(index, cycle)}`, cycle);
  }

  /** Guessed from what usual programs take, at the speed so far. */
  private timeLeft(index: number, cycle: number): string {
    const now = Math.max(0, expectedCycles(this.programs[index]) - cycle);
    const rest = this.programs.slice(index + 1).reduce((sum, one) => sum + expectedCycles(one), now);
    const speed = (this.cyclesDone + cycle) / (performance.now() - this.started);
    const seconds = Math.ceil(rest / speed / 1000);
    return `about ${seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`} left`;
  }
}
