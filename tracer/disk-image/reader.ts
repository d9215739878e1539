// Reads an xv6 file system image: its root directory and the files in it. Nothing in the image is believed
// before it is checked, since the image is the user's; what does not fit the format is a UsageError.
import { UsageError } from '../../errors.js';
import { hex } from '../../text/index.js';
import {
  BLOCK_BYTES,
  DIRECT_BLOCKS,
  DIRECTORY_ENTRY_BYTES,
  FILE_BYTES_MAX,
  FileType,
  INDIRECT_BLOCKS,
  INODES_PER_BLOCK,
  InodeField,
  MAGIC,
  NAME_BYTES_MAX,
  ROOT_INODE,
  SUPERBLOCK_FIELDS,
  SUPERBLOCK_NUMBER,
  inodeOffset,
  viewOf,
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
  private readonly view: DataView;

  /** `label` names the image in messages, usually its path. Throws a UsageError when it is no xv6 disk. */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly label = 'the disk image',
  ) {
    this.view = viewOf(bytes);
    this.superblock = this.readSuperblock();
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

  private readSuperblock(): Superblock {
    const at = SUPERBLOCK_NUMBER * BLOCK_BYTES;
    if (this.bytes.length < at + BLOCK_BYTES) this.reject(`it has only ${this.bytes.length} bytes`);
    const fields = SUPERBLOCK_FIELDS.map((name, index) => [name, this.view.getUint32(at + index * 4, true)]);
    const superblock = Object.fromEntries(fields) as Superblock;
    if (superblock.magic !== MAGIC) {
      this.reject(`its superblock says ${hex(superblock.magic)} instead of ${hex(MAGIC)}`);
    }
    const { size, inodes, inodeStart, bitmapStart } = superblock;
    if (size * BLOCK_BYTES > this.bytes.length) {
      this.reject(`it is cut off: ${size} blocks are promised and ${this.bytes.length} bytes are there`);
    }
    const inodesEnd = inodeStart + Math.ceil(inodes / INODES_PER_BLOCK);
    if (inodeStart <= SUPERBLOCK_NUMBER || inodesEnd > bitmapStart || bitmapStart >= size) {
      this.reject('the areas its superblock describes overlap or lie outside of it');
    }
    return superblock;
  }

  /** An inode by its number. Throws a UsageError when the disk has none of that number. */
  readInode(number: number): Inode {
    if (number >= this.superblock.inodes) this.reject(`inode ${number} does not exist`);
    const at = inodeOffset(this.superblock, number);
    const addresses = Array.from({ length: DIRECT_BLOCKS + 1 }, (_, index) =>
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
    if (inode.sizeBytes > FILE_BYTES_MAX) this.reject(`'${name}' claims ${inode.sizeBytes} bytes`);
    const contents = new Uint8Array(inode.sizeBytes);
    for (let at = 0; at < contents.length; at += BLOCK_BYTES) {
      const start = this.blockOf(inode, at / BLOCK_BYTES, name) * BLOCK_BYTES;
      contents.set(this.bytes.subarray(start, start + Math.min(BLOCK_BYTES, contents.length - at)), at);
    }
    return contents;
  }

  /** Number of the block that holds the file's bytes from `index` * 1 KiB on; `name` is for messages. */
  blockOf(inode: Inode, index: number, name: string): number {
    if (index < DIRECT_BLOCKS) return this.checkBlock(inode.blocks[index]!, name);
    if (index >= DIRECT_BLOCKS + INDIRECT_BLOCKS) this.reject(`'${name}' is longer than a file can be`);
    const indirect = this.checkBlock(inode.blocks[DIRECT_BLOCKS]!, name);
    const entry = indirect * BLOCK_BYTES + (index - DIRECT_BLOCKS) * 4;
    return this.checkBlock(this.view.getUint32(entry, true), name);
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
