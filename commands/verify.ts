// trace verify: replays a recorded run whole and compares it with what was recorded.
import type { Command } from 'commander';
import { engines, type Engine } from '../emulator/engine.js';
import type { Surroundings } from './surroundings.js';

/** The options of `trace verify`. */
export interface VerifyFlags {
  readonly engine?: Engine;
  readonly json?: true;
}

const help = `
Exit codes: 0 the run is repeated bit for bit; 1 it is not, and the first difference is named; 3 it is, as far as
an incomplete trace goes; 65 the trace cannot be replayed.

Examples:
  trace verify cowtest.trace
  trace verify cowtest.trace --engine interpreter --json`;

/** Adds its arguments and options. */
export function define(
  command: Command,
  surroundings: Surroundings,
  finish: (exitCode: number) => void,
): void {
  command
    .argument('<TRACE>', 'a directory that trace run wrote')
    .addOption(
      command
        .createOption('--engine <ENGINE>', 'how instructions are executed; the states are the same')
        .choices(engines),
    )
    .option('--json', 'print the result as JSON')
    .addHelpText('after', help)
    .action(async (trace: string, flags: VerifyFlags) => {
      const { executeVerify } = await import('./verify/execute.js');
      finish(await executeVerify(trace, flags, surroundings));
    });
}
