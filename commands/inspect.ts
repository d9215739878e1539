// trace inspect: what the tracer finds in a kernel and its disk, and what it would miss. Nothing is run.
import type { Command } from 'commander';
import { addKernelOptions, type KernelOptions } from './kernel-options.js';
import type { Surroundings } from './surroundings.js';

const help = `
Examples:
  trace inspect                          the built-in kernel
  trace inspect ../xv6-riscv             a tree
  trace inspect my.elf --disk my.img --json
  trace inspect my.elf --profile my.json   with what the file says instead of what would be found`;

export function define(
  command: Command,
  surroundings: Surroundings,
  finish: (exitCode: number) => void,
): void {
  command.argument('[KERNEL]', 'an xv6 tree, or the ELF file of a kernel (default: the built-in one)');
  addKernelOptions(command, true);
  command
    .option('--json', 'print one JSON document')
    .addHelpText('after', help)
    .action(async (kernel: string | undefined, flags: KernelOptions & { json?: true }) => {
      const { executeInspect } = await import('./inspect/execute.js');
      finish(executeInspect(kernel, flags, surroundings));
    });
}
