// Connects a terminal, or a pipe, with a recorded run, and says what became of it.
import { defaultConfiguration } from '../../emulator/index.js';
import { ExitCode } from '../../errors.js';
import {
  explainEnd,
  PersonInput,
  PipedInput,
  runProgram,
  type RunEnd,
  type RunInput,
  type RunRequest,
  type RunResult,
} from '../../tracer/session/index.js';
import { formatCount } from '../../text/index.js';
import { ConsoleEcho } from '../console-echo.js';
import { chooseKernel, memoryBytes } from '../kernel-options.js';
import { eventKinds } from '../run/flags.js';
import { traceBytesDefault } from '../common-options.js';
import { endings } from '../run/report.js';
import type { ShellFlags } from '../shell.js';
import { shellWord } from '../suggestion.js';
import type { Surroundings } from '../surroundings.js';
import { toolVersion } from '../version.js';
import { KeyReader } from './keys.js';
import { Screen } from './screen.js';

const exitCodes: Readonly<Partial<Record<RunEnd, number>>> = {
  panic: ExitCode.violated,
  deadlock: ExitCode.violated,
  lockup: ExitCode.violated,
  fault_loop: ExitCode.violated,
  hang: ExitCode.violated,
  interrupted: ExitCode.interrupted,
};

/** A terminal's stdin, as Node has it. */
interface RawInput {
  setRawMode?(raw: boolean): unknown;
}

/** The whole of `trace shell`; returns the exit code. */
export async function executeShell(flags: ShellFlags, surroundings: Surroundings): Promise<number> {
  const { stdin, stdout, stderr } = surroundings;
  const request = requestOf(flags);
  const result =
    stdin.isTTY === true
      ? await byHand(request, surroundings)
      : await fromPipe(request, await readAll(stdin), surroundings);
  const out = shellWord(flags.out);
  stdout.write(
    `${endings[result.end]}, after ${formatCount(result.cycle)} cycles; digest ${result.digest}\n` +
      `${flags.out} has the recording\nnext: trace check ${out}, or trace replay ${out} --to end\n`,
  );
  const incomplete = explainEnd[result.end];
  if (incomplete !== undefined) stderr.write(`trace: note: ${flags.out} is incomplete: ${incomplete}\n`);
  return exitCodes[result.end] ?? (incomplete === undefined ? ExitCode.ok : ExitCode.inconclusive);
}

function requestOf(flags: ShellFlags): Omit<RunRequest, 'typist'> {
  const { turnCycles, diskLatencyCycles } = defaultConfiguration;
  const input = chooseKernel(flags);
  return {
    input,
    program: [],
    machine: { harts: flags.harts, memoryBytes: memoryBytes(flags, input), turnCycles, diskLatencyCycles },
    ...(flags.engine && { engine: flags.engine }),
    limits: { cycles: Infinity, traceBytes: traceBytesDefault, consoleBytes: Infinity, seconds: Infinity },
    kinds: eventKinds(flags.events),
    out: flags.out,
    toolVersion: toolVersion(),
  };
}

async function byHand(request: Omit<RunRequest, 'typist'>, surroundings: Surroundings): Promise<RunResult> {
  const { stdin, stdout, stderr } = surroundings;
  const person = new PersonInput();
  const keys = new KeyReader();
  const screen = new Screen(stdout);
  const onData = (piece: Uint8Array): void => {
    const { bytes, leave } = keys.read(piece);
    if (bytes.length > 0) person.type(bytes);
    if (leave) person.leave();
  };
  const onEnd = (): void => person.leave();
  stderr.write('(leave with Ctrl-] or Ctrl-A X)\n');
  const raw = (on: boolean): unknown => (stdin as RawInput).setRawMode?.(on);
  raw(true);
  stdin.on('data', onData).on('end', onEnd);
  try {
    return await run(request, person, surroundings, (bytes) => screen.print(bytes));
  } finally {
    stdin.off('data', onData).off('end', onEnd).pause();
    raw(false);
    stdout.write('\n');
  }
}

async function fromPipe(
  request: Omit<RunRequest, 'typist'>,
  text: string,
  surroundings: Surroundings,
): Promise<RunResult> {
  const echo = new ConsoleEcho(surroundings.stdout);
  try {
    return await run(request, new PipedInput(text), surroundings, (bytes) => echo.print(bytes));
  } finally {
    echo.end();
  }
}

/** Ctrl-C reaches the guest from a terminal in raw mode; elsewhere it ends the run. */
async function run(
  request: Omit<RunRequest, 'typist'>,
  typist: RunInput,
  { onInterrupt }: Pick<Surroundings, 'onInterrupt'>,
  onConsole: (bytes: Uint8Array) => void,
): Promise<RunResult> {
  const interrupt = new AbortController();
  const restore = onInterrupt(() => interrupt.abort());
  try {
    return await runProgram({ ...request, typist, onConsole, signal: interrupt.signal });
  } finally {
    restore();
  }
}

async function readAll(stream: Surroundings['stdin']): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(Buffer.from(piece as Uint8Array | string));
  return Buffer.concat(pieces).toString('utf8');
}
