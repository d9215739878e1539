// The project as the tidy tests see it: its files, by path from the root.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

// In a worktree .git is a file.
const notOurs = new Set(['node_modules', 'dist', 'coverage', '.git', 'built']);

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = posix.join(folder, entry.name);
    if (notOurs.has(entry.name)) continue;
    if (entry.isFile()) yield path;
    else if (entry.isDirectory() && !entry.name.endsWith('.trace')) yield* walk(path);
  }
}

/** Every file that is or may become part of the repository, as a path with slashes from the root, sorted. */
export const files: readonly string[] = [...walk('')].sort();

/** Text of a file of the project. */
export function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Files whose name ends in one of the endings. */
export function filesEndingIn(...endings: readonly string[]): readonly string[] {
  return files.filter((file) => endings.some((ending) => file.endsWith(ending)));
}
