// Whether a program can be typed at the shell of a disk: it is there, and its line fits.
import { unlessRefused, UsageError } from '../../errors.js';
import { DiskImage } from '../disk-image/index.js';
import { didYouMean } from '../../text/index.js';

/** What the shells of these kernels read at once, without the newline. */
const lineBytesMax = 98;

/**
 * Checks a program and its arguments before anything boots.
 *
 * @param words the program and its arguments; none to only boot
 * @param addable programs that would be put on a copy of the disk if they were asked for
 * @throws UsageError when the disk is no xv6 disk, has no such program, or the line cannot be typed
 */
export function checkProgram(
  words: readonly string[],
  disk: Uint8Array,
  diskPath: string,
  addable: readonly string[] = [],
): void {
  const image = new DiskImage(disk, diskPath);
  // A disk may have a layout of the tree's own, as labs about larger files have it.
  const entries = unlessRefused(() => image.rootDirectory());
  if (words.length === 0) return;
  const line = words.join(' ');
  if (/\p{Cc}/u.test(line))
    throw new UsageError(
      'the program line has a control character, which the console would obey; leave it out',
    );
  const bytes = Buffer.byteLength(line);
  if (bytes > lineBytesMax) {
    throw new UsageError(
      `the program line has ${bytes} bytes and the shell reads ${lineBytesMax}; give fewer or shorter arguments`,
    );
  }
  // On a disk with a layout of the tree's own, the shell is left to say so itself.
  if (entries === undefined) return;
  const name = words[0].replace(/^(\.?\/)+/, '');
  // A program in another directory is left to the shell, which says so itself.
  if (name.includes('/') || entries.some((entry) => entry.name === name && entry.type === 'file')) return;
  const files = entries.filter((entry) => entry.type === 'file').map((entry) => entry.name);
  const programs = unlessRefused(() => image.programNames()) ?? files.sort();
  const others = addable.filter((other) => !programs.includes(other));
  const added = others.length === 0 ? '' : `; when asked for, ours are added: ${others.join(', ')}`;
  throw new UsageError(
    `there is no program '${name}' on ${diskPath}${didYouMean(name, [...programs, ...others]) || '.'} ` +
      `It has: ${programs.join(', ')}${added}`,
  );
}
