// Exceptions to a limit, in ratchet.json: what was over it when the limit came, with the size it then had. Sizes only
// fall: something new or grown fails, and what shrank is written down by `npm run accept`, which never adds or raises.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ratchetFile = fileURLToPath(new URL('ratchet.json', import.meta.url));

/** Sizes by name. */
export type Sizes = Readonly<Record<string, number>>;

/** The limits that have exceptions. */
export type LimitName = 'file_lines' | 'function_lines' | 'wide_lines' | 'undocumented_exports';

/** The exceptions of each limit. */
export type Ratchet = Readonly<Record<LimitName, Sizes>>;

/** The exceptions as they are written down. */
export function readRatchet(): Ratchet {
  return JSON.parse(readFileSync(ratchetFile, 'utf8')) as Ratchet;
}

/** What is over the limit and new, or larger than it was when it was written down. */
export function excess(sizes: Sizes, limit: number, exceptions: Sizes): string[] {
  return Object.entries(sizes)
    .filter(([name, size]) => size > (exceptions[name] ?? limit))
    .map(([name, size]) => `${name}: ${size}, and at most ${exceptions[name] ?? limit} are allowed here`);
}

/** The exceptions that are still needed, each as small as it now is. */
export function lowered(sizes: Sizes, limit: number, exceptions: Sizes): Sizes {
  const needed = Object.entries(exceptions)
    .filter(([name]) => (sizes[name] ?? 0) > limit)
    .map(([name, size]): [string, number] => [name, Math.min(size, sizes[name])]);
  return Object.fromEntries(needed.sort(([a], [b]) => (a < b ? -1 : 1)));
}
