// Room on a disk for what is added to it: programs of ours are not to be why a test of the tree's own finds it full,
// upon which kernels of many years panic.
import { SUPERBLOCK_FIELDS, SUPERBLOCK_NUMBER, viewOf, type BlockLayout, type Superblock } from './layout.js';
import { DiskImage } from './reader.js';
import type { DiskFile } from './writer.js';

/** Blocks that programs want to find free: the longest file of the usual layout, twice, and some. */
const blocksWanted = 600;
const bitsInByte = 8;

/**
 * A copy of an image, larger where that needs it to have as much room after the files are added as before, or as much
 * as anybody wants. It is no larger than its bitmap can tell of, nor is one with no room for the files.
 */
export function withRoom(image: Uint8Array, label: string, files: readonly DiskFile[]): Uint8Array {
  const { superblock, layout } = new DiskImage(image, label);
  const { blockBytes } = layout;
  const free = freeBlocks(image, superblock, layout);
  const needed = files.reduce((sum, { contents }) => sum + blocksOf(contents.length, blockBytes), 0);
  const missing = Math.min(free, blocksWanted) - (free - needed);
  if (missing <= 0 || needed > free) return Uint8Array.from(image);
  const { size, dataBlocks } = superblock;
  const bitsInBlock = blockBytes * bitsInByte;
  const most = (Math.floor(size / bitsInBlock) + 1) * bitsInBlock;
  const added = Math.min(missing, most - size);
  const larger = new Uint8Array(Math.max(image.length, (size + added) * blockBytes));
  larger.set(image);
  const counts: Partial<Superblock> = { size: size + added, dataBlocks: dataBlocks + added };
  SUPERBLOCK_FIELDS.forEach((field, index) => {
    const count = counts[field];
    if (count !== undefined)
      viewOf(larger).setUint32(SUPERBLOCK_NUMBER * blockBytes + index * 4, count, true);
  });
  return larger;
}

/** Blocks of a file with its indirect ones. */
function blocksOf(bytes: number, blockBytes: number): number {
  const blocks = Math.ceil(bytes / blockBytes);
  return blocks + Math.ceil(blocks / (blockBytes / 4)) + 1;
}

function freeBlocks(
  image: Uint8Array,
  { bitmapStart, size }: Superblock,
  { blockBytes }: BlockLayout,
): number {
  let free = 0;
  for (let block = bitmapStart + 1; block < size; block++) {
    const byte = image[bitmapStart * blockBytes + Math.floor(block / bitsInByte)];
    if (((byte >> (block % bitsInByte)) & 1) === 0) free++;
  }
  return free;
}
