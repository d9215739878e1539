// How a process is called wherever people read of it.
import { escapeText } from './escape.js';

/** Characters of a name that are shown: xv6 keeps no more. */
const nameLength = 16;

/** A process by its number and, where the kernel keeps one, its name, which is raw guest text. */
export function processWords(pid: number | string, name?: string): string {
  return `process ${pid}${name ? ` (${escapeText(name, nameLength)})` : ''}`;
}
