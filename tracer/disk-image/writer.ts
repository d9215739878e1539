// Writes an xv6 file system image that holds the given files in its root directory. The same files in the
// same order give the same bytes: the format has no dates, and unused space is zero.
import { UsageError } from '../../errors.js';
import {
  DIRECTORY_ENTRY_BYTES,
  FileType,
  InodeField,
  MAGIC,
  NAME_BYTES_MAX,
  ROOT_INODE,
  SUPERBLOCK_FIELDS,
  SUPERBLOCK_NUMBER,
  USUAL_LAYOUT,
  assignBlock,
  fileBytesMax,
  inodeOffset,
  inodesPerBlock,
  viewOf,
  type BlockLayout,
  type Superblock,
} from './layout.js';

/** A file to put into the root directory. */
export interface DiskFile {
  name: string;
  contents: Uint8Array;
}

/**
 * Size of the image: its blocks, the inodes it has room for, and the blocks of the log with its header; and its layout,
 * if it is not the usual one.
 */
export interface DiskGeometry {
  blocks: number;
  inodes: number;
  logBlocks: number;
  layout?: BlockLayout;
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

/**
 * Writes the blocks of a new file.
 *
 * @param addresses byte position of the inode's block numbers, all zero
 * @param allocate hands out a free block of zeroes
 */
export function writeContents(
  image: Uint8Array,
  addresses: number,
  contents: Uint8Array,
  allocate: () => number,
  layout: BlockLayout,
): void {
  const { blockBytes } = layout;
  for (let at = 0; at < contents.length; at += blockBytes) {
    const block = assignBlock(viewOf(image), addresses, at / blockBytes, allocate, layout);
    image.set(contents.subarray(at, at + blockBytes), block * blockBytes);
  }
}

/** Throws a UsageError when `name` is no name for a file on such a disk, or is taken. */
export function checkName(name: string, taken: readonly { name: string }[]): void {
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

/** Throws a UsageError for contents that are larger than a file can be. */
export function checkSize({ name, contents }: DiskFile, layout: BlockLayout): void {
  const most = fileBytesMax(layout);
  if (contents.length <= most) return;
  throw new UsageError(
    `'${name}' has ${contents.length} bytes and an xv6 file at most ${most}; make it smaller.`,
  );
}

/** Writes a directory entry at a byte position. */
export function encodeEntry(bytes: Uint8Array, at: number, { name, inode }: { name: string; inode: number }) {
  viewOf(bytes).setUint16(at, inode, true);
  bytes.fill(0, at + 2, at + DIRECTORY_ENTRY_BYTES);
  bytes.set(new TextEncoder().encode(name), at + 2);
}

function encodeDirectory(entries: readonly { name: string; inode: number }[]): Uint8Array {
  const bytes = new Uint8Array(entries.length * DIRECTORY_ENTRY_BYTES);
  entries.forEach((entry, index) => encodeEntry(bytes, index * DIRECTORY_ENTRY_BYTES, entry));
  return bytes;
}

class ImageBuilder {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly superblock: Superblock;
  private readonly layout: BlockLayout;
  private nextBlock: number;

  constructor(geometry: DiskGeometry) {
    const { layout = USUAL_LAYOUT } = geometry;
    const { blockBytes } = layout;
    this.layout = layout;
    const logStart = SUPERBLOCK_NUMBER + 1;
    const inodeStart = logStart + geometry.logBlocks;
    const bitmapStart = inodeStart + Math.floor(geometry.inodes / inodesPerBlock(layout)) + 1;
    this.nextBlock = bitmapStart + Math.floor(geometry.blocks / (blockBytes * 8)) + 1;
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
    this.bytes = new Uint8Array(geometry.blocks * blockBytes);
    this.view = viewOf(this.bytes);
    SUPERBLOCK_FIELDS.forEach((field, index) => {
      this.view.setUint32(SUPERBLOCK_NUMBER * blockBytes + index * 4, this.superblock[field], true);
    });
  }

  addInode(inode: number, type: number, name: string, contents: Uint8Array): void {
    checkSize({ name, contents }, this.layout);
    const at = inodeOffset(this.superblock, inode, this.layout);
    this.view.setInt16(at, type, true);
    // The root names itself once and is linked from nowhere else; a file has the one name given here.
    this.view.setInt16(at + InodeField.links, 1, true);
    this.view.setUint32(at + InodeField.size, contents.length, true);
    writeContents(this.bytes, at + InodeField.blocks, contents, () => this.allocate(name), this.layout);
  }

  /** The whole image, with every block handed out so far marked as used. */
  finish(): Uint8Array {
    const bitmap = this.superblock.bitmapStart * this.layout.blockBytes;
    for (let block = 0; block < this.nextBlock; block++)
      this.bytes[bitmap + (block >> 3)]! |= 1 << (block & 7);
    return this.bytes;
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
