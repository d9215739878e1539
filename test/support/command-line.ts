// Runs a command of the command line inside the test, with streams that keep what is printed.
import { Readable } from 'node:stream';
import { main, type CommandRow } from '../../commands/main.js';
import { commands } from '../../commands/table.js';
import type { Output, Surroundings } from '../../commands/surroundings.js';

/** What a command printed, and its exit code. */
export interface Printed {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface FakeWorld {
  /** What can be read from stdin; nothing when absent. */
  readonly stdin?: string;
  /** Whether stdout and stderr are terminals. */
  readonly terminal?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  /** Called with each piece that is printed, and a way to press Ctrl-C. */
  readonly onOutput?: (text: string, interrupt: () => void) => void;
}

/** Runs `trace` with these words. */
export async function trace(words: readonly string[], world: FakeWorld = {}): Promise<Printed> {
  return traceWith(commands, words, world);
}

/** The same with commands of the test's own. */
export async function traceWith(
  rows: readonly CommandRow[],
  words: readonly string[],
  world: FakeWorld = {},
): Promise<Printed> {
  let interrupt = (): void => {};
  const pieces: Buffer[][] = [[], []];
  const [stdout, stderr] = pieces.map((kept): Output => {
    return {
      isTTY: world.terminal ?? false,
      write(data) {
        kept.push(Buffer.from(data as string));
        world.onOutput?.(data.toString(), () => interrupt());
      },
    };
  });
  const surroundings: Surroundings = {
    stdin: Readable.from(world.stdin === undefined ? [] : [world.stdin]),
    stdout,
    stderr,
    environment: world.environment ?? {},
    onInterrupt(listener) {
      interrupt = listener;
      return () => (interrupt = () => {});
    },
  };
  const exitCode = await main(rows, words, surroundings);
  const [out, err] = pieces.map((kept) => Buffer.concat(kept).toString('utf8'));
  return { exitCode, stdout: out, stderr: err };
}
