// The limits of files, functions, lines and unexplained exports, and what the project measures against them.
import { filesEndingIn } from './files.js';
import { functionLengths, linesOf, undocumentedExports } from './measures.js';
import type { LimitName, Ratchet, Sizes } from './ratchet.js';
import { sources } from './sources.js';

/** Characters of a line: prettier breaks code after 110, and this catches what it leaves, text foremost. */
const lineWidth = 120;

/** A limit that new code obeys, and what to do about what is over it. */
export interface Limit {
  readonly aim: number;
  /** What nothing may reach, exceptions or not. */
  readonly hard?: number;
  readonly advice: string;
}

/** Every limit of which ratchet.json holds exceptions. */
export const limits: Readonly<Record<LimitName, Limit>> = {
  file_lines: {
    aim: 300,
    hard: 600,
    advice: 'Split the file by concept: a file is one thing with a name, said in its first lines.',
  },
  function_lines: { aim: 40, hard: 70, advice: 'Give a part of the function a name of its own.' },
  wide_lines: {
    aim: 0,
    advice: `Break lines after ${lineWidth} characters at most, so that two files stand side by side.`,
  },
  undocumented_exports: {
    aim: 0,
    advice: 'Say above each exported function, class and interface what it means, its units and errors.',
  },
};

/** A line that holds one string and nothing else: a sentence is not broken, so that it can be searched for. */
const oneString = /^\s*(?:[?:] |\w+: )?(['"`]).*\1\)*[,;]?(?: \+)?$/;

/** Files that people write line by line, and read the same way. */
const written = filesEndingIn('.ts', '.js', '.sql', '.c', '.h', '.S', '.ld');

function isWide(line: string): boolean {
  return line.length > lineWidth && !oneString.test(line);
}

function largest(entries: readonly (readonly [string, number])[]): Sizes {
  const found = new Map<string, number>();
  for (const [name, size] of entries) found.set(name, Math.max(size, found.get(name) ?? 0));
  return Object.fromEntries(found);
}

/** What the project measures now. */
export function measure(): Ratchet {
  const lines = written.map((file) => ({ file, text: linesOf(file) }));
  const product = sources.filter(({ path }) => !path.startsWith('test/'));
  return {
    file_lines: largest(lines.map(({ file, text }) => [file, text.length])),
    function_lines: largest(
      sources.flatMap(functionLengths).map(({ name, lines: length }) => [name, length]),
    ),
    wide_lines: largest(lines.map(({ file, text }) => [file, text.filter(isWide).length])),
    undocumented_exports: largest(product.map((source) => [source.path, undocumentedExports(source).length])),
  };
}
