// trace audit: runs the programs that show whether a kernel's copy-on-write is right, and gives one verdict.
import type { Command } from 'commander';
import type { AuditFlags } from './audit/programs.js';
import { discloseOption } from './report-options.js';
import { addKernelOptions } from './kernel-options.js';
import { addBounds, addMachineOptions, engineOption } from './run-options.js';
import type { Surroundings } from './surroundings.js';

const help = `
The programs are those of the disk, and this tool's own where the disk has none (our-NAME is always
ours). Each runs on a machine that has just booted, with a trace of its own in DIR, and is judged by
all rules. A program that fails does not keep the next one from running. Bounds are for each program.

Examples:
  trace audit --kernel ../xv6-riscv
  trace audit --kernel ../xv6-riscv --programs "cowtest,our-usertests -q"
  trace audit --variant eager --harts 1 --json > audit.json`;

export function define(
  command: Command,
  surroundings: Surroundings,
  finish: (exitCode: number) => void,
): void {
  addKernelOptions(command);
  addMachineOptions(command);
  command
    .option(
      '--programs <LIST>',
      'what to run, separated by commas, each with its arguments',
      'cowtest,frames,audit,usertests -q',
    )
    .option('--out <DIR>', 'where to write the traces', 'audit');
  addBounds(command);
  command
    .addOption(engineOption())
    .addOption(discloseOption())
    .option('--json', 'print one JSON document')
    .addHelpText('after', help)
    .action(async (flags: AuditFlags) => {
      const { executeAudit } = await import('./audit/execute.js');
      finish(await executeAudit(flags, surroundings));
    });
}
