// The built-in kernel on a small machine, run to the prompt after one command.
import { defaultConfiguration, type EngineOptions, type MachineConfiguration } from '../../emulator/index.js';
import { builtinInput, KernelRun } from './kernel-run.js';

export class CowRun extends KernelRun {
  constructor(
    command: string,
    configuration: Partial<MachineConfiguration> = {},
    variant = 'cow',
    engine: EngineOptions = {},
  ) {
    const small = { ...defaultConfiguration, memoryBytes: 16 << 20, ...configuration };
    super(builtinInput(variant), command, small, engine);
  }

  finish(piece?: () => number): this {
    return this.runToPrompt(2, piece);
  }
}
