// The prompt of `trace replay --interactive`: words of a line to a command, and what it prints.
import { createInterface } from 'node:readline';
import { ExitCode, UsageError } from '../../errors.js';
import { Target, ProtocolError, monitorCommands, type MonitorCommand } from '../../tracer/gdb/index.js';
import { placeOf } from '../../tracer/moment/index.js';
import { didYouMean, escapeText, formatCount, pageWidth, printable } from '../../text/index.js';
import { sourceLines } from '../source-lines.js';
import type { Surroundings } from '../surroundings.js';
import { traceCommands, type MonitorSources } from './gdb-monitor.js';
import { goCommands, stepCommands } from './moves.js';
import { Steps } from './steps.js';

/** Commands that are of use to gdb alone. */
const forGdb: ReadonlySet<string> = new Set(['seek', 'why', 'memory']);

const aliases: Readonly<Record<string, string>> = {
  ...{ b: 'back', bt: 'where', c: 'continue', h: 'help', q: 'quit', r: 'regs', exit: 'quit', '?': 'help' },
  ...{ n: 'next', s: 'step', si: 'stepi', l: 'source', list: 'source', backtrace: 'where', seek: 'go' },
  ...{
    'reverse-step': 'rs',
    rstep: 'rs',
    'reverse-stepi': 'rsi',
    rstepi: 'rsi',
    'reverse-continue': 'back',
    rc: 'back',
  },
};

/** Reads commands until `quit` or the end of the input; the replay stands where they begin. Returns the exit code. */
export async function runPrompt(sources: MonitorSources, surroundings: Surroundings): Promise<number> {
  const { stdin, stdout, onInterrupt } = surroundings;
  const isTerminal = stdin.isTTY === true;
  const { replay } = sources.moments;
  let interrupted = false;
  const onWay = async (cycle: number): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    if (interrupted) throw new UsageError(`interrupted at cycle ${formatCount(cycle)}`, ExitCode.interrupted);
  };
  const target = new Target(replay, () => {});
  const steps = new Steps(sources.moments, target, onWay, () => interrupted);
  const travel = { sources, target, onWay };
  const moves = [...goCommands(travel), ...stepCommands(steps, travel)];
  const looks = [...monitorCommands, ...traceCommands(sources)].filter(({ name }) => !forGdb.has(name));
  const run = async (line: string): Promise<void> => {
    const [word, ...words] = line.split(/\s+/);
    const name = aliases[word] ?? word;
    const command = commandOf(name, [...moves, ...looks]);
    interrupted = false;
    const before = replay.cycle;
    if (name === 'help') stdout.write(helpText(moves, looks));
    else if (!command) throw new ProtocolError(unknown(word, [...moves, ...looks]));
    else {
      const context = { target, hart: steps.hart, why: target.present() };
      stdout.write(await command.run(words, context));
    }
    if (replay.cycle !== before) stdout.write(hereText(sources, target));
  };
  const press = (): void => void (interrupted = true);
  const runInterruptibly = async (line: string): Promise<void> => {
    const restore = onInterrupt(press);
    await run(line).finally(restore);
  };
  if (isTerminal) stdout.write(`${hereText(sources, target)}help lists the commands\n`);
  return readCommands(runInterruptibly, press, isTerminal, surroundings);
}

/** A script ends at its first mistake; a person tries again. */
async function readCommands(
  run: (line: string) => Promise<void>,
  press: () => void,
  isTerminal: boolean,
  { stdin, stdout, stderr }: Surroundings,
): Promise<number> {
  const output = stdout as NodeJS.WritableStream;
  const lines = createInterface({
    input: stdin,
    ...(isTerminal && { output, terminal: true, prompt: 'replay> ' }),
  });
  let isBusy = false;
  lines.on('SIGINT', () => {
    if (isBusy) return press();
    stdout.write('\n(quit or Ctrl-D leaves)\n');
    lines.write(null, { ctrl: true, name: 'u' });
    lines.prompt();
  });
  let last = '';
  if (isTerminal) lines.prompt();
  for await (const given of lines) {
    const line = given.trim() === '' && isTerminal ? last : given.trim();
    last = line;
    if (line === 'quit' || aliases[line] === 'quit') break;
    isBusy = true;
    try {
      if (line !== '') await run(line);
    } catch (error) {
      if (!(error instanceof ProtocolError || error instanceof UsageError)) throw error;
      stderr.write(`${isTerminal ? '' : 'trace: '}${printable(error.message)}\n`);
      if (!isTerminal) return error instanceof UsageError ? error.exitCode : ExitCode.usage;
    }
    isBusy = false;
    if (isTerminal) lines.prompt();
  }
  lines.close();
  if (isTerminal) stdout.write('\n');
  return ExitCode.ok;
}

/** Where the replay is, in two lines: cycle and process, and the line of source. */
function hereText({ moments, sourceRoots }: MonitorSources, target: Target): string {
  const { replay } = moments;
  const { hart } = target.present();
  const place = placeOf(moments, hart);
  const head = `cycle ${formatCount(replay.cycle)}, hart ${hart}: ${target.describeHart(hart)}\n`;
  if (!place) return `${head}  code that no symbol names\n`;
  const where = place.file === '' ? '' : ` (${place.file}:${place.line})`;
  const text = place.line > 0 ? sourceLines(sourceRoots)(place.file, place.line) : undefined;
  const source = text === undefined ? '' : escapeText(`  > ${place.line}  ${text.trim()}`, pageWidth);
  return `${head}  ${escapeText(place.function + where, pageWidth - 2)}\n${source && `${source}\n`}`;
}

/** By its name, or by the beginning of one alone. */
function commandOf(word: string, commands: readonly MonitorCommand[]): MonitorCommand | undefined {
  const begun = commands.filter(({ name }) => name.startsWith(word));
  return commands.find(({ name }) => name === word) ?? (begun.length === 1 ? begun[0] : undefined);
}

function unknown(word: string, commands: readonly MonitorCommand[]): string {
  const names = [...commands.map(({ name }) => name), ...Object.keys(aliases)];
  return `there is no command ${escapeText(word, 40)}${didYouMean(word, names)}; help lists them`;
}

function helpText(moves: readonly MonitorCommand[], looks: readonly MonitorCommand[]): string {
  const width = Math.max(...[...moves, ...looks].map(({ name, usage }) => `${name} ${usage}`.length));
  const rows = (commands: readonly MonitorCommand[]): string[] =>
    commands.map(({ name, usage, summary }) => `  ${`${name} ${usage}`.trim().padEnd(width)}  ${summary}\n`);
  return [
    'go somewhere:\n',
    ...rows(moves),
    'look at what is there:\n',
    ...rows(looks),
    'A command may be cut short (cont); an empty line repeats the last; quit (or Ctrl-D) leaves.\n',
  ].join('');
}
