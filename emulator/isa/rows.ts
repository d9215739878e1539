// What rows of several extensions share: opcodes, masks, and how the listing's fields (funct7, funct3, opcode) become
// match and mask.
import type { Algebra } from './algebra.js';
import type { Effect, Format, Instruction, RegisterFiles } from './instruction.js';

export type Extension = Instruction['extension'];
/** The value of a register-register instruction. */
export type Binary = <V, B>(o: Algebra<V, B>, a: V, b: V) => V;

/** Which bits of the word say which instruction it is. */
export const MASK_OPCODE = 0x0000007f;
export const MASK_FUNCT3 = 0x0000707f;
export const MASK_FUNCT6 = 0xfc00707f;
export const MASK_FUNCT7 = 0xfe00707f;
export const MASK_ALL = 0xffffffff;

/** Major opcodes, by their names in the specification's opcode map. */
// prettier-ignore
export const OPCODE = {
  LOAD: 0x03, LOAD_FP: 0x07, MISC_MEM: 0x0f, OP_IMM: 0x13, AUIPC: 0x17, OP_IMM_32: 0x1b, STORE: 0x23, STORE_FP: 0x27,
  AMO: 0x2f, OP: 0x33, LUI: 0x37, OP_32: 0x3b, MADD: 0x43, MSUB: 0x47, NMSUB: 0x4b, NMADD: 0x4f, OP_FP: 0x53,
  BRANCH: 0x63, JALR: 0x67, JAL: 0x6f, SYSTEM: 0x73,
} as const;

/** The word with these fields and every operand zero. */
export function pattern(funct7: number, funct3: number, opcode: number): number {
  return ((funct7 << 25) | (funct3 << 12) | opcode) >>> 0;
}

/** A row written out in full. */
export function row(
  extension: Extension,
  name: string,
  format: Format,
  match: number,
  mask: number,
  registers: RegisterFiles,
  effect: Effect,
): Instruction {
  return { name, extension, format, match, mask, registers, effect };
}

/** rd = value(rs1, rs2), for the extension given: a builder of rows. */
export function registerRows(extension: Extension) {
  return (name: string, funct7: number, funct3: number, opcode: number, value: Binary): Instruction => {
    const registers: RegisterFiles = { rd: 'x', rs1: 'x', rs2: 'x' };
    const match = pattern(funct7, funct3, opcode);
    const effect: Effect = { kind: 'compute', value: (o, x) => value(o, x.a, x.b) };
    return row(extension, name, 'R', match, MASK_FUNCT7, registers, effect);
  };
}
