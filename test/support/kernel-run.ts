// A kernel's run without a trace: boots, types one command, stops at the next prompt.
import {
  Machine,
  defaultConfiguration,
  type EngineOptions,
  type MachineConfiguration,
} from '../../emulator/index.js';
import { builtinKernel } from '../../fixtures/index.js';
import { bootImage } from '../../tracer/kernel-input/index.js';
import { ConsoleScript } from '../../tracer/session/console-script.js';
import type { KernelInput } from '../../tracer/session/index.js';
import { parseElf } from '../../tracer/symbols/index.js';

const cyclesMaximum = 500e9;
const pieceCycles = 5e6;

/** A variant of the built-in kernel, as an input. */
export function builtinInput(variant: string): KernelInput {
  return { ...builtinKernel(variant), kernelPath: `the built-in ${variant} kernel` };
}

export class KernelRun {
  readonly machine: Machine;
  output = '';
  /** How many prompts the shell has printed: the command is typed at the first. */
  prompts = 0;

  /** @param command typed at the first prompt; empty to only boot */
  constructor(
    input: KernelInput,
    command: string,
    configuration: MachineConfiguration = defaultConfiguration,
    engine: EngineOptions = {},
  ) {
    const { kernel, kernelPath, disk } = input;
    const image = bootImage(parseElf(kernel, kernelPath), kernelPath, disk, configuration.memoryBytes);
    const script = new ConsoleScript(command, {
      printed: (byte) => {
        this.output += String.fromCharCode(byte);
      },
      typed: () => {},
      prompted: () => {
        this.prompts++;
        this.machine.requestStop();
      },
    });
    this.machine = new Machine(configuration, image, script, engine);
  }

  /** Runs until this many prompts were printed, in pieces of as many cycles as `piece` says each time. */
  runToPrompt(count: number, piece: () => number = () => pieceCycles): this {
    while (this.prompts < count) this.runPiece(piece());
    return this;
  }

  /** Runs for as many cycles, or to a prompt. */
  runPiece(cycles = pieceCycles): void {
    const { machine } = this;
    const stop = machine.run(machine.cycle() + cycles);
    if (stop === 'finished' || stop === 'deadlock' || machine.cycle() > cyclesMaximum)
      throw new Error(`the kernel does not come to its prompt (${stop}):\n${this.output}`);
  }

  /** Instructions that all harts have retired. */
  get instructions(): number {
    return this.machine.harts.reduce((sum, hart) => sum + Number(hart.read('instret')), 0);
  }

  /** What a run is compared by: the state, when it was reached, and what was printed on the way. */
  get summary() {
    return { digest: this.machine.digest(), cycle: this.machine.cycle(), output: this.output };
  }
}
