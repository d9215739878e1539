// Text of source lines for a report, where the sources are at hand and no newer than the kernel built from them.
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

export type SourceLine = (file: string, line: number) => string | undefined;

/** Ample for a source file. */
const fileBytesMax = 2 ** 22;

/**
 * Looks lines up in files named relative to one of `roots`.
 *
 * @param builtAt time of the build in milliseconds: a file changed later may have moved its lines, and is not quoted
 */
export function sourceLines(roots: readonly string[], builtAt = Number.POSITIVE_INFINITY): SourceLine {
  const files = new Map<string, readonly string[] | undefined>();
  return (file, line) => {
    if (!files.has(file)) files.set(file, readLines(file, roots, builtAt));
    return files.get(file)?.[line - 1];
  };
}

function readLines(file: string, roots: readonly string[], builtAt: number): readonly string[] | undefined {
  for (const root of roots) {
    const inside = path.relative(root, path.resolve(root, file));
    // Names in debug information come with the kernel: they must not make us read anything else.
    if (inside.startsWith('..') || path.isAbsolute(inside)) continue;
    const found = path.join(root, inside);
    if (!existsSync(found)) continue;
    const status = statSync(found);
    if (!status.isFile() || status.size > fileBytesMax) continue;
    return status.mtimeMs > builtAt ? undefined : readFileSync(found, 'utf8').split('\n');
  }
  return undefined;
}
