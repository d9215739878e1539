// trace verify: replays a recorded run whole and compares it with what was recorded.
import type { Engine } from '../emulator/engine.js';
import { engineOption, jsonOption, traceArgument } from './common-options.js';
import type { DefineCommand } from './main.js';

/** The options of `trace verify`. */
export interface VerifyFlags {
  readonly engine?: Engine;
  readonly json?: true;
}

const help = `
Exit codes: 0 the run is repeated bit for bit; 1 it is not, and the first difference is named; 3 it
is, as far as an incomplete trace goes; 65 the trace cannot be replayed.

Examples:
  trace verify cowtest.trace
  trace verify cowtest.trace --engine interpreter --json`;

export const define: DefineCommand = (command, surroundings, finish) => {
  command
    .addArgument(traceArgument('TRACE'))
    .addOption(engineOption())
    .addOption(jsonOption())
    .addHelpText('after', help)
    .action(async (trace: string, flags: VerifyFlags) => {
      const { executeVerify } = await import('./verify/execute.js');
      finish(await executeVerify(trace, flags, surroundings));
    });
};
