// trace bio: the life of one frame, or of one page of a process, from the trace alone.
import { jsonOption, traceArgument } from './common-options.js';
import type { DefineCommand } from './main.js';
import { wholeNumber } from './values.js';

/** What the command line gave, checked. */
export interface BioFlags {
  readonly pte?: string;
  readonly lives: number;
  readonly json?: true;
}

const help = `
FRAME is a physical address, of the frame or of anything in it. Nothing is run.

Examples:
  trace bio cowtest.trace 0x87f6a000
  trace bio cowtest.trace --pte 4:0x3000     page 0x3000 of process 4, and the frames it had
  trace bio cowtest.trace 0x87f6a000 --lives 1000 --json | jq '.frames[0].lives | length'`;

export const define: DefineCommand = (command, surroundings, finish) => {
  command
    .addArgument(traceArgument('TRACE'))
    .argument('[FRAME]', 'a physical address, such as 0x87f6a000')
    .option('--pte <PID:VA>', 'a page of a process instead of a frame, such as 4:0x3000')
    .option('--lives <N>', 'tell the last N times it was taken', wholeNumber(1, 1e6), 10)
    .addOption(jsonOption())
    .addHelpText('after', help)
    .action(async (trace: string, frame: string | undefined, flags: BioFlags) => {
      const { executeBio } = await import('./bio/execute.js');
      finish(await executeBio(trace, frame, flags, surroundings));
    });
};
