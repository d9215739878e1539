// The built-in kernel on a small machine, without a trace: boots, types one command, stops at the next prompt.
import { Machine, defaultConfiguration, type MachineConfiguration } from '../../emulator/index.js';
import { builtinKernel } from '../../fixtures/index.js';
import { bootImage } from '../../tracer/session/boot-image.js';
import { ConsoleScript } from '../../tracer/session/console-script.js';
import { parseElf } from '../../tracer/symbols/index.js';

const megabyte = 1 << 20;

export class KernelRun {
  readonly machine: Machine;
  output = '';
  done = false;

  constructor(command: string, configuration: Partial<MachineConfiguration> = {}, variant = 'cow') {
    const { kernel, disk } = builtinKernel(variant);
    const complete = { ...defaultConfiguration, memoryBytes: 16 * megabyte, ...configuration };
    const image = bootImage(parseElf(kernel, variant), variant, disk, complete.memoryBytes);
    const script = new ConsoleScript(command, {
      printed: (byte) => {
        this.output += String.fromCharCode(byte);
      },
      typed: () => {},
      prompted: (again) => {
        if (!again) return;
        this.done = true;
        this.machine.requestStop();
      },
    });
    this.machine = new Machine(complete, image, script);
  }

  /** Runs to the prompt after the command, in pieces of as many cycles as `piece` says each time. */
  finish(piece: () => number = () => 1e9): this {
    while (!this.done) {
      const stop = this.machine.run(this.machine.cycle() + piece());
      if (stop === 'finished' || stop === 'deadlock' || this.machine.cycle() > 40e9)
        throw new Error(`the kernel does not come back to its prompt (${stop}):\n${this.output}`);
    }
    return this;
  }

  /** What a run is compared by: the state, when it was reached, and what was printed on the way. */
  get summary() {
    return { digest: this.machine.digest(), cycle: this.machine.cycle(), output: this.output };
  }
}
