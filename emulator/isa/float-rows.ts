// Builders for the rows that F and D share but for the format field (bits 26..25).
import type { FloatFormat, FloatOperation, Format, Instruction, RegisterFiles } from './instruction.js';
import { MASK_FUNCT3, MASK_FUNCT7, OPCODE, pattern, row } from './rows.js';

/** What the format decides: the extension, the format field, and the width field and bytes of loads and stores. */
const FORMATS = {
  s: { extension: 'F', bits: 0, funct3: 2, bytes: 4 },
  d: { extension: 'D', bits: 1, funct3: 3, bytes: 8 },
} as const;

/** Fixed format bits, with a rounding mode in funct3. */
const MASK_FUSED = 0x0600007f;
const MASK_ROUNDED = 0xfe00007f;
/** In addition, rs2 is part of the encoding. */
const MASK_ROUNDED_UNARY = 0xfff0007f;
const MASK_UNARY = 0xfff0707f;

const toX: RegisterFiles = { rd: 'x', rs1: 'f' };
const fromX: RegisterFiles = { rd: 'f', rs1: 'x' };
const unary: RegisterFiles = { rd: 'f', rs1: 'f' };
const binary: RegisterFiles = { rd: 'f', rs1: 'f', rs2: 'f' };
const comparison: RegisterFiles = { rd: 'x', rs1: 'f', rs2: 'f' };

/** The fields of an OP-FP word; `format` is what the format field says: the result's, but for those in x registers. */
interface Fields {
  funct5: number;
  rs2?: number;
  funct3?: number;
  format: FloatFormat;
}

/** A shape of OP-FP rows, and a builder for it; `source` is the operands' format where it is not the field's. */
function shaped(shape: Format, mask: number, registers: RegisterFiles) {
  return (name: string, fields: Fields, operation: FloatOperation, source = fields.format): Instruction => {
    const { funct5, rs2 = 0, funct3 = 0, format } = fields;
    const match = (pattern((funct5 << 2) | FORMATS[format].bits, funct3, OPCODE.OP_FP) | (rs2 << 20)) >>> 0;
    // A conversion between the formats belongs to the wider one.
    const { extension } = FORMATS[source === 'd' ? source : format];
    return row(extension, name, shape, match, mask, registers, { kind: 'float', operation, format: source });
  };
}

const roundedBinary = shaped('rm', MASK_ROUNDED, binary);
const roundedUnary = shaped('rm1', MASK_ROUNDED_UNARY, unary);
const roundedToX = shaped('rm1', MASK_ROUNDED_UNARY, toX);
const roundedFromX = shaped('rm1', MASK_ROUNDED_UNARY, fromX);
const exactBinary = shaped('R', MASK_FUNCT7, binary);
const exactComparison = shaped('R', MASK_FUNCT7, comparison);
const exactToX = shaped('r1', MASK_UNARY, toX);
const exactFromX = shaped('r1', MASK_UNARY, fromX);

/** A load into an f register. */
export function load(name: string, format: FloatFormat): Instruction {
  const { extension, funct3, bytes } = FORMATS[format];
  const match = pattern(0, funct3, OPCODE.LOAD_FP);
  return row(extension, name, 'load', match, MASK_FUNCT3, fromX, { kind: 'float_load', bytes });
}

/** A store of an f register. */
export function store(name: string, format: FloatFormat): Instruction {
  const { extension, funct3, bytes } = FORMATS[format];
  const match = pattern(0, funct3, OPCODE.STORE_FP);
  return row(
    extension,
    name,
    'S',
    match,
    MASK_FUNCT3,
    { rs1: 'x', rs2: 'f' },
    { kind: 'float_store', bytes },
  );
}

/** A fused multiply-add, which has an opcode of its own. */
export function fused(
  name: string,
  format: FloatFormat,
  opcode: number,
  operation: FloatOperation,
): Instruction {
  const { extension, bits } = FORMATS[format];
  const registers: RegisterFiles = { ...binary, rs3: 'f' };
  const match = (bits << 25) | opcode;
  return row(extension, name, 'r4', match, MASK_FUSED, registers, { kind: 'float', operation, format });
}

/** Two sources and a rounding mode. */
export function arithmetic(name: string, format: FloatFormat, funct5: number, operation: FloatOperation) {
  return roundedBinary(name, { funct5, format }, operation);
}

/** The one rounded operation with one source. */
export function squareRoot(name: string, format: FloatFormat) {
  return roundedUnary(name, { funct5: 0x0b, format }, 'sqrt');
}

/** Two sources and no rounding. */
export function pair(
  name: string,
  format: FloatFormat,
  funct5: number,
  funct3: number,
  operation: FloatOperation,
) {
  return exactBinary(name, { funct5, funct3, format }, operation);
}

/** A comparison: 0 or 1 to an x register. */
export function compare(name: string, format: FloatFormat, funct3: number, operation: FloatOperation) {
  return exactComparison(name, { funct5: 0x14, funct3, format }, operation);
}

/** Rounded to an integer in an x register; rs2 says which kind. */
export function toInteger(name: string, format: FloatFormat, rs2: number, operation: FloatOperation) {
  return roundedToX(name, { funct5: 0x18, rs2, format }, operation);
}

/** From an integer in an x register; rs2 says which kind. */
export function fromInteger(name: string, format: FloatFormat, rs2: number, operation: FloatOperation) {
  return roundedFromX(name, { funct5: 0x1a, rs2, format }, operation);
}

/** Bits to an x register, unchanged. */
export function moveToX(name: string, format: FloatFormat) {
  return exactToX(name, { funct5: 0x1c, format }, 'move_to_x');
}

/** Bits from an x register, unchanged. */
export function moveFromX(name: string, format: FloatFormat) {
  return exactFromX(name, { funct5: 0x1e, format }, 'move_from_x');
}

/** The class of a value as a bit in an x register. */
export function classify(name: string, format: FloatFormat) {
  return exactToX(name, { funct5: 0x1c, funct3: 1, format }, 'class');
}

/** From one float format to the other; rs2 is the source's format field. */
export function convert(name: string, target: FloatFormat, source: FloatFormat) {
  const rs2 = FORMATS[source].bits;
  return roundedUnary(name, { funct5: 0x08, rs2, format: target }, target === 's' ? 'to_s' : 'to_d', source);
}
