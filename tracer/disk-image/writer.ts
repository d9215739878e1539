// Writes an xv6 file system image that holds the given files in its root directory. The same files in the
// same order give the same bytes: the format has no dates, and unused space is zero.
import { UsageError } from '../../errors.js';
import {
  BITS_PER_BLOCK,
  BLOCK_BYTES,
  DIRECT_BLOCKS,
  DIRECTORY_ENTRY_BYTES,
  FILE_BYTES_MAX,
  FileType,
  INODES_PER_BLOCK,
  MAGIC,
  NAME_BYTES_MAX,
  ROOT_INODE,
  SUPERBLOCK_FIELDS,
  SUPERBLOCK_NUMBER,
  inodeOffset,
  viewOf,
  type Superblock,
} from './layout.js';

/** A file to put into the root directory. */
export interface DiskFile {
  name: string;
  contents: Uint8Array;
}

/** Size of the image: its blocks, the inodes it has room for, and the blocks of the log with its header. */
export interface DiskGeometry {
  blocks: number;
  inodes: number;
  logBlocks: number;
}

export const DEFAULT_GEOMETRY: DiskGeometry = { blocks: 2000, inodes: 200, logBlocks: 30 };

/**
 * The bytes of a file system with `files` in its root directory.
 * Throws a UsageError when a name or a file does not fit the format, or all of them do not fit the disk.
 */
export function writeDiskImage(files: readonly DiskFile[], geometry = DEFAULT_GEOMETRY): Uint8Array {
  const image = new ImageBuilder(geometry);
  if (files.length + ROOT_INODE >= geometry.inodes) {
    throw new UsageError(
      `${files.length} files do not fit a disk image of ${geometry.inodes} inodes; use fewer.`,
    );
  }
  const entries = [
    { name: '.', inode: ROOT_INODE },
    { name: '..', inode: ROOT_INODE },
  ];
  files.forEach((file, index) => {
    const inode = ROOT_INODE + 1 + index;
    checkName(file.name, entries);
    entries.push({ name: file.name, inode });
  });
  image.addInode(ROOT_INODE, FileType.directory, '/', encodeDirectory(entries));
  files.forEach((file, index) =>
    image.addInode(ROOT_INODE + 1 + index, FileType.file, file.name, file.contents),
  );
  return image.finish();
}

function checkName(name: string, taken: readonly { name: string }[]): void {
  const bytes = new TextEncoder().encode(name).length;
  if (bytes === 0 || bytes > NAME_BYTES_MAX || /[/\0]/.test(name)) {
    throw new UsageError(
      `'${name}' cannot be a file name on an xv6 disk: use 1 to ${NAME_BYTES_MAX} bytes without '/'.`,
    );
  }
  if (taken.some((entry) => entry.name === name)) {
    throw new UsageError(`'${name}' is given twice for the same disk image; give each file its own name.`);
  }
}

function encodeDirectory(entries: readonly { name: string; inode: number }[]): Uint8Array {
  const bytes = new Uint8Array(entries.length * DIRECTORY_ENTRY_BYTES);
  entries.forEach((entry, index) => {
    const at = index * DIRECTORY_ENTRY_BYTES;
    viewOf(bytes).setUint16(at, entry.inode, true);
    bytes.set(new TextEncoder().encode(entry.name), at + 2);
  });
  return bytes;
}

class ImageBuilder {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly superblock: Superblock;
  private nextBlock: number;

  constructor(geometry: DiskGeometry) {
    const logStart = SUPERBLOCK_NUMBER + 1;
    const inodeStart = logStart + geometry.logBlocks;
    const bitmapStart = inodeStart + Math.floor(geometry.inodes / INODES_PER_BLOCK) + 1;
    this.nextBlock = bitmapStart + Math.floor(geometry.blocks / BITS_PER_BLOCK) + 1;
    this.superblock = {
      magic: MAGIC,
      size: geometry.blocks,
      dataBlocks: geometry.blocks - this.nextBlock,
      inodes: geometry.inodes,
      logBlocks: geometry.logBlocks,
      logStart,
      inodeStart,
      bitmapStart,
    };
    this.bytes = new Uint8Array(geometry.blocks * BLOCK_BYTES);
    this.view = viewOf(this.bytes);
    SUPERBLOCK_FIELDS.forEach((field, index) => {
      this.view.setUint32(SUPERBLOCK_NUMBER * BLOCK_BYTES + index * 4, this.superblock[field], true);
    });
  }

  addInode(inode: number, type: number, name: string, contents: Uint8Array): void {
    if (contents.length > FILE_BYTES_MAX) {
      throw new UsageError(
        `'${name}' has ${contents.length} bytes and an xv6 file at most ${FILE_BYTES_MAX}; make it smaller.`,
      );
    }
    const at = inodeOffset(this.superblock, inode);
    this.view.setInt16(at, type, true);
    // The root names itself once and is linked from nowhere else; a file has the one name given here.
    this.view.setInt16(at + 6, 1, true);
    this.view.setUint32(at + 8, contents.length, true);
    this.addContents(at + 12, name, contents);
  }

  /** The whole image, with every block handed out so far marked as used. */
  finish(): Uint8Array {
    const bitmap = this.superblock.bitmapStart * BLOCK_BYTES;
    for (let block = 0; block < this.nextBlock; block++)
      this.bytes[bitmap + (block >> 3)]! |= 1 << (block & 7);
    return this.bytes;
  }

  private addContents(addresses: number, name: string, contents: Uint8Array): void {
    const blocks = Math.ceil(contents.length / BLOCK_BYTES);
    let indirect = 0;
    for (let index = 0; index < blocks; index++) {
      const block = this.allocate(name);
      this.bytes.set(contents.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES), block * BLOCK_BYTES);
      if (index < DIRECT_BLOCKS) {
        this.view.setUint32(addresses + index * 4, block, true);
        continue;
      }
      if (indirect === 0) {
        indirect = this.allocate(name);
        this.view.setUint32(addresses + DIRECT_BLOCKS * 4, indirect, true);
      }
      this.view.setUint32(indirect * BLOCK_BYTES + (index - DIRECT_BLOCKS) * 4, block, true);
    }
  }

  private allocate(name: string): number {
    if (this.nextBlock >= this.superblock.size) {
      throw new UsageError(
        `The disk image of ${this.superblock.size} blocks is full at '${name}'; use fewer files.`,
      );
    }
    return this.nextBlock++;
  }
}
