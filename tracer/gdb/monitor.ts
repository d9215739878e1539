// gdb's `monitor` commands: what the protocol has no packet for. The commands that need more than the machine (the
// events of the trace, its verdict) come from whoever started the server.
import { ProtocolError, textOfHex } from './hexadecimal.js';
import { ownCommands } from './monitor-commands.js';
import type { Stop } from './stop.js';
import type { Target } from './target.js';

/** What a command may look at. */
export interface MonitorContext {
  readonly target: Target;
  /** The hart that the client has selected. */
  readonly hart: number;
  /** The stop that a person would name as the last. */
  readonly why: Stop;
}

/** A command of gdb's `monitor`. */
export interface MonitorCommand {
  readonly name: string;
  /** Its arguments, as help shows them; '' for none. */
  readonly usage: string;
  readonly summary: string;
  /** What to print: lines, the last one with its newline too. Throws ProtocolError for what cannot be done. */
  run(words: readonly string[], context: MonitorContext): string | Promise<string>;
}

/** Runs a command given in hexadecimal. Returns the new position's stop, if the command went to another one. */
export async function runMonitor(
  digits: string,
  more: readonly MonitorCommand[],
  context: MonitorContext,
  print: (text: string) => void,
): Promise<Stop | undefined> {
  const commands = [...ownCommands, ...more];
  const [name = 'help', ...words] = textOfHex(digits).trim().split(/\s+/).filter(Boolean);
  const { replay } = context.target;
  const before = replay.cycle;
  const command = commands.find((each) => each.name === name);
  try {
    if (command) print(await command.run(words, context));
    else if (name === 'help') print(helpText(commands));
    else print(`there is no monitor command ${name}; monitor help lists them\n`);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    print(`${error.message}\n`);
  }
  return replay.cycle === before ? undefined : context.target.present();
}

function helpText(commands: readonly MonitorCommand[]): string {
  const rows = commands.map(({ name, usage, summary }) => [`${name} ${usage}`.trim(), summary]);
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, summary]) => `${left.padEnd(width)}  ${summary}\n`).join('');
}
