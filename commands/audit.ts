// trace audit: runs the programs that show whether a kernel's copy-on-write is right, and gives one verdict.
import type { AuditFlags } from './audit/programs.js';
import { addKernelOptions } from './kernel-options.js';
import { addBounds, addMachineOptions, discloseOption, engineOption, jsonOption } from './common-options.js';
import type { DefineCommand } from './main.js';

const help = `
The programs are those of the disk, and this tool's own where the disk has none (our-NAME is always
ours). Each runs on a machine that has just booted, with a trace of its own in DIR, and is judged by
all rules. A program that fails does not keep the next one from running, nor does a kernel that dies
in a case of our audit keep the other cases from being tried: they run from the same boot, with a
trace of their own (DIR/audit-after-CASE.trace). So do the tests of usertests. Bounds are for each
program. Beyond three harts it is audit -b N, which keeps N harts busy beside its own.

Examples:
  trace audit --kernel ../xv6-riscv
  trace audit --kernel ../xv6-riscv --programs "cowtest,our-usertests -q"
  trace audit --variant eager --harts 1 --json > audit.json`;

export const define: DefineCommand = (command, surroundings, finish) => {
  addKernelOptions(command);
  addMachineOptions(command);
  command
    .option(
      '--programs <LIST>',
      'what to run, separated by commas, each with its arguments (default: "cowtest,frames,audit,usertests -q")',
    )
    .option('--out <DIR>', 'where to write the traces', 'audit');
  addBounds(command);
  command
    .addOption(engineOption())
    .addOption(discloseOption())
    .addOption(jsonOption())
    .addHelpText('after', help)
    .action(async (flags: AuditFlags) => {
      const { executeAudit } = await import('./audit/execute.js');
      finish(await executeAudit(flags, surroundings));
    });
};
