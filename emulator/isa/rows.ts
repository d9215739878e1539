// Builders for rows of the instruction table: one per shape that several extensions share. They turn the fields of
// the listing (funct7, funct3, opcode) into match and mask; a row's own line then holds only what is its own.
import type { Algebra, Operands } from './algebra.js';
import type { AccessBytes, Effect, Format, Instruction, RegisterFiles } from './instruction.js';

export type Extension = Instruction['extension'];
/** The value of a register-register instruction. */
export type Binary = <V, B>(o: Algebra<V, B>, a: V, b: V) => V;
export type Condition = <V, B>(o: Algebra<V, B>, a: V, b: V) => B;
export type Value = <V, B>(o: Algebra<V, B>, x: Operands<V>) => V;

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

/** Builders whose rows belong to `extension`. */
export function builders(extension: Extension) {
  return {
    /** rd = value(rs1, rs2) */
    R: (name: string, funct7: number, funct3: number, opcode: number, value: Binary): Instruction =>
      row(
        extension,
        name,
        'R',
        pattern(funct7, funct3, opcode),
        MASK_FUNCT7,
        { rd: 'x', rs1: 'x', rs2: 'x' },
        {
          kind: 'compute',
          value: (o, x) => value(o, x.a, x.b),
        },
      ),
    /** rd = value(rs1, immediate) */
    I: (name: string, funct3: number, opcode: number, value: Binary): Instruction =>
      row(
        extension,
        name,
        'I',
        pattern(0, funct3, opcode),
        MASK_FUNCT3,
        { rd: 'x', rs1: 'x' },
        {
          kind: 'compute',
          value: (o, x) => value(o, x.a, x.imm),
        },
      ),
    /** rd = value(rs1, 6-bit amount); `funct7` has the listing's bits with amount bit 5 zero. */
    shift: (name: string, funct7: number, funct3: number, opcode: number, value: Binary): Instruction =>
      row(
        extension,
        name,
        'shift',
        pattern(funct7, funct3, opcode),
        MASK_FUNCT6,
        { rd: 'x', rs1: 'x' },
        {
          kind: 'compute',
          value: (o, x) => value(o, x.a, x.imm),
        },
      ),
    /** rd = value(rs1, 5-bit amount) */
    shiftw: (name: string, funct7: number, funct3: number, opcode: number, value: Binary): Instruction =>
      row(
        extension,
        name,
        'shiftw',
        pattern(funct7, funct3, opcode),
        MASK_FUNCT7,
        { rd: 'x', rs1: 'x' },
        {
          kind: 'compute',
          value: (o, x) => value(o, x.a, x.imm),
        },
      ),
    /** rd = value(immediate, pc) */
    U: (name: string, opcode: number, value: Value): Instruction =>
      row(extension, name, 'U', opcode, MASK_OPCODE, { rd: 'x' }, { kind: 'compute', value }),
    branch: (name: string, funct3: number, taken: Condition): Instruction =>
      row(
        extension,
        name,
        'B',
        pattern(0, funct3, OPCODE.BRANCH),
        MASK_FUNCT3,
        { rs1: 'x', rs2: 'x' },
        {
          kind: 'branch',
          taken: (o, x) => taken(o, x.a, x.b),
        },
      ),
    load: (name: string, funct3: number, bytes: AccessBytes, signed: boolean): Instruction =>
      row(
        extension,
        name,
        'load',
        pattern(0, funct3, OPCODE.LOAD),
        MASK_FUNCT3,
        { rd: 'x', rs1: 'x' },
        {
          kind: 'load',
          bytes,
          signed,
        },
      ),
    store: (name: string, funct3: number, bytes: AccessBytes): Instruction =>
      row(
        extension,
        name,
        'S',
        pattern(0, funct3, OPCODE.STORE),
        MASK_FUNCT3,
        { rs1: 'x', rs2: 'x' },
        {
          kind: 'store',
          bytes,
        },
      ),
  };
}
