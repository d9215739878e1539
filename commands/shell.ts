// trace shell: a recorded run that somebody types at.
import type { Engine } from '../emulator/engine.js';
import { addKernelOptions, type KernelOptions } from './kernel-options.js';
import { addMachineOptions, engineOption, eventsOption } from './common-options.js';
import type { DefineCommand } from './main.js';

/** What the command line gave, checked. */
export interface ShellFlags extends KernelOptions {
  readonly harts: number;
  /** MiB. */
  readonly memory?: number;
  readonly engine?: Engine;
  readonly events?: string;
  readonly out: string;
}

const help = `
Boots a kernel and connects its console with this terminal. Leave with Ctrl-] or with Ctrl-A X;
Ctrl-A Ctrl-A types a Ctrl-A, and every other key goes to the guest. What is typed is recorded with
the cycle at which the guest received it, so the trace can be judged, queried and replayed like that
of trace run.

When stdin is no terminal, each of its lines is typed at the guest's next prompt, or when the guest
waits for more, and the run ends when all are used up.

Examples:
  trace shell
  trace shell --kernel ../xv6-riscv --harts 1
  printf 'echo one\\necho two\\n' | trace shell --out two.trace`;

export const define: DefineCommand = (command, surroundings, finish) => {
  addKernelOptions(command);
  addMachineOptions(command);
  command
    .addOption(eventsOption())
    .option('--out <DIR>', 'where to write the trace', 'shell.trace')
    .addOption(engineOption())
    .addHelpText('after', help)
    .action(async (flags: ShellFlags) => {
      const { executeShell } = await import('./shell/execute.js');
      finish(await executeShell(flags, surroundings));
    });
};
