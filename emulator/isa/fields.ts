// Where operands sit in a 32-bit instruction word, per format, read and written (unprivileged specification,
// "Base Instruction Formats" and "Immediate Encoding Variants").
import type { Format } from './instruction.js';

/** How a format's immediate is read from a word, put into one, and what values it can take. */
interface Immediate {
  read(word: number): number;
  write(imm: number): number;
  /** Smallest and largest value, and the step between values. */
  range: readonly [minimum: number, maximum: number, step: number];
}

/** The register fields a format has; a `csri` operand counts as rs1 although it is a number. */
export interface RegisterFields {
  rd: boolean;
  rs1: boolean;
  rs2: boolean;
  rs3: boolean;
}

/** Bit of the word where each register field starts; all are five bits wide. */
export const REGISTER_SHIFT = { rd: 7, rs1: 15, rs2: 20, rs3: 27 } as const;

const none: Immediate = { read: () => 0, write: () => 0, range: [0, 0, 1] };

const signed12: Immediate = {
  read: (word) => word >> 20,
  write: (imm) => imm << 20,
  range: [-2048, 2047, 1],
};

const unsigned12: Immediate = { read: (word) => word >>> 20, write: (imm) => imm << 20, range: [0, 4095, 1] };

const store: Immediate = {
  read: (word) => ((word >> 25) << 5) | ((word >>> 7) & 0x1f),
  write: (imm) => ((imm >> 5) << 25) | ((imm & 0x1f) << 7),
  range: [-2048, 2047, 1],
};

const branch: Immediate = {
  read: (word) =>
    ((word >> 31) << 12) | ((word << 4) & 0x800) | ((word >>> 20) & 0x7e0) | ((word >>> 7) & 0x1e),
  write: (imm) => ((imm & 0x1000) << 19) | ((imm & 0x800) >> 4) | ((imm & 0x7e0) << 20) | ((imm & 0x1e) << 7),
  range: [-4096, 4094, 2],
};

const upper: Immediate = {
  read: (word) => word & 0xfffff000,
  write: (imm) => imm & 0xfffff000,
  range: [-0x80000000, 0x7ffff000, 0x1000],
};

const jump: Immediate = {
  read: (word) => ((word >> 31) << 20) | (word & 0xff000) | ((word >>> 9) & 0x800) | ((word >>> 20) & 0x7fe),
  write: (imm) => ((imm & 0x100000) << 11) | (imm & 0xff000) | ((imm & 0x800) << 9) | ((imm & 0x7fe) << 20),
  range: [-0x100000, 0xffffe, 2],
};

const amount6: Immediate = {
  read: (word) => (word >>> 20) & 0x3f,
  write: (imm) => imm << 20,
  range: [0, 63, 1],
};
const amount5: Immediate = {
  read: (word) => (word >>> 20) & 0x1f,
  write: (imm) => imm << 20,
  range: [0, 31, 1],
};
/** aq is bit 1, rl is bit 0. */
const ordering: Immediate = {
  read: (word) => (word >>> 25) & 3,
  write: (imm) => imm << 25,
  range: [0, 3, 1],
};
const rounding: Immediate = {
  read: (word) => (word >>> 12) & 7,
  write: (imm) => imm << 12,
  range: [0, 7, 1],
};

export const immediates: Readonly<Record<Format, Immediate>> = {
  R: none,
  I: signed12,
  S: store,
  B: branch,
  U: upper,
  J: jump,
  shift: amount6,
  shiftw: amount5,
  load: signed12,
  csr: unsigned12,
  csri: unsigned12,
  amo: ordering,
  r4: rounding,
  rm: rounding,
  rm1: rounding,
  r1: none,
  fence: unsigned12,
  sfence: none,
  none,
};

function fields(names: string): RegisterFields {
  const present = names.split(' ');
  return {
    rd: present.includes('rd'),
    rs1: present.includes('rs1'),
    rs2: present.includes('rs2'),
    rs3: present.includes('rs3'),
  };
}

export const registerFields: Readonly<Record<Format, RegisterFields>> = {
  R: fields('rd rs1 rs2'),
  I: fields('rd rs1'),
  S: fields('rs1 rs2'),
  B: fields('rs1 rs2'),
  U: fields('rd'),
  J: fields('rd'),
  shift: fields('rd rs1'),
  shiftw: fields('rd rs1'),
  load: fields('rd rs1'),
  csr: fields('rd rs1'),
  csri: fields('rd rs1'),
  amo: fields('rd rs1 rs2'),
  r4: fields('rd rs1 rs2 rs3'),
  rm: fields('rd rs1 rs2'),
  rm1: fields('rd rs1'),
  r1: fields('rd rs1'),
  fence: fields(''),
  sfence: fields('rs1 rs2'),
  none: fields(''),
};
