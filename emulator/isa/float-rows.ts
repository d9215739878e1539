// Builders for the rows that F and D share but for the format field (bits 26..25).
import type { FloatFormat, FloatOperation, Format, Instruction, RegisterFiles } from './instruction.js';
import { MASK_FUNCT7, OPCODE, row } from './rows.js';
import type { Extension } from './rows.js';

const FORMAT_BITS = { s: 0, d: 1 } as const;

/** Fixed format bits, with a rounding mode in funct3. */
const MASK_FUSED = 0x0600007f;
const MASK_ROUNDED = 0xfe00007f;
/** In addition, rs2 is part of the encoding. */
const MASK_ROUNDED_UNARY = 0xfff0007f;
const MASK_UNARY = 0xfff0707f;

/** Builders for an extension whose operands are in `format`. */
export function floatRows(extension: Extension, format: FloatFormat) {
  function operation(
    name: string,
    shape: Format,
    fields: { funct5: number; rs2?: number; funct3?: number; target?: FloatFormat },
    mask: number,
    registers: RegisterFiles,
    operation: FloatOperation,
    source: FloatFormat = format,
  ): Instruction {
    const { funct5, rs2 = 0, funct3 = 0, target = format } = fields;
    const match =
      ((funct5 << 27) | (FORMAT_BITS[target] << 25) | (rs2 << 20) | (funct3 << 12) | OPCODE.OP_FP) >>> 0;
    return row(extension, name, shape, match, mask, registers, { kind: 'float', operation, format: source });
  }
  const toX: RegisterFiles = { rd: 'x', rs1: 'f' };
  const fromX: RegisterFiles = { rd: 'f', rs1: 'x' };
  const unary: RegisterFiles = { rd: 'f', rs1: 'f' };
  const binary: RegisterFiles = { rd: 'f', rs1: 'f', rs2: 'f' };

  return {
    fused: (name: string, opcode: number, kind: FloatOperation): Instruction => {
      const registers: RegisterFiles = { rd: 'f', rs1: 'f', rs2: 'f', rs3: 'f' };
      const match = (FORMAT_BITS[format] << 25) | opcode;
      return row(extension, name, 'r4', match, MASK_FUSED, registers, {
        kind: 'float',
        operation: kind,
        format,
      });
    },
    arithmetic: (name: string, funct5: number, kind: FloatOperation) =>
      operation(name, 'rm', { funct5 }, MASK_ROUNDED, binary, kind),
    sqrt: (name: string) => operation(name, 'rm1', { funct5: 0x0b }, MASK_ROUNDED_UNARY, unary, 'sqrt'),
    /** Two sources and no rounding. */
    pair: (name: string, funct5: number, funct3: number, kind: FloatOperation) =>
      operation(name, 'R', { funct5, funct3 }, MASK_FUNCT7, binary, kind),
    compare: (name: string, funct3: number, kind: FloatOperation) =>
      operation(name, 'R', { funct5: 0x14, funct3 }, MASK_FUNCT7, { rd: 'x', rs1: 'f', rs2: 'f' }, kind),
    toInteger: (name: string, rs2: number, kind: FloatOperation) =>
      operation(name, 'rm1', { funct5: 0x18, rs2 }, MASK_ROUNDED_UNARY, toX, kind),
    fromInteger: (name: string, rs2: number, kind: FloatOperation) =>
      operation(name, 'rm1', { funct5: 0x1a, rs2 }, MASK_ROUNDED_UNARY, fromX, kind),
    /** Bits moved between the register files, unchanged. */
    move: (name: string, funct5: number, kind: 'move_to_x' | 'move_from_x') =>
      operation(name, 'r1', { funct5 }, MASK_UNARY, kind === 'move_to_x' ? toX : fromX, kind),
    classify: (name: string) => operation(name, 'r1', { funct5: 0x1c, funct3: 1 }, MASK_UNARY, toX, 'class'),
    /** From one float format to another. */
    convert: (name: string, target: FloatFormat, source: FloatFormat) =>
      operation(
        name,
        'rm1',
        { funct5: 0x08, rs2: FORMAT_BITS[source], target },
        MASK_ROUNDED_UNARY,
        unary,
        target === 's' ? 'to_s' : 'to_d',
        source,
      ),
  };
}
