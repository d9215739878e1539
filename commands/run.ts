// trace run: boots a kernel, types a program, records every event, then judges the run.
import { Option, type Command } from 'commander';
import { printable } from '../text/index.js';
import type { RunFlags } from './run/flags.js';
import { addKernelOptions } from './kernel-options.js';
import {
  addBounds,
  addMachineOptions,
  discloseOption,
  engineOption,
  eventsOption,
  verboseOption,
} from './common-options.js';
import type { DefineCommand } from './main.js';
import type { Surroundings } from './surroundings.js';
import { collect, parseSizeOrNone } from './values.js';

const help = `
Options come before PROGRAM; everything behind it is typed at the guest's shell. Without PROGRAM
the kernel boots to its prompt, and that is judged. The disk image is only read: programs are added
to a copy, among them one of this tool's own (cowtest, frames, audit, usertests ...) when it is run
and not there. Where the disk has one of that name, our-NAME is ours.

Examples:
  trace run cowtest
  trace run --baseline eager frames            compare with a kernel whose fork copies
  trace run --kernel ../xv6-riscv usertests -q
  trace run --kernel ../xv6-riscv frames       our own program, on a copy of the tree's disk
  trace run --kernel ../xv6-riscv our-usertests -q
  trace run --add-program ./mytest.elf=mytest mytest
  trace run --kernel my.elf --disk my.img --harts 1 --json cowtest > result.json
  trace run --timeout-cycles 20G --events marker,process,console,frame_alloc,frame_free frames`;

export const define: DefineCommand = (command, surroundings, finish) => {
  command.argument('[PROGRAM]', 'a program on the disk').argument('[ARGS...]', 'its arguments');
  addKernelOptions(command);
  addMachineOptions(command);
  addBounds(command);
  command
    .option('--add-program <FILE[=NAME]>', 'put a program on a copy of the disk; may be repeated', collect)
    .option('--out <DIR>', 'where to write the trace (default: PROGRAM.trace or boot.trace)')
    .addOption(
      new Option(
        '--snapshots <SIZE>',
        'room for states that replays start from, or none; any cycle replays either way',
      )
        .argParser(parseSizeOrNone)
        .default(140 * 2 ** 20, '140MiB'),
    )
    .addOption(eventsOption())
    .option('--baseline <WHAT>', 'compare with a trace, or with a variant or tree that is run the same way')
    .addOption(engineOption())
    .option('--json', 'print one JSON document instead of the console and the verdict')
    .addOption(discloseOption())
    .addOption(verboseOption())
    .option('--quiet', 'do not show what the guest prints')
    .passThroughOptions()
    .addHelpText('after', help)
    .action(async (program: string | undefined, rest: string[], flags: RunFlags) => {
      noteOptionsTyped(command, rest, surroundings);
      const { executeRun } = await import('./run/execute.js');
      finish(await executeRun(program === undefined ? [] : [program, ...rest], flags, surroundings));
    });
};

/** Everything behind the program is the guest's; who meant it for us would look for the reason in vain. */
function noteOptionsTyped(command: Command, words: readonly string[], { stderr }: Surroundings): void {
  const ours = ['--help', ...command.options.flatMap(({ long }) => long ?? [])];
  const typed = words.filter((word) => ours.includes(word.replace(/=.*/, '')));
  if (typed.length === 0) return;
  const what = typed.map(printable).join(', ');
  stderr.write(
    `trace: note: ${what} is typed at the guest's shell; options of trace run come before the program\n`,
  );
}
