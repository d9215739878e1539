// From the words of a command line to an exit code: finds the command, loads it, and turns whatever it throws into a
// sentence on stderr.
import { Command, CommanderError } from 'commander';
import { ExitCode, UsageError } from '../errors.js';
import { choiceInstead, jsonDocument, printable } from '../text/index.js';
import { guess } from './guesses.js';
import type { Surroundings } from './surroundings.js';
import { toolVersion } from './version.js';

/** Adds a command's arguments, options, help and action, which tells `finish` the exit code. */
export type DefineCommand = (
  command: Command,
  surroundings: Surroundings,
  finish: (exitCode: number) => void,
) => void;

/** What a command's module exports. */
export interface CommandModule {
  readonly define: DefineCommand;
}

/** A line of the table of commands. */
export interface CommandRow {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<CommandModule>;
}

const examples = `
Examples:
  trace run cowtest                      run cowtest on the built-in copy-on-write kernel
  trace run --kernel ../xv6 usertests -q run usertests on a tree of your own
  trace query cowtest.trace              ask questions of what was recorded

Exit codes: 0 all rules hold, 1 one is violated or the program failed, 2 usage, 3 inconclusive,
65 unreadable trace, 70 a bug in this tool, 130 interrupted.`;

/** Runs the command that `words` ask for and returns the exit code. */
export async function main(
  commands: readonly CommandRow[],
  words: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const wanted = words.find((word) => !word.startsWith('-') && word !== 'help') ?? '';
  let exitCode: number = ExitCode.ok;
  const program = rootCommand(surroundings);
  try {
    for (const { name, summary, load } of commands) {
      const command = program.command(name).summary(summary).description(sentence(summary));
      if (name === wanted) (await load()).define(command, surroundings, (code) => (exitCode = code));
    }
    if (words[0] === 'help') checkTopic(words[1], commands);
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    const command = program.commands.find((one) => one.name() === wanted);
    const failure = failureOf(error, wanted, command, surroundings.environment);
    // Who asked for a document reads stdout, and takes an empty one for an answer. An option that nobody knows may
    // stand before --json, which is then not parsed.
    const options = command?.opts() ?? {};
    const asksForJson = error instanceof CommanderError ? words.includes('--json') : options['json'] === true;
    return tell(failure, asksForJson, surroundings);
  }
  return exitCode;
}

/** Why a command ended without its result. */
interface Failure {
  /** A sentence without its full stop; empty when there is nothing to say. */
  readonly message: string;
  readonly exitCode: number;
  /** What is printed behind the sentence. */
  readonly stack?: string;
}

function failureOf(
  error: unknown,
  wanted: string,
  command: Command | undefined,
  environment: Surroundings['environment'],
): Failure {
  if (error instanceof CommanderError) return commandLineError(error, wanted, command);
  if (error instanceof UsageError)
    return { message: error.message.replace(/\.$/, ''), exitCode: error.exitCode };
  return internalError(error, environment);
}

/** The sentence on stderr, and the same as the document that was asked for. */
function tell({ message, exitCode, stack = '' }: Failure, asJson: boolean, to: Surroundings): number {
  if (message === '') return exitCode;
  to.stderr.write(`trace: ${printable(message)}\n${stack}`);
  if (asJson) to.stdout.write(jsonDocument({ error: { message, exitCode } }));
  return exitCode;
}

/** Commander answers a topic that does not exist with the help of everything, and says nothing. */
function checkTopic(topic: string | undefined, commands: readonly CommandRow[]): void {
  const names = commands.map(({ name }) => name);
  if (topic !== undefined && !names.includes(topic))
    throw new UsageError(`there is no command '${topic}'${choiceInstead(topic, names, 'the commands are')}`);
}

function rootCommand({ stdout, stderr }: Surroundings): Command {
  const width = { getOutHelpWidth: () => 100, getErrHelpWidth: () => 100 };
  return new Command('trace')
    .description('Records what an xv6 kernel does, and judges whether its copy-on-write is right.')
    .version(toolVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [COMMAND]', 'print the help of a command')
    .enablePositionalOptions()
    .addHelpText('after', examples)
    .exitOverride()
    .configureOutput({
      ...width,
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: () => {},
    });
}

function sentence(summary: string): string {
  return `${summary[0].toUpperCase()}${summary.slice(1)}.`;
}

/** Help that was asked for is a success; everything else commander throws is the user's mistake. */
function commandLineError(error: CommanderError, wanted: string, command: Command | undefined): Failure {
  if (error.exitCode === 0) return { message: '', exitCode: ExitCode.ok };
  if (error.code === 'commander.help') return { message: '', exitCode: ExitCode.usage };
  const what = error.message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');
  const help = error.code === 'commander.unknownCommand' ? 'trace --help' : `trace ${wanted} --help`;
  const instead = insteadOf(error, what, wanted, command);
  const message = `${what.replace(/\.$/, '')}${instead}; see ${help.replace('  ', ' ')}`;
  return { message, exitCode: ExitCode.usage };
}

/** What the user may have meant, behind a semicolon; '' where commander has said so or nothing is known. */
function insteadOf(
  { code }: CommanderError,
  what: string,
  wanted: string,
  command: Command | undefined,
): string {
  if (code === 'commander.unknownCommand' && wanted.endsWith('.trace'))
    return `; a trace is what a command works on, as in trace check ${wanted}`;
  if (code === 'commander.excessArguments' && wanted === 'replay')
    return '; the moment stands behind --to, as in --to violation:1';
  const option = code === 'commander.unknownOption' ? /'(-[^']*)'/.exec(what)?.[1] : undefined;
  const has = command?.options.flatMap(({ long }) => long ?? []) ?? [];
  const clause = option === undefined ? '' : guess(option, has);
  return clause && `; ${clause}`;
}

function internalError(error: unknown, environment: Surroundings['environment']): Failure {
  const what = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error && environment['COWTRACE_DEBUG'] ? `${error.stack}\n` : '';
  const how = stack === '' ? '; run it again with COWTRACE_DEBUG=1 for where it happened' : '';
  return { message: `this is a bug in cowtrace: ${what}${how}`, exitCode: ExitCode.internal, stack };
}
