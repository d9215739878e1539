// The instruction table and the compressed table are unambiguous, and encoding undoes decoding.
import { describe, expect, it } from 'vitest';
import { compressed } from '../../emulator/isa/compressed.js';
import { findCompressed } from '../../emulator/isa/decode.js';
import { decode, encode, instructionIndex, instructions } from '../../emulator/isa/index.js';
import { randomWords } from '../support/random-words.js';
import { Random } from '../support/random.js';

describe('the instruction table', () => {
  it('has each mnemonic once', () => {
    expect(instructionIndex.size).toBe(instructions.length);
    for (const { name } of instructions)
      expect(instructions[instructionIndex.get(name) ?? -1].name).toBe(name);
  });

  it('has no bits in a match that its mask leaves open', () => {
    for (const { name, match, mask } of instructions) {
      expect((match & mask) >>> 0, name).toBe(match);
      expect(match & 3, name).toBe(3);
      expect(mask & 0x7f, name).toBe(0x7f);
    }
  });

  it('has no word that two rows match', () => {
    const overlaps: string[] = [];
    instructions.forEach((one, index) => {
      for (const other of instructions.slice(index + 1)) {
        if (((one.match ^ other.match) & one.mask & other.mask) === 0)
          overlaps.push(`${one.name} ${other.name}`);
      }
    });
    expect(overlaps).toEqual([]);
  });

  it('has the number of instructions that the listing of RV64GC has', () => {
    const count = (extension: string) => instructions.filter((row) => row.extension === extension).length;
    // RV64I lists slli, srli and srai a second time.
    expect(count('I')).toBe(40 + 15 - 3);
    expect(count('M')).toBe(8 + 5);
    expect(count('A')).toBe(11 + 11);
    expect(count('Zicsr')).toBe(6);
    expect(count('Zifencei')).toBe(1);
    expect(count('F')).toBe(26 + 4);
    expect(count('D')).toBe(26 + 6);
    expect(count('S')).toBe(4);
  });
});

describe('the compressed table', () => {
  it('has at most one row for every halfword, and none for words of other lengths', () => {
    for (let halfword = 0; halfword < 0x10000; halfword++) {
      const rows = compressed.filter(
        ({ match, mask, except }) =>
          (halfword & mask) === match && !except.some(([bits, value]) => (halfword & bits) === value),
      );
      if (rows.length > 1 || ((halfword & 3) === 3 && rows.length > 0)) {
        expect.fail(`0x${halfword.toString(16)} is ${rows.map((row) => row.name).join(' and ')}`);
      }
    }
  });

  it('reaches every row, and every row expands to an instruction', () => {
    const seen = new Set<string>();
    for (let halfword = 0; halfword < 0x10000; halfword++) {
      const row = findCompressed(halfword);
      if (row !== undefined) seen.add(row.name);
    }
    for (const { name, expands } of compressed) {
      expect(seen, name).toContain(name);
      expect(instructionIndex.has(expands), name).toBe(true);
    }
  });

  it.each([
    [0x0000, 'the all-zero word'],
    [0x0004, 'c.addi4spn with immediate 0'],
    [0x8000, 'quadrant 0, funct3 100'],
    [0x2001, 'c.addiw to x0'],
    [0x6101, 'c.addi16sp with immediate 0'],
    [0x6281, 'c.lui with immediate 0'],
    [0x9c41, 'quadrant 1, funct3 100, reserved with bit 12'],
    [0x9c61, 'quadrant 1, funct3 100, reserved with bit 12'],
    [0x4002, 'c.lwsp to x0'],
    [0x6002, 'c.ldsp to x0'],
    [0x8002, 'c.jr to x0'],
  ])('has no row for %i: %s', (halfword) => {
    expect(decode(halfword)).toBeUndefined();
  });
});

describe('encode and decode', () => {
  it('give back every legal 32-bit word, but for bits the hardware ignores', () => {
    let judged = 0;
    for (const word of randomWords(new Random(1), 200)) {
      const decoded = decode(word);
      if (decoded === undefined || decoded.length === 2) continue;
      const { name } = decoded.instruction;
      const again = encode(name, decoded);
      // Registers of fence and all fields of fence.i are reserved, so decode does not keep them.
      const ignored = name === 'fence.i' ? 0xffff8f80 : name === 'fence' ? 0x000f8f80 : 0;
      if ((again & ~ignored) !== (word & ~ignored))
        expect.fail(`${name}: 0x${word.toString(16)} became 0x${again.toString(16)}`);
      judged++;
    }
    expect(judged).toBeGreaterThan(instructions.length * 100);
  });

  it('refuses what does not fit', () => {
    expect(() => encode('addi', { imm: 2048 })).toThrow(RangeError);
    expect(() => encode('beq', { imm: 3 })).toThrow(RangeError);
    expect(() => encode('lui', { imm: 1 })).toThrow(RangeError);
    expect(() => encode('add', { rd: 32 })).toThrow(RangeError);
    expect(() => encode('nosuch')).toThrow('no instruction is called nosuch');
  });
});
