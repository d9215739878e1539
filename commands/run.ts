// trace run: boots a kernel, types a program, records every event, then judges the run.
import { Option, type Command } from 'commander';
import { UsageError } from '../errors.js';
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
import { collect, parseSizeOrNone } from './values.js';

const help = `
Options come before PROGRAM; everything behind it is typed at the guest's shell (write -- PROGRAM
where that looks like an option of trace run). Without PROGRAM the kernel boots to its prompt, and
that is judged. The disk image is only read: programs are added
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
      // A whole line in quotes is its words: no program of xv6 has a space in its name.
      const words = program === undefined ? [] : [...program.trim().split(/\s+/), ...rest];
      refuseOptionsTyped(command, words);
      const { executeRun } = await import('./run/execute.js');
      finish(await executeRun(words, flags, surroundings));
    });
};

/**
 * Everything behind the program is the guest's. Who meant it for us would wait for a run that is not the one that was
 * asked for, so it takes a `--` before the program, which only the words of the whole command line still have.
 */
function refuseOptionsTyped(command: Command, [program, ...rest]: readonly string[]): void {
  const before = command.parent?.args.at(-rest.length - 2);
  const ours = ['--help', ...command.options.flatMap(({ long }) => long ?? [])];
  const typed = rest.filter((word) => ours.includes(word.replace(/=.*/, '')));
  if (typed.length === 0 || before === '--') return;
  throw new UsageError(
    `${typed.join(', ')} behind ${program} would be typed at the guest's shell: options of trace run stand before ` +
      `the program; to have it typed, write -- ${program} ${rest.join(' ')}`,
  );
}
