// From an instruction word to its row and operands. Two small indexes, built once from the tables, keep the number
// of rows that are looked at low; a 16-bit word is expanded once and the result kept.
import { compressed } from './compressed.js';
import type { Compressed, Operand } from './compressed.js';
import { REGISTER_SHIFT, immediates, registerFields } from './fields.js';
import type { Decoded, Instruction } from './instruction.js';
import { instructionIndex, instructions } from './table.js';

/** Bits 6..2 (the major opcode) and 14..12 (funct3) of a word, as a bucket number. */
function bucketOf(word: number): number {
  return ((word & 0x7c) << 1) | ((word >>> 12) & 7);
}

function buildBuckets(): readonly (readonly Instruction[])[] {
  const buckets: Instruction[][] = Array.from({ length: 256 }, () => []);
  for (const instruction of instructions) {
    for (let funct3 = 0; funct3 < 8; funct3++) {
      const word = (instruction.match & ~0x7000) | (funct3 << 12);
      const fixed = instruction.mask & 0x7000;
      if ((word & fixed) === (instruction.match & fixed)) buckets[bucketOf(word)].push(instruction);
    }
  }
  return buckets;
}

const buckets = buildBuckets();

/** Expansions of halfwords seen so far; null where the encoding is illegal. */
const expansions: (Decoded | null | undefined)[] = new Array<Decoded | null | undefined>(0x10000);

function operand(from: Operand, word: number): number {
  return typeof from === 'number' ? from : from(word);
}

function isEncoding(row: Compressed, word: number): boolean {
  return (word & row.mask) === row.match && !row.except.some(([mask, value]) => (word & mask) === value);
}

/** Quadrant and funct3 of a 16-bit encoding: every row fixes them. */
const compressedKey = 0xe003;
const compressedBuckets = new Map<number, Compressed[]>();
for (const row of compressed) {
  const key = row.match & compressedKey;
  compressedBuckets.set(key, [...(compressedBuckets.get(key) ?? []), row]);
}

/** The row of a 16-bit encoding, or undefined where it is reserved. */
export function findCompressed(halfword: number): Compressed | undefined {
  return compressedBuckets.get(halfword & compressedKey)?.find((row) => isEncoding(row, halfword));
}

function expand(halfword: number): Decoded | null {
  const row = findCompressed(halfword);
  if (row === undefined) return null;
  const index = instructionIndex.get(row.expands);
  if (index === undefined) throw new Error(`${row.name} expands to ${row.expands}, which has no row`);
  return {
    instruction: instructions[index],
    length: 2,
    rd: operand(row.rd, halfword),
    rs1: operand(row.rs1, halfword),
    rs2: operand(row.rs2, halfword),
    rs3: 0,
    imm: operand(row.imm, halfword),
  };
}

function decodeFull(word: number): Decoded | undefined {
  for (const instruction of buckets[bucketOf(word)]) {
    if ((word & instruction.mask) >>> 0 !== instruction.match) continue;
    const { format } = instruction;
    const fields = registerFields[format];
    return {
      instruction,
      length: 4,
      rd: fields.rd ? (word >>> REGISTER_SHIFT.rd) & 31 : 0,
      rs1: fields.rs1 ? (word >>> REGISTER_SHIFT.rs1) & 31 : 0,
      rs2: fields.rs2 ? (word >>> REGISTER_SHIFT.rs2) & 31 : 0,
      rs3: fields.rs3 ? word >>> REGISTER_SHIFT.rs3 : 0,
      imm: immediates[format].read(word),
    };
  }
  return undefined;
}

/**
 * Takes an instruction word apart, or says with undefined that it is illegal. When the low two bits are not 11, only
 * the low 16 bits count and the result names the base instruction the compressed one expands to. Any 32-bit number
 * will do, signed or not. Results for 16-bit words are shared between calls.
 */
export function decode(word: number): Decoded | undefined {
  if ((word & 3) === 3) return decodeFull(word);
  const halfword = word & 0xffff;
  let expansion = expansions[halfword];
  if (expansion === undefined) expansions[halfword] = expansion = expand(halfword);
  return expansion ?? undefined;
}
