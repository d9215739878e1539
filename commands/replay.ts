// trace replay: goes to a moment of a recorded run and shows it.
import { Option, type Command } from 'commander';
import { engines, type Engine } from '../emulator/engine.js';
import type { Surroundings } from './surroundings.js';

/** What the command line gave, not yet checked. */
export interface ReplayFlags {
  readonly to: string;
  readonly show?: string;
  readonly source?: string;
  readonly engine?: Engine;
  readonly json?: true;
  readonly gdb?: string;
}

const help = `
WHERE is one of
  1200000000, 1.2G, 0x1000   a cycle: the state before that step
  50%, start, end            of the run
  violation:1                the first violation, in order of cycle (the run is judged again)
  event:page_fault:12        the twelfth row of an event kind; also page_fault:12
  marker:v5, marker:3/v5     the first marker 5; that of case 3 of the program frames
  console:"FAILED"           where the console has shown a text; console:"ok"#3 for the third time
  -1000                      before the end; an offset may follow the others: violation:1-1000

Examples:
  trace replay cowtest.trace --to violation:1
  trace replay cowtest.trace --to 50% --show regs,bt
  trace replay cowtest.trace --to event:page_fault:12 --show disasm,memory:0x3000+64 --json
  trace replay cowtest.trace --to violation:1 --gdb 26000      then, in gdb: target remote localhost:26000`;

/** Adds the command's arguments, flags and help. */
export function define(
  command: Command,
  surroundings: Surroundings,
  finish: (exitCode: number) => void,
): void {
  command
    .argument('<TRACE>', 'a directory that trace run wrote')
    .option('--to <WHERE>', 'the moment to go to; see below', 'end')
    .option(
      '--show <PARTS>',
      'parts of the page: source, bt, regs, pagetable, frame, events[:N], harts, disasm, memory:ADDR+LEN',
    )
    .option(
      '--source <DIR>',
      "the kernel's source tree, to quote lines from (default: the built-in kernel's)",
    )
    .addOption(
      new Option('--engine <NAME>', 'how to execute; the result is the same (default: auto)').choices(
        engines,
      ),
    )
    .option('--json', 'print one JSON document')
    .option('--gdb <[HOST:]PORT>', 'wait there for gdb, which can go backwards too; only for this machine')
    .addHelpText('after', help)
    .action(async (trace: string, flags: ReplayFlags) => {
      const { executeReplay } = await import('./replay/execute.js');
      finish(await executeReplay(trace, flags, surroundings));
    });
}
