// Runs the programs of an audit one after the other, judges each, and sums up.
import path from 'node:path';
import { findingsWhileRecording, judgeRun, openTraceSource } from '../../analyzer/index.js';
import { ExitCode, UsageError } from '../../errors.js';
import { runProgram, SharedBoot } from '../../tracer/session/index.js';
import { chooseKernel, memoryBytes, type ChosenKernel } from '../kernel-options.js';
import { ProgressLine } from '../progress-line.js';
import { isOwn, linesFor, readyFor } from '../run/added-programs.js';
import { requestOf } from '../run/flags.js';
import type { Surroundings } from '../surroundings.js';
import { readCases, type CaseLog } from './cases.js';
import { takeDirectory } from './directory.js';
import { cyclesOf, endingOf, nextLeg, removeLegs, shareLeft, type Leg, type NextLeg } from './legs.js';
import { staleNotes } from './notes.js';
import { readTests, runsTests, testTables, withoutTests } from './tests.js';
import { choiceNotes, programsOf, type AuditFlags, type AuditedProgram } from './programs.js';
import { auditJson } from './report-json.js';
import { auditText, exitCodeOf, type AuditedRun } from './report.js';
import { TimeLeft, timeLeftText } from './time-left.js';

/** The whole of `trace audit`; returns the exit code. Throws UsageError before anything boots where it can. */
export async function executeAudit(flags: AuditFlags, surroundings: Surroundings): Promise<number> {
  const chosen = chooseKernel(flags);
  const programs = programsOf(flags, chosen);
  // All on one disk, so that every run boots into the same state.
  const lines = programs.map(({ words }) => words);
  const kernel = readyFor(lines, chosen);
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
    const notes = [
      ...choiceNotes(flags, chosen),
      ...staleNotes(kernel),
      ...(runs[0]?.legs[0].result.profile.missing ?? []),
    ];
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
      const legs: Leg[] = [];
      await this.runLegs(program, index, legs).catch((error: unknown) =>
        this.stopped(error, program, runs.length + legs.length > 0),
      );
      this.progress.clear();
      if (this.signal.aborted || legs.length === 0) break;
      runs.push({ words: program.words, legs });
      if (this.notRun !== undefined) break;
    }
    return runs;
  }

  /** What has been judged is not lost because the next trace cannot be begun, on a full disk for one. */
  private stopped(error: unknown, { words }: AuditedProgram, hasJudged: boolean): void {
    if (!(error instanceof UsageError) || !hasJudged) throw error;
    this.notRun = `${words.join(' ')} was not run, nor what comes behind it: ${error.message}`;
  }

  /** Runs a program, again and again where it ends in the middle of its cases; `legs` gets what was judged. */
  private async runLegs(program: AuditedProgram, index: number, legs: Leg[]): Promise<void> {
    removeLegs(program.out);
    for (let next: NextLeg | undefined = program; next; next = nextLeg(legs, program)) {
      const leg = await this.runOne(next, index, legs);
      if (this.signal.aborted) return;
      legs.push(leg);
      this.timeLeft.legEnded(leg.result.cycle, shareLeft(legs));
    }
    this.timeLeft.programEnded();
  }

  private async runOne(next: NextLeg, index: number, before: readonly Leg[]): Promise<Leg> {
    const { words, out, without } = next;
    const started = performance.now();
    const kernel = without ? withoutTests(words[0], this.kernel, without) : this.kernel;
    const request = requestOf(words, this.flags, kernel);
    const passed = before.reduce((sum, { seconds }) => sum + seconds, 0);
    const { cycles, seconds: bound } = request.limits;
    const result = await runProgram({
      ...request,
      // Bounds are for the program, whose legs share them.
      limits: { ...request.limits, cycles: cycles - cyclesOf(before), seconds: bound - passed },
      consumer: findingsWhileRecording,
      input: kernel,
      ...(kernel === this.kernel && { boot: this.boot }),
      typedBehind: linesFor(words[0], this.kernel),
      out,
      signal: this.signal,
      onProgress: ({ cycle }) => this.show(words, index, cycle),
    });
    const source = openTraceSource(out);
    const { check, program: outcome } = await judgeRun(source, { recorded: result.consumed });
    const seconds = (performance.now() - started) / 1000;
    const log = this.readLog(next, this.programs[index].words, (said) => endingOf(result, said));
    return { words, out, result, check, outcome, seconds, ...(log && { log }) };
  }

  /** What came of each case, of a program that tells. */
  private readLog(
    { words, out, without = [] }: NextLeg,
    asked: readonly string[],
    ending: (said: string) => string,
  ): CaseLog | undefined {
    if (isOwn(words[0], 'audit', this.kernel)) return readCases(out, ending);
    if (!runsTests(asked)) return undefined;
    return readTests(out, words, testTables(words[0], this.kernel), without, ending);
  }

  private show(words: readonly string[], index: number, cycle: number): void {
    const place = `${index + 1} of ${this.programs.length}, ${words.join(' ')}`;
    const seconds = this.timeLeft.seconds((performance.now() - this.started) / 1000, cycle);
    this.progress.show(`${place}, ${timeLeftText(seconds)}`, cycle);
  }
}
