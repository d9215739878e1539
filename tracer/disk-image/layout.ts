// The layout of an xv6 file system on disk: blocks in the order boot, super, log, inodes, bitmap, data. All fields are
// little-endian. Reader and writer take every number of the format from here.

/** What trees change of the format. */
export interface BlockLayout {
  /** Bytes of a block: the same for all that is counted in blocks. */
  readonly blockBytes: number;
  /** How many of an inode's 13 block numbers lead to data. The first one behind them is that of an indirect block, the
   * second that of a block of indirect blocks, and so on. */
  readonly directBlocks: number;
}

/** xv6's own layout. */
export const USUAL_LAYOUT: BlockLayout = { blockBytes: 1024, directBlocks: 12 };
/** Block sizes to look for, the likeliest first. */
export const BLOCK_SIZES = [1024, 4096, 2048, 512] as const;
export const BLOCK_NUMBERS = 13;
export const MAGIC = 0x10203040;
export const SUPERBLOCK_NUMBER = 1;
export const ROOT_INODE = 1;

export const INODE_BYTES = 64;

/** Inodes in a block. */
export const inodesPerBlock = ({ blockBytes }: BlockLayout): number => blockBytes / INODE_BYTES;

/** Largest file that a layout can hold, in bytes. */
export function fileBytesMax({ blockBytes, directBlocks }: BlockLayout): number {
  let blocks = directBlocks;
  for (let level = 1; level <= BLOCK_NUMBERS - directBlocks; level++) blocks += (blockBytes / 4) ** level;
  return blocks * blockBytes;
}

/** Largest file of the usual layout: 268 KiB. */
export const FILE_BYTES_MAX = fileBytesMax(USUAL_LAYOUT);

export const DIRECTORY_ENTRY_BYTES = 16;
export const NAME_BYTES_MAX = 14;

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

/** One inode. `blocks` holds its block numbers, direct ones first; 0 = none. */
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
export function inodeOffset(superblock: Superblock, inode: number, layout: BlockLayout): number {
  const each = inodesPerBlock(layout);
  const block = superblock.inodeStart + Math.floor(inode / each);
  return block * layout.blockBytes + (inode % each) * INODE_BYTES;
}

/**
 * The way from an inode to a block of its file: which of its block numbers, then which number in each indirect block.
 * Undefined for a block behind the longest file.
 */
export function blockPath(index: number, { blockBytes, directBlocks }: BlockLayout): number[] | undefined {
  if (index < directBlocks) return [index];
  const each = blockBytes / 4;
  let rest = index - directBlocks;
  for (let level = 1; level <= BLOCK_NUMBERS - directBlocks; level++) {
    const reached = each ** level;
    if (rest < reached) {
      const steps = Array.from(
        { length: level },
        (_, step) => Math.floor(rest / each ** (level - 1 - step)) % each,
      );
      return [directBlocks + level - 1, ...steps];
    }
    rest -= reached;
  }
  return undefined;
}

/**
 * Gives a file the block with this index, and the indirect blocks that it is the first to need.
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
  layout: BlockLayout,
): number {
  const block = allocate();
  const [first, ...steps] = blockPath(index, layout)!;
  let at = addresses + first * 4;
  for (const step of steps) {
    if (view.getUint32(at, true) === 0) view.setUint32(at, allocate(), true);
    at = view.getUint32(at, true) * layout.blockBytes + step * 4;
  }
  view.setUint32(at, block, true);
  return block;
}

/** The same bytes as a DataView. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
