// trace diff: the first event at which two runs part, and how many events of each kind they have.
import { jsonOption, traceArgument } from './common-options.js';
import type { DefineCommand } from './main.js';

/** What the command line gave. */
export interface DiffFlags {
  readonly json?: true;
}

const help = `
Compared is what was done, not when, in which frame or by which pid: the programs' own histories
(system calls, results, deaths), then what the kernel did to memory for them, then
the console. Processes are matched by birth: 1.2 is the second child of the first process.
Exit code 0 when programs and kernel did the same, 1 when not. Under another schedule a kernel may
do other things for programs that see no difference: who of two sharers copies a page, say.

Examples:
  trace diff passed.trace failed.trace
  trace diff cowtest.trace cowtest.eager.trace --json | jq .program.partings[0]`;

export const define: DefineCommand = (command, surroundings, finish) => {
  command
    .addArgument(traceArgument('A'))
    .argument('<B>', 'another one')
    .addOption(jsonOption())
    .addHelpText('after', help)
    .action(async (a: string, b: string, flags: DiffFlags) => {
      const { executeDiff } = await import('./diff/execute.js');
      finish(await executeDiff([a, b], flags, surroundings));
    });
};
