// Exact arithmetic of the F and D extensions on register images: NaN boxing at the edges, one row per operation.
// Bits and flags come from integer arithmetic only, so they are the same on every host.
import type { FloatFormat, FloatOperation } from '../instruction.js';
import { add, fused, multiply, subtract } from './arithmetic.js';
import { classify, equal, less, lessOrEqual, maximum, minimum } from './compare.js';
import { fromInteger, integers, toFormat, toInteger } from './convert.js';
import { divide, squareRoot } from './divide.js';
import { clearFlags } from './flags.js';
import { type BinaryFormat, formats } from './format.js';

export { lastFlags } from './flags.js';

/** Works on encodings of the format's width and gives one, or an integer register image. */
type Evaluate = (format: BinaryFormat, rounding: number, a: bigint, b: bigint, c: bigint) => bigint;

interface Row {
  /** What a, b and c hold: numbers to be unboxed, or an integer or raw bits to be taken as they are. */
  readonly from: 'float' | 'raw';
  /** What comes out: a number to be boxed, or the image of an x register. */
  readonly to: 'float' | 'integer';
  /** The format of operands or result where the instruction's name fixes it (fcvt between formats). */
  readonly operandFormat?: FloatFormat;
  readonly resultFormat?: FloatFormat;
  readonly evaluate: Evaluate;
}

const arithmetic = (evaluate: Evaluate): Row => ({ from: 'float', to: 'float', evaluate });
const toX = (evaluate: Evaluate): Row => ({ from: 'float', to: 'integer', evaluate });
const fromX = (evaluate: Evaluate): Row => ({ from: 'raw', to: 'float', evaluate });

/** a with its sign bit replaced by bit `signShift` of `sign`. */
function withSign(format: BinaryFormat, a: bigint, sign: bigint): bigint {
  return (a & (format.signBit - 1n)) | (sign & format.signBit);
}

const rows: Readonly<Record<FloatOperation, Row>> = {
  add: arithmetic(add),
  sub: arithmetic(subtract),
  mul: arithmetic(multiply),
  div: arithmetic(divide),
  sqrt: arithmetic(squareRoot),
  madd: arithmetic(fused.madd),
  msub: arithmetic(fused.msub),
  nmsub: arithmetic(fused.nmsub),
  nmadd: arithmetic(fused.nmadd),
  sgnj: arithmetic((format, _, a, b) => withSign(format, a, b)),
  sgnjn: arithmetic((format, _, a, b) => withSign(format, a, ~b)),
  sgnjx: arithmetic((format, _, a, b) => withSign(format, a, a ^ b)),
  min: arithmetic((format, _, a, b) => minimum(format, a, b)),
  max: arithmetic((format, _, a, b) => maximum(format, a, b)),
  eq: toX((format, _, a, b) => equal(format, a, b)),
  lt: toX((format, _, a, b) => less(format, a, b)),
  le: toX((format, _, a, b) => lessOrEqual(format, a, b)),
  class: toX((format, _, a) => classify(format, a)),
  to_w: toX((format, rounding, a) => toInteger(format, rounding, integers.w, a)),
  to_wu: toX((format, rounding, a) => toInteger(format, rounding, integers.wu, a)),
  to_l: toX((format, rounding, a) => toInteger(format, rounding, integers.l, a)),
  to_lu: toX((format, rounding, a) => toInteger(format, rounding, integers.lu, a)),
  from_w: fromX((format, rounding, a) => fromInteger(format, rounding, integers.w, a)),
  from_wu: fromX((format, rounding, a) => fromInteger(format, rounding, integers.wu, a)),
  from_l: fromX((format, rounding, a) => fromInteger(format, rounding, integers.l, a)),
  from_lu: fromX((format, rounding, a) => fromInteger(format, rounding, integers.lu, a)),
  to_s: {
    ...arithmetic((format, rounding, a) => toFormat(format, formats.s, rounding, a)),
    operandFormat: 'd',
    resultFormat: 's',
  },
  to_d: {
    ...arithmetic((format, rounding, a) => toFormat(format, formats.d, rounding, a)),
    operandFormat: 's',
    resultFormat: 'd',
  },
  move_to_x: {
    // The bits as they are: no unboxing, so a wrongly boxed single moves unchanged.
    from: 'raw',
    to: 'integer',
    evaluate: (format, _, a) => (format === formats.s ? BigInt.asUintN(64, BigInt.asIntN(32, a)) : a),
  },
  move_from_x: fromX((format, _, a) => (format === formats.s ? a & 0xffff_ffffn : a)),
};

/** Every operation, in a fixed order: an operation's index is its number for generated code. */
export const floatOperationIds: readonly FloatOperation[] = Object.keys(rows) as FloatOperation[];

const boxed = 0xffff_ffff_0000_0000n;

/** What an image holds: the encoding of a number, where a single that is not boxed in ones reads as the canonical NaN,
 * or any 64 bits. */
function operand(format: FloatFormat, isFloat: boolean, image: bigint): bigint {
  const bits = BigInt.asUintN(64, image);
  if (!isFloat || format === 'd') return bits;
  return bits >= boxed ? bits & 0xffff_ffffn : formats.s.canonicalNaN;
}

/**
 * Performs one operation on 64-bit register images and gives the image of the destination register, 0..2^64-1.
 * Operands are taken modulo 2^64; those the operation does not have are ignored. `format` is the suffix of the
 * mnemonic; for fcvt.s.d and fcvt.d.s the operation alone decides. `rounding` is 0..4 (RNE RTZ RDN RUP RMM), dynamic
 * mode already resolved. Flags are in `lastFlags()` until the next call.
 */
export function floatOperation(
  operation: FloatOperation,
  format: FloatFormat,
  rounding: number,
  a: bigint,
  b: bigint,
  c: bigint,
): bigint {
  clearFlags();
  const row = rows[operation];
  const operands = row.operandFormat ?? format;
  const isFloat = row.from === 'float';
  const left = operand(operands, isFloat, a);
  const right = operand(operands, isFloat, b);
  const addend = operand(operands, isFloat, c);
  const result = row.evaluate(formats[operands], rounding, left, right, addend);
  return row.to === 'float' && (row.resultFormat ?? format) === 's' ? result | boxed : result;
}
