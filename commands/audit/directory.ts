// The directory of an audit's traces, which belongs to one audit at a time: two would replace each other's traces while
// they are judged.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../errors.js';

const lockName = '.audit-running';

/** Makes the directory and takes it; what it returns gives it back. Throws UsageError where that cannot be. */
export function takeDirectory(folder: string): () => void {
  const lock = path.join(folder, lockName);
  try {
    mkdirSync(folder, { recursive: true });
    if (!claim(lock)) {
      const owner = ownerOf(lock);
      if (owner !== undefined) throw new UsageError(inUse(folder, owner));
      // Whoever had it was killed.
      rmSync(lock, { force: true });
      if (!claim(lock)) throw new UsageError(inUse(folder, ownerOf(lock)));
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `the directory ${folder} cannot be made or written to (${code}); give another one with --out`,
    );
  }
  return () => rmSync(lock, { force: true });
}

function inUse(folder: string, owner: number | undefined): string {
  const who = owner === undefined ? '' : ` (process ${owner})`;
  return `another trace audit is writing to ${folder}${who}; give this one a directory of its own with --out`;
}

/** False when somebody has it. */
function claim(lock: string): boolean {
  try {
    writeFileSync(lock, `${process.pid}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** The process that has it, if there is such a process. */
function ownerOf(lock: string): number | undefined {
  const owner = Number(readFileSync(lock, 'utf8'));
  if (!Number.isInteger(owner) || owner <= 0) return undefined;
  try {
    process.kill(owner, 0);
    return owner;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? owner : undefined;
  }
}
