// Reads a linked RISC-V ELF64 file: segments to load, sections, symbols. Anything else gets one UsageError
// that says what the file is instead. (System V ABI, "Object Files"; RISC-V psABI.)
import { inflateSync } from 'node:zlib';
import { UsageError } from '../../errors.js';
import { hex } from '../../text/index.js';
import { ByteReader, MalformedData, stringAt } from './byte-reader.js';
import { machineName } from './elf-machines.js';

/** A part of the file that is loaded into memory (PT_LOAD with a size in memory). */
export interface ElfSegment {
  /** Physical address it is loaded at. */
  readonly address: number;
  readonly virtualAddress: bigint;
  /** What the file holds; the rest up to memorySize is zero. */
  readonly bytes: Uint8Array;
  readonly memorySize: number;
  readonly flags: { readonly read: boolean; readonly write: boolean; readonly execute: boolean };
}

/** A section header, with the bytes it stands for. */
export interface ElfSection {
  readonly name: string;
  /** Section type, SHT_… */
  readonly type: number;
  /** Virtual address in the internal form (address.ts); 0 when it is not in memory. */
  readonly address: number;
  readonly size: number;
  readonly allocated: boolean;
  readonly executable: boolean;
  readonly link: number;
  /** Contents; empty for sections without any in the file (.bss). */
  readonly bytes: Uint8Array;
}

/** A defined symbol. */
export interface ElfSymbol {
  readonly name: string;
  readonly address: bigint;
  readonly size: number;
  readonly type: 'none' | 'object' | 'function' | 'other';
  readonly binding: 'local' | 'global' | 'weak';
  /** Index into sections; -1 for absolute symbols. Undefined symbols are not listed. */
  readonly section: number;
}

/** A linked RISC-V ELF64 file. */
export interface ElfFile {
  readonly path: string;
  /** Physical address execution starts at. */
  readonly entry: number;
  readonly segments: readonly ElfSegment[];
  readonly sections: readonly ElfSection[];
  readonly symbols: readonly ElfSymbol[];
  /** One sentence each for what is missing but not needed to run. */
  readonly warnings: readonly string[];
}

const elfHeaderSize = 64;
const programHeaderSize = 56;
const sectionHeaderSize = 64;
const symbolSize = 24;
const machineRiscv = 243;
const typeExecutable = 2;
const typeShared = 3;
const segmentLoad = 1;
const sectionSymbols = 2;
const sectionNoBits = 8;
const flagAllocated = 2;
const flagExecutable = 4;
const flagCompressed = 0x800;
const compressionZlib = 1;
/** Decompressed debug sections beyond this are refused; a kernel's are below a megabyte. */
const decompressedBytesMax = 256 * 2 ** 20;

/**
 * Parses the bytes of an ELF file; `path` only names it in messages.
 * @throws UsageError when it is no ELF64 little-endian RISC-V program, or cut short or damaged.
 */
export function parseElf(bytes: Uint8Array, path: string): ElfFile {
  checkIdentity(bytes, path);
  try {
    return readElf(bytes, path);
  } catch (error) {
    if (!(error instanceof MalformedData)) throw error;
    throw new UsageError(`${path} is a truncated or damaged ELF file (${error.message}); build it again.`);
  }
}

function checkIdentity(bytes: Uint8Array, path: string): void {
  const isElf =
    bytes.length >= 4 && bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
  if (!isElf) {
    throw new UsageError(
      `${path} is not an ELF file; give a kernel linked for RISC-V, such as kernel/kernel of a built tree.`,
    );
  }
  if (bytes.length < 20) throw new UsageError(`${path} is a truncated ELF file; build it again.`);
  const littleEndian = bytes[5] === 1;
  const low = bytes[littleEndian ? 18 : 19];
  const machine = low + bytes[littleEndian ? 19 : 18] * 256;
  if (bytes[4] !== 2 || !littleEndian || machine !== machineRiscv) {
    const width = bytes[4] === 1 ? '32-bit' : bytes[4] === 2 ? '64-bit' : 'unknown-width';
    const order = littleEndian ? 'little-endian' : 'big-endian';
    throw new UsageError(
      `${path} is a ${width} ${order} ELF file for ${machineName(machine)}; ` +
        'only 64-bit little-endian RISC-V is supported.',
    );
  }
  if (bytes.length < elfHeaderSize) throw new UsageError(`${path} is a truncated ELF file; build it again.`);
}

function readElf(bytes: Uint8Array, path: string): ElfFile {
  const header = new ByteReader(bytes, 16);
  const type = header.u16();
  if (type !== typeExecutable && type !== typeShared) {
    const what = type === 1 ? 'an unlinked object file' : 'no program';
    throw new UsageError(`${path} is ${what} (ELF type ${type}); give a linked kernel.`);
  }
  header.position = 24;
  const entry = exact(header.u64(), 'entry address');
  const programOffset = header.u64();
  const sectionOffset = header.u64();
  header.take(6);
  const counts = {
    programSize: header.u16(),
    programs: header.u16(),
    sectionSize: header.u16(),
    sections: header.u16(),
    names: header.u16(),
  };
  if (counts.programs > 0 && counts.programSize !== programHeaderSize) {
    throw new MalformedData(`program header size is ${counts.programSize}, not ${programHeaderSize}`);
  }
  const segments = readSegments(bytes, programOffset, counts.programs);
  const warnings: string[] = [];
  const sections = readSections(bytes, sectionOffset, counts, warnings);
  const symbols = readSymbols(sections);
  if (symbols.length === 0) warnings.push(`${path} has no symbols: functions and variables cannot be named.`);
  return { path, entry, segments, sections, symbols, warnings };
}

