// What the documents quote is what is printed: their commands are run as they stand there, each sitting in an empty
// directory, and the lines they show are compared, times apart. `npm run accept` writes what is printed now.
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { packageRoot } from '../../package-root.js';
import { trace } from '../support/command-line.js';
import { gdbSession, hasGdb } from '../support/gdb-multiarch.js';
import { unless } from '../support/skipped.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import {
  corrected,
  gdbTranscriptsOf,
  transcriptsOf,
  wordsOf,
  type Transcript,
} from '../support/transcripts.js';

const inside = temporaryDirectory();
const home = process.cwd();
afterEach(() => process.chdir(home));

/** Milliseconds: the runs are as long as a reader's. */
const timeout = 300_000;

/** Beginnings of the commands that are typed in one directory, in the order in which they are. */
const sittings: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'README.md': [
    ['run cowtest', 'query cowtest.trace "SELECT s.cause'],
    ['run --variant r21_parent_stays_writable'],
  ],
  'docs/from-failure-to-line.md': [
    [
      'run --variant r31_copyout_into_shared_frame',
      'replay cowtest.trace --to violation:1 --show',
      'replay cowtest.trace --to violation:2 --gdb',
      'run --harts 1 --memory 16 --out fixed.trace',
      'diff fixed.trace cowtest.trace',
    ],
  ],
};

test.each(Object.keys(sittings))(
  '%s',
  async (document) => {
    const file = path.join(packageRoot(), document);
    const lines = readFileSync(file, 'utf8').split('\n');
    const transcripts = transcriptsOf(lines);
    const asked = sittings[document].flat();
    const unasked = transcripts.filter(({ command }) => !asked.some((start) => command.startsWith(start)));
    expect(unasked, 'Say above in which directory these commands are typed.').toEqual([]);

    const printed = new Map<Transcript, readonly string[]>();
    for (const [index, sitting] of sittings[document].entries()) {
      const directory = inside(`${path.basename(document)}.${index}`);
      mkdirSync(directory);
      process.chdir(directory);
      for (const start of sitting) {
        const transcript = transcripts.find(({ command }) => command.startsWith(start))!;
        if (start.endsWith('--gdb')) await gdbPart(transcript, lines, printed);
        else printed.set(transcript, (await stdoutOf(transcript)).split('\n').slice(0, -1));
      }
    }
    await expect(withPrinted(lines, printed)).toMatchFileSnapshot(file);
  },
  timeout,
);

async function stdoutOf({ command }: Transcript): Promise<string> {
  const { stdout, stderr } = await trace(wordsOf(command));
  expect(stderr, command).toBe('');
  return stdout;
}

/** The server at a port of its own choice, and gdb's part where there is a gdb. */
async function gdbPart(
  transcript: Transcript,
  lines: readonly string[],
  printed: Map<Transcript, readonly string[]>,
): Promise<void> {
  const typed = gdbTranscriptsOf(lines).filter(({ from }) => from > transcript.to);
  const words = wordsOf(transcript.command).map((word) => (word === '26000' ? '0' : word));
  let client: Promise<string> | undefined;
  const { stdout } = await trace(words, {
    onOutput: (text, interrupt) => {
      const port = /localhost:(\d+)/.exec(text)?.[1];
      if (port === undefined) return;
      const marked = typed.map(({ command }) => `echo \\n(gdb)\\n\n${command}`);
      const commands = [`directory ${packageRoot()}`, ...marked, 'echo \\n(gdb)\\n', 'kill'].join('\n');
      client = hasGdb ? gdbSession('script.gdb', Number(port), commands) : undefined;
      if (client === undefined) interrupt();
    },
  });
  printed.set(
    transcript,
    stdout
      .replace(/localhost:\d+/, 'localhost:26000')
      .split('\n')
      .slice(0, -1),
  );
  const [, ...answers] = (await client)?.split('\n(gdb)\n') ?? [];
  typed.forEach((one, index) => {
    if (answers[index] !== undefined) printed.set(one, answers[index].replace(/\n$/, '').split('\n'));
  });
}

if (!hasGdb) test.skip(`gdb's part${unless(hasGdb, 'gdb-multiarch')}`);

/** The document with what was printed in place of what it quotes. */
function withPrinted(lines: readonly string[], printed: ReadonlyMap<Transcript, readonly string[]>): string {
  const result = [...lines];
  const fromTheEnd = [...printed].sort(([one], [other]) => other.from - one.from);
  for (const [{ from, to }, output] of fromTheEnd)
    result.splice(from, to - from, ...corrected(lines.slice(from, to), output));
  return result.join('\n');
}
