// Reading ELF files: what is loaded, what is named, and one clear sentence for everything that is no RISC-V
// program.
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../errors.js';
import { DebugInfo, SymbolTable, parseElf } from '../../tracer/symbols/index.js';
import { ByteWriter, buildElf } from '../support/elf-builder.js';
import { fixtureBytes, readFixture } from './fixtures.js';

const text = { name: '.text', bytes: Uint8Array.of(0x82, 0x80), address: 0x80000000, executable: true };

function messageOf(bytes: Uint8Array): string {
  try {
    parseElf(bytes, 'some/kernel');
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'accepted';
}

function altered(change: (bytes: Uint8Array) => void): Uint8Array {
  const bytes = buildElf({ sections: [text] });
  change(bytes);
  return bytes;
}

describe('parseElf', () => {
  it('gives entry, segments and their flags', () => {
    const { elf } = readFixture('dwarf-5');
    expect(elf.entry).toBe(0x80000000);
    const [segment] = elf.segments;
    expect(segment.address).toBe(0x80000000);
    expect(segment.virtualAddress).toBe(0x80000000n);
    expect(segment.flags.execute).toBe(true);
    // .bss holds nodes (4 × 112 bytes) and a stack, which the file does not store.
    expect(segment.memorySize - segment.bytes.length).toBeGreaterThanOrEqual(4 * 112);
  });

  it('keeps physical and virtual addresses above 2^63 apart', () => {
    const bytes = buildElf({ sections: [text] });
    new DataView(bytes.buffer).setBigUint64(64 + 16, 0xffffffff80000000n, true);
    const [segment] = parseElf(bytes, 'k').segments;
    expect(segment.virtualAddress).toBe(0xffffffff80000000n);
    expect(segment.address).toBe(0x80000000);
  });

  it('reads a file without symbols and says what is lost', () => {
    const elf = parseElf(buildElf({ sections: [text] }), 'some/kernel');
    expect(elf.symbols).toEqual([]);
    expect(elf.warnings.join()).toMatch(/some\/kernel has no symbols/);
    const info = DebugInfo.parse(elf);
    expect(info.locationOf(0x80000000n)).toBeUndefined();
    expect(info.warnings.join()).toMatch(/no debug information/);
  });

  it.each([
    ['an empty file', new Uint8Array(0), /not an ELF file/],
    ['a text file', new TextEncoder().encode('#!/bin/sh\necho kernel\n'), /not an ELF file/],
    ['a header cut short', fixtureBytes('mixed').subarray(0, 30), /truncated/],
    ['a 32-bit file', altered((bytes) => (bytes[4] = 1)), /32-bit .*RISC-V/],
    ['a big-endian file', altered((bytes) => bytes.set([2, 0, 0], 5)), /big-endian/],
    ['another machine', buildElf({ sections: [text], machine: 62 }), /x86-64/],
    ['an unknown machine', buildElf({ sections: [text], machine: 4711 }), /machine number 4711/],
    ['an object file', buildElf({ sections: [text], type: 1 }), /unlinked object file/],
    ['a file cut short', fixtureBytes('mixed').subarray(0, 3000), /truncated or damaged/],
    ['an absurd segment size', altered((bytes) => bytes.fill(0xff, 64 + 40, 64 + 48)), /out of range/],
  ])('refuses %s with one sentence that names the file', (_, bytes, pattern) => {
    const message = messageOf(bytes);
    expect(message).toMatch(pattern);
    expect(message).toMatch(/^some\/kernel .*\.$/);
  });
});

describe('SymbolTable', () => {
  const { elf } = readFixture('mixed');
  const symbols = new SymbolTable(elf);

  it('finds the function of every address, also in assembly without sizes', () => {
    const start = symbols.function('_start');
    expect(start?.address).toBe(0x80000000n);
    expect(symbols.functionAt(0x80000002n)?.name).toBe('_start');
    const entry = symbols.function('entry');
    expect(entry).toBeDefined();
    const inside = (entry?.address ?? 0n) + BigInt((entry?.size ?? 0) - 2);
    expect(symbols.functionAt(inside)?.name).toBe('entry');
    expect(symbols.functionAt(0x7ffffffen)).toBeUndefined();
  });

  it('gives variables their size, or the distance to the next symbol', () => {
    expect(symbols.variable('nodes')?.size).toBe(4 * 112);
    expect(symbols.variable('boundary')?.size).toBe(16);
    expect(symbols.variable('entry')).toBeUndefined();
  });

  it('prefers a global function where several names share an address or several functions a name', () => {
    const strings = new ByteWriter().u8(0).string('alias').string('local').string('main').string('label');
    const offsetOf = (name: string) => Buffer.from(strings.bytes()).indexOf(name);
    const table = new ByteWriter().append(new Uint8Array(24));
    const add = (name: string, info: number, address: number, size: number) =>
      table.u32(offsetOf(name)).u8(info, 0).u16(1).u64(address).u64(size);
    add('local', 0x02, 0x80000000, 8);
    add('label', 0x10, 0x80000000, 0);
    add('main', 0x12, 0x80000000, 8);
    add('alias', 0x02, 0x80000008, 4);
    add('alias', 0x12, 0x8000000c, 0);
    const bytes = buildElf({
      sections: [
        { ...text, bytes: new Uint8Array(32) },
        { name: '.symtab', bytes: table.bytes(), type: 2, link: 3 },
        { name: '.strtab', bytes: strings.bytes(), type: 3 },
      ],
    });
    const crafted = new SymbolTable(parseElf(bytes, 'crafted'));
    expect(crafted.functionAt(0x80000004n)?.name).toBe('main');
    expect(crafted.function('alias')).toMatchObject({ address: 0x8000000cn, size: 20 });
    expect(crafted.functionAt(0x80000008n)).toMatchObject({ name: 'alias', size: 4 });
  });
});
