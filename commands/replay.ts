// trace replay: goes to a moment of a recorded run and shows it, or executes the run again with other probes.
import { Option } from 'commander';
import type { Engine } from '../emulator/engine.js';
import type { Disclosure } from '../analyzer/reports/index.js';
import { discloseOption, engineOption, jsonOption, sourceOption, traceArgument } from './common-options.js';
import type { DefineCommand } from './main.js';

/** What the command line gave, not yet checked. */
export interface ReplayFlags {
  readonly to?: string;
  readonly probe?: readonly string[];
  readonly watch?: readonly string[];
  readonly events?: string;
  readonly out?: string;
  readonly show?: string;
  readonly source?: string;
  readonly disclose: Disclosure;
  readonly engine?: Engine;
  readonly json?: true;
  readonly gdb?: string;
  readonly interactive?: true;
}

const help = `
WHERE is one of
  1200000000, 1.2G, 0x1000   a cycle: the state before that step
  50%, start, end            of the run
  violation:1                the first violation, in order of cycle (the run is judged again)
  event:page_fault:12        the twelfth row of an event kind; also page_fault:12, where the kernel
                             has no function of that name
  marker:v5, marker:3/v5     the first marker 5; that of case 3 of the program frames
  console:"FAILED"           where the console has shown a text; console:"ok"#3 for the third time
  kalloc, kalloc:3           where the kernel enters a function, first or for the third time, as
                             counted from power-on; function:start, where the name means another
  cow.c:21, cow.c:21:3       where it comes to a line of its source
  cowtest:main, cowtest:cowtest.c:30:2
                             the same in a program on the disk, whichever process executes it
  -1000                      before the end; an offset may follow the others: violation:1-1000

With --probe, --watch or --events the run is executed again into a new trace, of which everything
can be asked as of any other; the execution is compared with the old one. FIELD is a parameter, a
register, a member that one leads to, or return:
  --probe uvmcopy:old,sz --probe kfree:pa,return --probe sched:s1

Examples:
  trace replay cowtest.trace --to violation:1
  trace replay cowtest.trace --to 50% --show regs,bt
  trace replay cowtest.trace --to uvmcopy:2 --show source,bt
  trace replay cowtest.trace --to event:page_fault:12 --show disasm,memory:0x3000+64 --json
  trace replay cowtest.trace --to violation:1 --interactive
  trace replay cowtest.trace --to violation:1 --gdb 26000     in gdb: target remote localhost:26000
  trace replay cowtest.trace --probe walk:va,return --watch pte:3:0x4000 --out walks.trace`;

export const define: DefineCommand = (command, surroundings, finish) => {
  command
    .addArgument(traceArgument('TRACE'))
    .option('--to <WHERE>', 'the moment to go to; see below (default: end)')
    .option(
      '--show <PARTS>',
      'parts of the page: source, bt, regs, pagetable, frame, events[:N], harts, disasm, memory:ADDR+LEN',
    )
    .addOption(sourceOption())
    .addOption(discloseOption())
    .addOption(engineOption())
    .addOption(
      repeated('--probe <FUNCTION[:FIELD...]>', 'execute again, and record each call of a kernel function'),
    )
    .addOption(
      repeated(
        '--watch <WHAT>',
        'execute again, and record each change of memory: SYMBOL, ADDR+LEN, frame:PA, pte:PID:VA',
      ),
    )
    .option('--events <KINDS>', 'execute again, and record these kinds (default with --probe: all)')
    .option('--out <DIR>', 'where the new trace goes (default: NAME.asked.trace)')
    .addOption(jsonOption())
    .option('--gdb <[HOST:]PORT>', 'wait there for gdb, which can go backwards too; only for this machine')
    .option(
      '-i, --interactive',
      'look around from there, forwards and backwards, by commands; help lists them',
    )
    .addHelpText('after', help)
    .action(async (trace: string, flags: ReplayFlags) => {
      const { executeReplay } = await import('./replay/execute.js');
      finish(await executeReplay(trace, flags, surroundings));
    });
};

/** An option that may be given several times. */
function repeated(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, before: readonly string[] = []) => [
    ...before,
    value,
  ]);
}
