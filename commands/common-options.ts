// What several commands take, said once: traces, the machine and how it executes, what ends a run that does not end by
// itself, and the form of what is printed. Commander keeps what it is given, so each command gets fresh ones.
import { Argument, Option, type Command } from 'commander';
import { disclosures } from '../analyzer/reports/index.js';
import { engines } from '../emulator/engine.js';
import { parseCount, parseSeconds, parseSize, wholeNumber } from './values.js';

/** Bytes of events and console that a trace may have, unless --max-trace says otherwise. */
export const traceBytesDefault = 4 * 2 ** 30;

/** Adds --harts and --memory, whose default `memoryBytes` knows. */
export function addMachineOptions(command: Command): void {
  command
    .option('--harts <N>', 'harts of the machine, 1 to 8', wholeNumber(1, 8), 3)
    .option(
      '--memory <MIB>',
      "its memory in MiB, 4 to 2048 (default: that of the tree's Makefile, or 128)",
      wholeNumber(4, 2048),
    );
}

/** A fresh --engine. */
export function engineOption(): Option {
  return new Option('--engine <NAME>', 'how to execute; the result is the same (default: auto)').choices(
    engines,
  );
}

/** A trace to read, under the name the help calls it. */
export function traceArgument(name: string): Argument {
  return new Argument(`<${name}>`, 'a directory that trace run wrote');
}

/** --events. */
export function eventsOption(): Option {
  return new Option('--events <KINDS>', 'record only these kinds of events, separated by commas');
}

/** --source. */
export function sourceOption(): Option {
  return new Option(
    '--source <DIR>',
    "the kernel's source tree, to quote lines from (default: the built-in kernel's)",
  );
}

/** --json. */
export function jsonOption(): Option {
  return new Option('--json', 'print one JSON document');
}

/** --disclose: how much a report gives away, for those who want somebody to search. */
export function discloseOption(): Option {
  return new Option('--disclose <HOW_MUCH>', 'say what is broken and for whom, also where, or also why')
    .choices(disclosures)
    .default('why');
}

/** --verbose: a line for each rule. */
export function verboseOption(): Option {
  return new Option('--verbose', 'say of each rule what came of it, also of those that hold');
}

/** Adds --timeout-cycles, --max-seconds, --max-trace and --max-console. */
export function addBounds(command: Command): void {
  command
    .addOption(
      new Option('--timeout-cycles <N>', 'give up after N cycles, such as 5M or 1e9')
        .argParser(parseCount)
        .default(200e9, '200G'),
    )
    .option('--max-seconds <S>', 'give up after S seconds of real time (default: never)', parseSeconds)
    .addOption(
      new Option('--max-trace <SIZE>', 'give up when the trace is larger')
        .argParser(parseSize)
        .default(traceBytesDefault, '4GiB'),
    )
    .addOption(
      new Option('--max-console <SIZE>', 'give up when it printed more')
        .argParser(parseSize)
        .default(64 * 2 ** 20, '64MiB'),
    );
}
