// Reads an xv6 file system image: its root directory and the files in it. Nothing in the image is believed
// before it is checked, since the image is the user's; what does not fit the format is a UsageError.
import { UsageError } from '../../errors.js';
import { hex } from '../../text/index.js';
import {
  BLOCK_NUMBERS,
  BLOCK_SIZES,
  DIRECTORY_ENTRY_BYTES,
  FileType,
  InodeField,
  MAGIC,
  NAME_BYTES_MAX,
  ROOT_INODE,
  SUPERBLOCK_FIELDS,
  SUPERBLOCK_NUMBER,
  USUAL_LAYOUT,
  blockPath,
  fileBytesMax,
  inodeOffset,
  inodesPerBlock,
  viewOf,
  type BlockLayout,
  type Inode,
  type Superblock,
} from './layout.js';

/** A name in the root directory. */
export interface DirectoryEntry {
  name: string;
  inode: number;
  type: 'directory' | 'file' | 'device';
  sizeBytes: number;
}

const TYPE_NAMES = {
  [FileType.directory]: 'directory',
  [FileType.file]: 'file',
  [FileType.device]: 'device',
} as const;
const ELF_MAGIC = [0x7f, 0x45, 0x4c, 0x46];

/** An xv6 file system image, opened for reading. */
export class DiskImage {
  readonly superblock: Superblock;
  /** Found from where the superblock is, and from how long files name their blocks. */
  readonly layout: BlockLayout;
  private readonly view: DataView;

