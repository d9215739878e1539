// Where a run's input comes from: a program typed at the prompt, or what an earlier run recorded. Recording and
// replaying are the same run, and differ by nothing else.
import type { ConsolePort } from '../../emulator/index.js';
import type { Recording } from '../recording/index.js';
import { RecordedConsole } from '../replay/index.js';
import { ConsoleScript, type ConsoleListener } from './console-script.js';
import type { RunEnd } from './types.js';

/** Told of what passes the console. */
export interface RunListener extends ConsoleListener {
  /** Whoever typed has gone: the run ends where it is. */
  left(): void;
}

/** Where a run is between two pieces of it. */
export interface RunMoment {
  readonly cycle: number;
  /** No hart runs a process, or all wait for an interrupt. */
  readonly idle: boolean;
}

/** The other side of the console during one run. */
export interface InputConsole extends ConsolePort {
  /** First cycle after this one at which a byte must be received: pieces of the run end there. Infinity for none. */
  nextInput(cycle: number): number;
  /** Waited for between two pieces. It may let the host's time go by, or call `left`. */
  pause?(moment: RunMoment): Promise<void>;
}

/** Input of a run. */
export interface RunInput {
  /** Makes the console of a machine that starts at cycle 0. */
  open(listener: RunListener): InputConsole;
  /** The disk interfaces to try, in this order. */
  readonly virtioVersions: readonly ('modern' | 'legacy')[];
  /** Where the run ends and why, when that is known beforehand. */
  readonly end?: { readonly cycle: number; readonly reason: RunEnd };
}

/** Lines typed at the first prompt, the first of them for the shell; empty to type nothing. */
export function typedInput(text: string): RunInput {
  return {
    open: (listener) => new TypedConsole(text, listener),
    virtioVersions: ['modern', 'legacy'],
  };
}

class TypedConsole extends ConsoleScript implements InputConsole {
  async pause({ cycle, idle }: RunMoment): Promise<void> {
    this.waited(cycle, idle);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The bytes of a recording, at their cycles. */
export function recordedInput(
  { inputs, header }: Recording,
  end: { readonly cycle: number; readonly reason: RunEnd },
): RunInput {
  return {
    open: (listener) => new RecordedInputConsole(inputs, listener),
    virtioVersions: [header.machine.virtio],
    end,
  };
}

class RecordedInputConsole extends RecordedConsole implements InputConsole {
  constructor(
    inputs: Recording['inputs'],
    private readonly listener: ConsoleListener,
  ) {
    super(inputs);
    this.onPrinted = (byte) => listener.printed(byte);
  }

  override receive(cycle: number): number | undefined {
    const byte = super.receive(cycle);
    if (byte !== undefined) this.listener.typed(byte, cycle);
    return byte;
  }
}
