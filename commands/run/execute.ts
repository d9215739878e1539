// Runs a program, and the run it is compared with, checks the trace, and reports.
import { statSync } from 'node:fs';
import { findingsWhileRecording, judgeRun, openTraceSource, traceSource } from '../../analyzer/index.js';
import { ExitCode, UsageError } from '../../errors.js';
import { openTrace } from '../../tracer/directory/index.js';
import { runProgram, type RunRequest, type RunResult } from '../../tracer/session/index.js';
import { ConsoleEcho } from '../console-echo.js';
import { chooseBaseline, chooseKernel, type ChosenBaseline, type ChosenKernel } from '../kernel-options.js';
import { ProgressLine } from '../progress-line.js';
import { sourceLines } from '../source-lines.js';
import { shellWord } from '../suggestion.js';
import type { Surroundings } from '../surroundings.js';
import { baselineDirectory, outputDirectory, requestOf, type RunFlags } from './flags.js';
import { linesFor, readProgram, readyFor } from './added-programs.js';
import { runJson, runText, type FinishedRun } from './report.js';

/** The whole of `trace run`; returns the exit code. Throws UsageError before anything boots where it can. */
export async function executeRun(
  words: readonly string[],
  flags: RunFlags,
  surroundings: Surroundings,
): Promise<number> {
  const added = (flags.addProgram ?? []).map(readProgram);
  const ready = (chosen: ChosenKernel): ChosenKernel => readyFor([words], chosen, added);
  const kernel = ready(chooseKernel(flags));
  const named = flags.baseline === undefined ? undefined : chooseBaseline(flags.baseline);
  if (named && 'trace' in named) openTrace(named.trace);
  const baseline = named && 'kernel' in named ? { kernel: ready(named.kernel) } : named;
  const interrupt = new AbortController();
  const restore = surroundings.onInterrupt(() => interrupt.abort());
  const runner = new Runner(words, flags, surroundings, interrupt.signal);
  try {
    const out = outputDirectory(words, flags.out);
    const result = await runner.judged(kernel, out, flags.quiet !== true && flags.json !== true);
    if (result.end === 'interrupted') throw interrupted(result, out);
    const compared = baseline && (await runner.baseline(baseline, baselineDirectory(out)));
    if (compared === 'interrupted') throw interrupted(result, out);
    // From here on there is nothing to finish: Ctrl-C ends the process at once.
    restore();
    return await judge({ words, kernel, out, result, compared }, flags, surroundings);
  } finally {
    restore();
  }
}

class Runner {
  private readonly progress: ProgressLine;

  constructor(
    private readonly words: readonly string[],
    private readonly flags: RunFlags,
    private readonly surroundings: Surroundings,
    private readonly signal: AbortSignal,
  ) {
    this.progress = new ProgressLine(surroundings.stderr);
  }

  /** The run that is judged: what can be found out on the way is. */
  judged(kernel: ChosenKernel, out: string, echoed: boolean): Promise<RunResult> {
    return this.run(kernel, out, echoed, '', { consumer: findingsWhileRecording });
  }

  private async run(
    kernel: ChosenKernel,
    out: string,
    echoed: boolean,
    what: string,
    more: Pick<RunRequest, 'consumer'> = {},
  ): Promise<RunResult> {
    const echo = new ConsoleEcho(this.surroundings.stdout);
    try {
      return await runProgram({
        ...requestOf(this.words, this.flags, kernel),
        ...more,
        input: kernel,
        typedBehind: linesFor(this.words[0], kernel),
        out,
        signal: this.signal,
        onConsole: (bytes) => {
          if (!echoed) return;
          this.progress.clear();
          echo.print(bytes);
        },
        onProgress: ({ cycle, phase }) => {
          // In the middle of a line of the guest's, the progress would overwrite it.
          if (echoed && (phase !== 'boot' || !echo.atLineStart)) return;
          this.progress.show(`${what}${phase === 'boot' ? 'booting' : 'running'}`, cycle);
        },
      });
    } finally {
      this.progress.clear();
      if (echoed) echo.end();
    }
  }

  /** Path of the trace to compare with, run now unless it was given as a trace. */
  async baseline(baseline: ChosenBaseline, out: string): Promise<string> {
    if ('trace' in baseline) return baseline.trace;
    const { end } = await this.run(baseline.kernel, out, false, 'baseline ');
    return end === 'interrupted' ? end : out;
  }
}

async function judge(
  run: Omit<FinishedRun, 'program'>,
  flags: RunFlags,
  { stdout, environment }: Surroundings,
): Promise<number> {
  // Its files were digested as they were written, a moment ago.
  const source = traceSource(openTrace(run.out));
  const baseline = run.compared === undefined ? undefined : openTraceSource(run.compared);
  const { check, program } = await judgeRun(source, { baseline, recorded: run.result.consumed });
  const finished: FinishedRun = { ...run, ...(program && { program }) };
  if (flags.json) {
    stdout.write(runJson(finished, check, flags.disclose));
    return check.exitCode;
  }
  const { builtin, kernelPath, sourceRoots } = run.kernel;
  const lines = sourceLines(sourceRoots, builtin ? undefined : statSync(kernelPath).mtimeMs);
  stdout.write(runText(finished, check, lines, { stdout, environment, ...flags }));
  return check.exitCode;
}

function interrupted({ cycle }: RunResult, out: string): UsageError {
  return new UsageError(
    `interrupted at cycle ${cycle}; ${out} has what was recorded until then (trace check ${shellWord(out)} judges it)`,
    ExitCode.interrupted,
  );
}
