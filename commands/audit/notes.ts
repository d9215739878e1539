// What a reader of an audit should know of the kernel that was audited, beside what its runs have shown.
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { ChosenKernel } from '../kernel-options.js';

/** Copying a tree gives its files new times, in any order, some seconds apart. */
const toleranceMilliseconds = 60_000;

/** A sentence for each file of the tree that was built before a source it is built from was changed. */
export function staleNotes({ builtin, kernelPath, diskPath }: ChosenKernel): string[] {
  if (builtin) return [];
  const tree = path.dirname(path.dirname(path.resolve(kernelPath)));
  return [
    ...staleNote(kernelPath, path.join(tree, 'kernel'), 'the kernel that was audited'),
    ...(path.resolve(diskPath) === path.join(tree, 'fs.img')
      ? staleNote(diskPath, path.join(tree, 'user'), 'the programs that were run')
      : []),
  ];
}

function staleNote(built: string, sources: string, what: string): string[] {
  const builtAt = changedAt(built) + toleranceMilliseconds;
  const newer = sourceFiles(sources).filter((file) => changedAt(file) > builtAt);
  if (newer.length === 0) return [];
  const others = newer.length === 1 ? '' : ` and ${newer.length - 1} more`;
  return [
    `${built} is older than ${newer[0]}${others}: what was changed there is not in ${what} (make builds it)`,
  ];
}

function sourceFiles(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => /\.(c|h|S|ld)$/.test(name));
    return names.map((name) => path.join(folder, name)).sort();
  } catch {
    // A kernel without its sources beside it.
    return [];
  }
}

/** In milliseconds; never for a file that is gone. */
function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;
}
