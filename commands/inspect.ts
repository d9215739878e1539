// trace inspect: what the tracer finds in a kernel and its disk, and what it would miss. Nothing is run.
import { addKernelOptions, type KernelOptions } from './kernel-options.js';
import { jsonOption } from './common-options.js';
import type { DefineCommand } from './main.js';

const help = `
Examples:
  trace inspect                          the built-in kernel
  trace inspect ../xv6-riscv             a tree
  trace inspect my.elf --disk my.img --json
  trace inspect my.elf --profile my.json   with what the file says instead of what would be found`;

export const define: DefineCommand = (command, surroundings, finish) => {
  addKernelOptions(command);
  command
    .argument('[KERNEL]', 'the same as --kernel KERNEL')
    .addOption(jsonOption())
    .addHelpText('after', help)
    .action(async (kernel: string | undefined, flags: KernelOptions & { json?: true }) => {
      const { executeInspect } = await import('./inspect/execute.js');
      finish(executeInspect(kernel, flags, surroundings));
    });
};