  /** `label` names the image in messages, usually its path. Throws a UsageError when it is no xv6 disk. */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly label = 'the disk image',
  ) {
    this.view = viewOf(bytes);
    const { length } = bytes;
    const isAt = (size: number) => length >= 2 * size && this.view.getUint32(size, true) === MAGIC;
    const blockBytes = BLOCK_SIZES.find(isAt) ?? USUAL_LAYOUT.blockBytes;
    this.superblock = this.readSuperblock(blockBytes);
    this.layout = { blockBytes, directBlocks: this.directBlocks(blockBytes) };
  }

  /** The names in the root directory, in their order on disk, without `.` and `..`. */
  rootDirectory(): DirectoryEntry[] {
    const root = this.readInode(ROOT_INODE);
    if (root.type !== FileType.directory) this.reject('its root inode is not a directory');
    const contents = this.readContents(root, '/');
    const entries: DirectoryEntry[] = [];
    for (let at = 0; at + DIRECTORY_ENTRY_BYTES <= contents.length; at += DIRECTORY_ENTRY_BYTES) {
      const inode = viewOf(contents).getUint16(at, true);
      const name = decodeName(contents.subarray(at + 2, at + 2 + NAME_BYTES_MAX));
      if (inode === 0 || name === '.' || name === '..') continue;
      const { type, sizeBytes } = this.readInode(inode);
      if (!isFileType(type)) this.reject(`'${name}' names inode ${inode}, which is free`);
      entries.push({ name, inode, type: TYPE_NAMES[type], sizeBytes });
    }
    return entries;
  }

  /** The contents of a file in the root directory. Throws a UsageError when there is none of that name. */
  readFile(name: string): Uint8Array {
    const entry = this.rootDirectory().find(
      (candidate) => candidate.name === name && candidate.type === 'file',
    );
    if (entry === undefined) {
      throw new UsageError(
        `There is no file '${name}' in the root directory of ${this.label}; choose one that is.`,
      );
    }
    return this.readContents(this.readInode(entry.inode), name);
  }

  /** Names of the files in the root directory that a kernel can execute, i.e. that are ELF, sorted. */
  programNames(): string[] {
    const programs = this.rootDirectory().filter((entry) => {
      if (entry.type !== 'file' || entry.sizeBytes < ELF_MAGIC.length) return false;
      const contents = this.readContents(this.readInode(entry.inode), entry.name);
      return ELF_MAGIC.every((byte, index) => contents[index] === byte);
    });
    return programs.map((entry) => entry.name).sort();
  }

  private readSuperblock(blockBytes: number): Superblock {
    const at = SUPERBLOCK_NUMBER * blockBytes;
    if (this.bytes.length < at + blockBytes) this.reject(`it has only ${this.bytes.length} bytes`);
    const fields = SUPERBLOCK_FIELDS.map((name, index) => [name, this.view.getUint32(at + index * 4, true)]);
    const superblock = Object.fromEntries(fields) as Superblock;
    if (superblock.magic !== MAGIC) {
      this.reject(`its superblock says ${hex(superblock.magic)} instead of ${hex(MAGIC)}`);
    }
    const { size, inodes, inodeStart, bitmapStart } = superblock;
    if (size * blockBytes > this.bytes.length) {
      this.reject(`it is cut off: ${size} blocks are promised and ${this.bytes.length} bytes are there`);
    }
    const each = inodesPerBlock({ ...USUAL_LAYOUT, blockBytes });
    const inodesEnd = inodeStart + Math.ceil(inodes / each);
    if (inodeStart <= SUPERBLOCK_NUMBER || inodesEnd > bitmapStart || bitmapStart >= size) {
      this.reject('the areas its superblock describes overlap or lie outside of it');
    }
    return superblock;
  }

  /** A file too long for the usual numbers and without a last one has its first indirect block one number earlier. */
  private directBlocks(blockBytes: number): number {
    const { directBlocks } = USUAL_LAYOUT;
    const isLong = ({ type, sizeBytes, blocks }: Inode) =>
      type === FileType.file && sizeBytes > directBlocks * blockBytes && blocks[directBlocks] === 0;
    for (let inode = ROOT_INODE; inode < this.superblock.inodes; inode++)
      if (isLong(this.inodeIn({ blockBytes, directBlocks }, inode))) return directBlocks - 1;
    return directBlocks;
  }

  /** An inode by its number. Throws a UsageError when the disk has none of that number. */
  readInode(number: number): Inode {
    if (number >= this.superblock.inodes) this.reject(`inode ${number} does not exist`);
    return this.inodeIn(this.layout, number);
  }

  private inodeIn(layout: BlockLayout, number: number): Inode {
    const at = inodeOffset(this.superblock, number, layout);
    const addresses = Array.from({ length: BLOCK_NUMBERS }, (_, index) =>
      this.view.getUint32(at + InodeField.blocks + index * 4, true),
    );
    return {
      type: this.view.getInt16(at, true),
      major: this.view.getInt16(at + 2, true),
      minor: this.view.getInt16(at + 4, true),
      links: this.view.getInt16(at + InodeField.links, true),
      sizeBytes: this.view.getUint32(at + InodeField.size, true),
      blocks: addresses,
    };
  }

  private readContents(inode: Inode, name: string): Uint8Array {
    const { blockBytes } = this.layout;
    if (inode.sizeBytes > fileBytesMax(this.layout)) this.reject(`'${name}' claims ${inode.sizeBytes} bytes`);
    const contents = new Uint8Array(inode.sizeBytes);
    for (let at = 0; at < contents.length; at += blockBytes) {
      const start = this.blockOf(inode, at / blockBytes, name) * blockBytes;
      contents.set(this.bytes.subarray(start, start + Math.min(blockBytes, contents.length - at)), at);
    }
    return contents;
  }

  /** Number of the block of a file with an index; `name` is for messages. */
  blockOf(inode: Inode, index: number, name: string): number {
    const [first, ...steps] = blockPath(index, this.layout) ?? [];
    if (first === undefined) this.reject(`'${name}' is longer than a file can be`);
    let block = this.checkBlock(inode.blocks[first], name);
    for (const step of steps) {
      const at = block * this.layout.blockBytes + step * 4;
      block = this.checkBlock(this.view.getUint32(at, true), name);
    }
    return block;
  }

  private checkBlock(block: number, name: string): number {
    if (block <= this.superblock.bitmapStart || block >= this.superblock.size) {
      this.reject(`'${name}' uses block ${block}, which is no data block`);
    }
    return block;
  }

  private reject(reason: string): never {
    throw new UsageError(
      `${this.label} is not a usable xv6 file system: ${reason}; give the fs.img built with the kernel.`,
    );
  }
}

function isFileType(type: number): type is keyof typeof TYPE_NAMES {
  return type in TYPE_NAMES;
}

function decodeName(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
