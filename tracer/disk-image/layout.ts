// The layout of an xv6 file system on disk: blocks of 1 KiB in the order boot, super, log, inodes, bitmap, data.
// All fields are little-endian. Reader and writer take every number of the format from here.

export const BLOCK_BYTES = 1024;
export const MAGIC = 0x10203040;
export const SUPERBLOCK_NUMBER = 1;
export const ROOT_INODE = 1;

export const INODE_BYTES = 64;
export const INODES_PER_BLOCK = BLOCK_BYTES / INODE_BYTES;
export const DIRECT_BLOCKS = 12;
export const INDIRECT_BLOCKS = BLOCK_BYTES / 4;
/** Largest file the format can hold: 268 KiB. */
export const FILE_BYTES_MAX = (DIRECT_BLOCKS + INDIRECT_BLOCKS) * BLOCK_BYTES;

export const DIRECTORY_ENTRY_BYTES = 16;
export const NAME_BYTES_MAX = 14;
export const BITS_PER_BLOCK = BLOCK_BYTES * 8;

export const FileType = { free: 0, directory: 1, file: 2, device: 3 } as const;

/** The superblock's fields in their order on disk, each a u32. Counts and positions are in blocks, but for
 * `inodes`, which counts inodes. */
export interface Superblock {
  magic: number;
  size: number;
  dataBlocks: number;
  inodes: number;
  logBlocks: number;
  logStart: number;
  inodeStart: number;
  bitmapStart: number;
}

export const SUPERBLOCK_FIELDS = [
  'magic',
  'size',
  'dataBlocks',
  'inodes',
  'logBlocks',
  'logStart',
  'inodeStart',
  'bitmapStart',
] as const satisfies readonly (keyof Superblock)[];

/** One inode. `blocks` holds the 12 direct block numbers and then that of the indirect block; 0 = none. */
export interface Inode {
  type: number;
  major: number;
  minor: number;
  links: number;
  sizeBytes: number;
  blocks: number[];
}

/** Positions in an inode: links, size, block numbers. */
export const InodeField = { links: 6, size: 8, blocks: 12 } as const;

/** Byte position of an inode in the image. */
export function inodeOffset(superblock: Superblock, inode: number): number {
  const block = superblock.inodeStart + Math.floor(inode / INODES_PER_BLOCK);
  return block * BLOCK_BYTES + (inode % INODES_PER_BLOCK) * INODE_BYTES;
}

/**
 * Gives a file the block with this index, and the indirect block where that is the first to need it.
 *
 * @param addresses byte position of the inode's block numbers
 * @param allocate hands out a free block of zeroes
 * @returns the number of the block
 */
export function assignBlock(
  view: DataView,
  addresses: number,
  index: number,
  allocate: () => number,
): number {
  const block = allocate();
  if (index < DIRECT_BLOCKS) {
    view.setUint32(addresses + index * 4, block, true);
    return block;
  }
  const pointer = addresses + DIRECT_BLOCKS * 4;
  if (view.getUint32(pointer, true) === 0) view.setUint32(pointer, allocate(), true);
  view.setUint32(view.getUint32(pointer, true) * BLOCK_BYTES + (index - DIRECT_BLOCKS) * 4, block, true);
  return block;
}

/** The same bytes as a DataView. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
