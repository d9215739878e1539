// Writes small ELF64 files for tests: sections with given bytes, one segment per allocated section. Every
// header field can be wrong on purpose.

/** Appends little-endian values; the way to write headers and debug sections by hand. */
export class ByteWriter {
  private readonly values: number[] = [];

  get length(): number {
    return this.values.length;
  }

  u8(...values: number[]): this {
    for (const value of values) this.values.push(value & 0xff);
    return this;
  }

  /** An integer of `size` bytes. */
  integer(value: number | bigint, size: number): this {
    let rest = BigInt.asUintN(size * 8, BigInt(value));
    for (let index = 0; index < size; index++, rest >>= 8n) this.values.push(Number(rest & 0xffn));
    return this;
  }

  u16(value: number): this {
    return this.integer(value, 2);
  }

  u32(value: number): this {
    return this.integer(value, 4);
  }

  u64(value: number | bigint): this {
    return this.integer(value, 8);
  }

  uleb(...values: number[]): this {
    for (let value of values) {
      for (; value >= 0x80; value = Math.floor(value / 128)) this.u8((value % 128) | 0x80);
      this.u8(value);
    }
    return this;
  }

  string(text: string): this {
    return this.u8(...new TextEncoder().encode(text), 0);
  }

  append(other: ByteWriter | Uint8Array): this {
    return this.u8(...(other instanceof ByteWriter ? other.bytes() : other));
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.values);
  }
}

export interface SectionSpec {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Given for sections that are in memory. */
  readonly address?: number;
  readonly executable?: boolean;
  /** SHT_…; 1 (PROGBITS) unless given. */
  readonly type?: number;
  readonly link?: number;
}

export interface ElfSpec {
  readonly sections: readonly SectionSpec[];
  readonly machine?: number;
  readonly type?: number;
  readonly entry?: number;
}

const elfHeaderSize = 64;
const programHeaderSize = 56;

/** The bytes of an ELF file; section 0 and the table of section names are added. */
export function buildElf(spec: ElfSpec): Uint8Array {
  const names = new ByteWriter().u8(0);
  const nameOffsets = [...spec.sections.map((section) => section.name), '.shstrtab'].map((name) => {
    const offset = names.length;
    names.string(name);
    return offset;
  });
  const sections: SectionSpec[] = [...spec.sections, { name: '.shstrtab', bytes: names.bytes(), type: 3 }];
  const loaded = sections.filter((section) => section.address !== undefined);
  let offset = elfHeaderSize + loaded.length * programHeaderSize;
  const offsets = sections.map((section) => {
    const start = offset;
    offset += section.bytes.length;
    return start;
  });
  const file = new ByteWriter().u8(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0).u64(0);
  file.u16(spec.type ?? 2).u16(spec.machine ?? 243);
  file.u32(1).u64(spec.entry ?? 0x80000000);
  file.u64(elfHeaderSize).u64(offset).u32(5).u16(elfHeaderSize);
  file.u16(programHeaderSize).u16(loaded.length);
  file
    .u16(64)
    .u16(sections.length + 1)
    .u16(sections.length);
  for (const section of loaded) {
    file.u32(1).u32(section.executable === true ? 5 : 6);
    file.u64(offsets[sections.indexOf(section)]);
    file.u64(section.address ?? 0).u64(section.address ?? 0);
    file.u64(section.bytes.length).u64(section.bytes.length).u64(1);
  }
  for (const section of sections) file.append(section.bytes);
  file.append(new Uint8Array(64));
  sections.forEach((section, index) => {
    file.u32(nameOffsets[index]).u32(section.type ?? 1);
    file.u64((section.address === undefined ? 0 : 2) | (section.executable === true ? 4 : 0));
    file
      .u64(section.address ?? 0)
      .u64(offsets[index])
      .u64(section.bytes.length);
    file
      .u32(section.link ?? 0)
      .u32(0)
      .u64(1)
      .u64(0);
  });
  return file.bytes();
}
