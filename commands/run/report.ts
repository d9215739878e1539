// What `trace run` prints at its end: how the run ended, what the program says, the verdict, and what to type next.
import { reports, type CheckResult, type Disclosure, type ProgramOutcome } from '../../analyzer/index.js';
import { explainEnd, type RunEnd, type RunResult } from '../../tracer/session/index.js';
import {
  escapeText,
  formatCount,
  formatSize,
  jsonDocument,
  pageWidth,
  printable,
  wantsColour,
  wrapText,
} from '../../text/index.js';
import type { ChosenKernel } from '../kernel-options.js';
import type { SourceLine } from '../source-lines.js';
import type { Surroundings } from '../surroundings.js';
import { shellWord, suggestion } from '../suggestion.js';

/** A run that is over, with what is known of it beside the verdict. */
export interface FinishedRun {
  readonly words: readonly string[];
  readonly kernel: ChosenKernel;
  /** Path of the trace, and of the one it was compared with. */
  readonly out: string;
  readonly compared?: string | undefined;
  readonly result: RunResult;
  readonly program?: ProgramOutcome;
}

interface Telling extends Pick<Surroundings, 'stdout' | 'environment'> {
  readonly disclose: Disclosure;
  readonly verbose?: boolean;
}

/** How a run ended, in a clause. */
export const endings: Readonly<Record<RunEnd, string>> = {
  prompt: 'the shell prompted again',
  power_off: 'the guest powered the machine off',
  left: 'the console was left',
  panic: 'the kernel panicked',
  deadlock: 'every hart waits for an interrupt that will never come',
  lockup: 'the kernel locked up: a hart loops for ever with interrupts off, and no other does anything',
  fault_loop:
    'a program takes the same page fault for ever: the kernel sends it back to an instruction that faults again',
  hang: 'a hart takes the same exception forever: the kernel’s trap handler faults itself',
  cycle_budget: explainEnd.cycle_budget!,
  trace_budget: explainEnd.trace_budget!,
  console_budget: explainEnd.console_budget!,
  time_budget: explainEnd.time_budget!,
  interrupted: explainEnd.interrupted!,
  write_failed: explainEnd.write_failed!,
};

/** The machine of a run, in a few words. */
export function machineText({ manifest }: RunResult): string {
  const { harts, memoryBytes } = manifest.machine;
  return `${harts} hart${harts === 1 ? '' : 's'}, ${formatSize(memoryBytes)}`;
}

/** The screen for people. Everything the guest wrote is escaped. */
export function runText(
  run: FinishedRun,
  check: CheckResult,
  sourceLine: SourceLine,
  { stdout, environment, disclose, verbose = false }: Telling,
): string {
  const title = run.words.length === 0 ? 'boot' : run.words.join(' ');
  const lines = [
    '',
    ...wrapText(
      printable(`${title} on ${run.kernel.label} (${machineText(run.result)})`),
      pageWidth,
      '',
      '  ',
    ),
    ...factLines(run).flatMap(([name, value]) => {
      return wrapText(printable(value), pageWidth, `  ${name.padEnd(10)}  `, ' '.repeat(14));
    }),
    '',
  ];
  const colour = wantsColour(stdout, environment);
  const report = reports.text(check, { colour, sourceLine, disclose, verbose });
  const next = disclose === 'what' ? '' : `next: ${suggestion(shellWord(run.out), check)}\n`;
  return `${lines.join('\n')}\n${report}${next}`;
}

function factLines({ result, program, words, out, compared, kernel }: FinishedRun): [string, string][] {
  const { files, incompleteBecause } = result.manifest;
  const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
  const rows = Object.values(files).reduce((sum, file) => sum + (file.rows ?? 0), 0);
  // Only the manifest knows which file could not be written, and why.
  const ended = result.end === 'write_failed' && incompleteBecause ? incompleteBecause : endings[result.end];
  return [
    ['ended', `${ended}, after ${formatCount(result.cycle)} cycles (${result.seconds.toFixed(1)} s)`],
    ...(words.length === 0 ? [] : [['program', programText(program)] as [string, string]]),
    ...addedLines(kernel),
    ...result.profile.missing.map((lost): [string, string] => ['note', lost]),
    ['digest', result.digest],
    ['trace', `${out} (${formatCount(rows)} events, ${formatSize(bytes)})`],
    ...(compared === undefined ? [] : [['baseline', compared] as [string, string]]),
  ];
}

function addedLines({ added = [], diskPath }: ChosenKernel): [string, string][] {
  return added.length === 0 ? [] : [['added', `${added.join(', ')}, to a copy of ${diskPath}`]];
}

function programText(program: ProgramOutcome | undefined): string {
  if (program === undefined) return 'was not seen to run';
  const { name, pid, status, lastLine } = program;
  const fate = status === undefined ? 'did not exit' : `exited with status ${status}`;
  const said = lastLine === undefined ? '' : `; its last line: ${escapeText(lastLine, 50)}`;
  return `${escapeText(name)} (process ${pid}) ${fate}${said}`;
}

/** The whole as one JSON document: the check's own, and `run`. */
export function runJson(run: FinishedRun, check: CheckResult, disclose: Disclosure): string {
  const { end, cycle, digest, seconds, manifest, profile } = run.result;
  const document = JSON.parse(reports.json(check, { disclose })) as object;
  const facts = {
    program: run.words,
    kernel: run.kernel.label,
    added: run.kernel.added ?? [],
    machine: manifest.machine,
    end,
    cycle,
    digest,
    seconds,
    outcome: run.program ?? null,
    complete: manifest.complete,
    trace: run.out,
    baseline: run.compared ?? null,
    notes: profile.missing,
  };
  return jsonDocument({ ...document, run: facts });
}