function exact(value: number, what: string): number {
  if (!Number.isSafeInteger(value)) throw new MalformedData(`${what} ${hex(value)} is out of range`);
  return value;
}

function readSegments(bytes: Uint8Array, offset: number, count: number): ElfSegment[] {
  const segments: ElfSegment[] = [];
  for (let index = 0; index < count; index++) {
    const reader = new ByteReader(bytes, offset + index * programHeaderSize);
    const type = reader.u32();
    const flags = reader.u32();
    const fileOffset = reader.u64();
    const virtualAddress = reader.word();
    const address = reader.u64();
    const fileSize = reader.u64();
    const memorySize = reader.u64();
    if (type !== segmentLoad || memorySize === 0) continue;
    if (fileSize > memorySize)
      throw new MalformedData(`segment ${index} is larger in the file than in memory`);
    segments.push({
      address: exact(address, 'segment address'),
      virtualAddress,
      bytes: slice(bytes, fileOffset, fileSize),
      memorySize: exact(memorySize, 'segment size'),
      flags: { read: (flags & 4) !== 0, write: (flags & 2) !== 0, execute: (flags & 1) !== 0 },
    });
  }
  return segments;
}

function slice(bytes: Uint8Array, offset: number, size: number): Uint8Array {
  const start = new ByteReader(bytes, offset).take(size);
  return bytes.subarray(start, start + size);
}

interface SectionHeader extends Omit<ElfSection, 'name' | 'bytes'> {
  readonly nameOffset: number;
  readonly offset: number;
  readonly compressed: boolean;
}

function readSections(
  bytes: Uint8Array,
  offset: number,
  counts: { sectionSize: number; sections: number; names: number },
  warnings: string[],
): ElfSection[] {
  if (offset === 0) return [];
  if (counts.sectionSize !== sectionHeaderSize) throw new MalformedData('section header size is not 64');
  const first = readSectionHeader(bytes, offset);
  // Counts that do not fit 16 bits are in the first header (gABI, "Special Section Indexes").
  const count = counts.sections === 0 ? first.size : counts.sections;
  const names = counts.names === 0xffff ? first.link : counts.names;
  if (count > (bytes.length - offset) / sectionHeaderSize) {
    throw new MalformedData(`its ${count} section headers run past the end of the file`);
  }
  const headers = Array.from({ length: count }, (_, index) =>
    readSectionHeader(bytes, offset + index * sectionHeaderSize),
  );
  const nameBytes =
    headers[names] === undefined ? undefined : slice(bytes, headers[names].offset, headers[names].size);
  return headers.map((header) => {
    const name = nameBytes === undefined ? '' : stringAt(nameBytes, header.nameOffset);
    const hasBytes = header.type !== sectionNoBits && header.type !== 0;
    const stored = hasBytes ? slice(bytes, header.offset, header.size) : new Uint8Array(0);
    return { ...header, name, bytes: header.compressed ? decompress(stored, name, warnings) : stored };
  });
}

function readSectionHeader(bytes: Uint8Array, offset: number): SectionHeader {
  const reader = new ByteReader(bytes, offset);
  const nameOffset = reader.u32();
  const type = reader.u32();
  const flags = reader.u64();
  return {
    nameOffset,
    type,
    address: reader.i64(),
    offset: reader.u64(),
    size: reader.u64(),
    link: reader.u32(),
    allocated: (flags & flagAllocated) !== 0,
    executable: (flags & flagExecutable) !== 0,
    compressed: (flags & flagCompressed) !== 0,
  };
}

function decompress(stored: Uint8Array, name: string, warnings: string[]): Uint8Array {
  const reader = new ByteReader(stored);
  const compression = reader.u32();
  reader.take(4);
  const size = reader.u64();
  reader.take(8);
  if (compression === compressionZlib && size <= decompressedBytesMax) {
    try {
      return inflateSync(stored.subarray(reader.position), { maxOutputLength: Math.max(size, 1) });
    } catch {
      // Falls through to the warning: debug sections are not needed to run.
    }
  }
  warnings.push(`Section ${name} could not be decompressed and is ignored.`);
  return new Uint8Array(0);
}

const symbolTypes = ['none', 'object', 'function'] as const;
const symbolBindings = ['local', 'global', 'weak'] as const;

function readSymbols(sections: readonly ElfSection[]): ElfSymbol[] {
  const symbols: ElfSymbol[] = [];
  const table = sections.find((section) => section.type === sectionSymbols);
  const names = table === undefined ? undefined : sections[table.link];
  if (table === undefined || names === undefined) return symbols;
  const reader = new ByteReader(table.bytes);
  while (reader.remaining >= symbolSize) {
    const nameOffset = reader.u32();
    const info = reader.u8();
    reader.take(1);
    const section = reader.u16();
    const address = reader.word();
    const size = reader.u64();
    const isAbsolute = section === 0xfff1;
    if (nameOffset === 0 || section === 0 || (!isAbsolute && section >= sections.length)) continue;
    symbols.push({
      name: stringAt(names.bytes, nameOffset),
      address,
      size,
      type: symbolTypes[info & 15] ?? 'other',
      binding: symbolBindings[info >> 4] ?? 'global',
      section: isAbsolute ? -1 : section,
    });
  }
  return symbols;
}

/** What a file loads at a virtual address, to the end of its segment in the file; nothing where it loads nothing. */
export function loadedBytesAt({ segments }: ElfFile, address: bigint): Uint8Array {
  const segment = segments.find(
    ({ virtualAddress: from, bytes }) => address >= from && address < from + BigInt(bytes.length),
  );
  return segment?.bytes.subarray(Number(address - segment.virtualAddress)) ?? new Uint8Array();
}
