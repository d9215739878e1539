// Rewrites a file of a disk in place: it keeps its inode, its blocks and its size. The image that is given stays as it
// is.
import { UsageError } from '../../errors.js';
import { DiskImage } from './reader.js';

/**
 * A copy of an image in which a file of the root directory has other contents, as many bytes as it had.
 *
 * @param label names the image in messages, usually its path
 * @throws UsageError when the image is no xv6 disk, or has no such file of that size
 */
export function rewriteFile(
  image: Uint8Array,
  label: string,
  name: string,
  contents: Uint8Array,
): Uint8Array {
  const bytes = image.slice();
  const disk = new DiskImage(bytes, label);
  const entry = disk.rootDirectory().find((one) => one.name === name && one.type === 'file');
  if (entry?.sizeBytes !== contents.length)
    throw new UsageError(`${label} has no file '${name}' of ${contents.length} bytes; give one that has.`);
  const { blockBytes } = disk.layout;
  const inode = disk.readInode(entry.inode);
  for (let at = 0; at < contents.length; at += blockBytes)
    bytes.set(
      contents.subarray(at, at + blockBytes),
      disk.blockOf(inode, at / blockBytes, name) * blockBytes,
    );
  return bytes;
}
