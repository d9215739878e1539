// Adds files to the root directory of a disk that exists, as the kernel itself would: inode, blocks, bitmap and
// directory entry. The image that is given stays as it is.
import { UsageError } from '../../errors.js';
import {
  DIRECTORY_ENTRY_BYTES,
  FileType,
  INODE_BYTES,
  InodeField,
  ROOT_INODE,
  assignBlock,
  inodeOffset,
  viewOf,
} from './layout.js';
import { DiskImage } from './reader.js';
import { withRoom } from './room.js';
import { checkName, checkSize, encodeEntry, writeContents, type DiskFile } from './writer.js';

/**
 * A copy of an image with more files in its root directory.
 *
 * @param label names the image in messages, usually its path
 * @throws UsageError when the image is no xv6 disk, has a name already, or has no room, or when a file does not
 *   fit the format
 */
export function addFiles(image: Uint8Array, label: string, files: readonly DiskFile[]): Uint8Array {
  const adder = new FileAdder(withRoom(image, label, files), label);
  for (const file of files) adder.add(file);
  return adder.bytes;
}

class FileAdder {
  private readonly disk: DiskImage;
  private readonly view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    private readonly label: string,
  ) {
    this.disk = new DiskImage(bytes, label);
    this.view = viewOf(bytes);
    // Reads every program whole: a file system with a layout of its tree's own is refused before it is written to.
    this.disk.programNames();
    const { logStart, logBlocks } = this.disk.superblock;
    // The kernel would finish that write at its next boot, over what is added here.
    if (logBlocks > 0 && this.view.getUint32(logStart * this.disk.layout.blockBytes, true) !== 0) {
      throw new UsageError(
        `${label} has an unfinished write in its log, so nothing can be added to it; rebuild it (\`make fs.img\`).`,
      );
    }
  }

  add(file: DiskFile): void {
    const { name, contents } = file;
    checkName(name, [{ name: '.' }, { name: '..' }]);
    const { layout } = this.disk;
    checkSize(file, layout);
    if (this.disk.rootDirectory().some((entry) => entry.name === name)) {
      throw new UsageError(`${this.label} has '${name}' already; add it under another name (FILE=NAME).`);
    }
    const inode = this.freeInode(name);
    const at = inodeOffset(this.disk.superblock, inode, layout);
    this.bytes.fill(0, at, at + INODE_BYTES);
    this.view.setInt16(at, FileType.file, true);
    this.view.setInt16(at + InodeField.links, 1, true);
    this.view.setUint32(at + InodeField.size, contents.length, true);
    writeContents(this.bytes, at + InodeField.blocks, contents, () => this.allocate(name), layout);
    encodeEntry(this.bytes, this.directorySlot(name), { name, inode });
  }

  private freeInode(name: string): number {
    const { superblock, layout } = this.disk;
    for (let inode = ROOT_INODE + 1; inode < superblock.inodes; inode++)
      if (this.view.getInt16(inodeOffset(superblock, inode, layout), true) === FileType.free) return inode;
    throw new UsageError(
      `${this.label} has no inode left for '${name}' (it has ${superblock.inodes}); add fewer.`,
    );
  }

  /** Byte position of a free entry of the root directory, which grows by one where all are taken. */
  private directorySlot(name: string): number {
    const { layout } = this.disk;
    const { blockBytes } = layout;
    const root = this.disk.readInode(ROOT_INODE);
    const position = (entry: number) =>
      this.disk.blockOf(root, Math.floor(entry / blockBytes), '/') * blockBytes + (entry % blockBytes);
    for (let entry = 0; entry + DIRECTORY_ENTRY_BYTES <= root.sizeBytes; entry += DIRECTORY_ENTRY_BYTES)
      if (this.view.getUint16(position(entry), true) === 0) return position(entry);
    const at = inodeOffset(this.disk.superblock, ROOT_INODE, layout);
    const { sizeBytes } = root;
    this.view.setUint32(at + InodeField.size, sizeBytes + DIRECTORY_ENTRY_BYTES, true);
    if (sizeBytes % blockBytes !== 0) return position(sizeBytes);
    const addresses = at + InodeField.blocks;
    const allocate = () => this.allocate(name);
    return assignBlock(this.view, addresses, sizeBytes / blockBytes, allocate, layout) * blockBytes;
  }

  /** Takes the first free block, and clears it. */
  private allocate(name: string): number {
    const { bitmapStart, size } = this.disk.superblock;
    const { blockBytes } = this.disk.layout;
    for (let block = bitmapStart + 1; block < size; block++) {
      const at = bitmapStart * blockBytes + (block >> 3);
      if ((this.bytes[at]! >> (block & 7)) & 1) continue;
      this.bytes[at]! |= 1 << (block & 7);
      this.bytes.fill(0, block * blockBytes, (block + 1) * blockBytes);
      return block;
    }
    throw new UsageError(
      `${this.label} of ${size} blocks is full at '${name}'; add fewer or smaller programs.`,
    );
  }
}
