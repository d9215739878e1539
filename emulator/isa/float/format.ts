// The binary interchange formats of IEEE 754 that F and D operate on, and what the bits of an encoding say about
// the number in it. An encoding is a bigint of exactly the format's width; NaN boxing is peeled off elsewhere.
import type { FloatFormat } from '../instruction.js';
import { invalid, raise } from './flags.js';

/** The parameters of a binary format, ready for bigint arithmetic. */
export interface BinaryFormat {
  /** Bits of the significand, the implicit one included. */
  readonly precision: number;
  readonly fractionBits: bigint;
  readonly fractionMask: bigint;
  readonly signShift: bigint;
  readonly signBit: bigint;
  /** The exponent of a subnormal's lowest bit: every finite number is a multiple of 2^lowestExponent. */
  readonly lowestExponent: number;
  readonly infinity: bigint;
  readonly largestFinite: bigint;
  /** The fraction bit that a quiet NaN has set. */
  readonly quietBit: bigint;
  readonly canonicalNaN: bigint;
}

function binaryFormat(width: number, precision: number): BinaryFormat {
  const fractionBits = BigInt(precision - 1);
  const signShift = BigInt(width - 1);
  const infinity = ((1n << BigInt(width - precision)) - 1n) << fractionBits;
  const quietBit = 1n << (fractionBits - 1n);
  const bias = 2 ** (width - precision - 1) - 1;
  return {
    precision,
    fractionBits,
    fractionMask: (1n << fractionBits) - 1n,
    signShift,
    signBit: 1n << signShift,
    lowestExponent: 1 - bias - (precision - 1),
    infinity,
    largestFinite: infinity - 1n,
    quietBit,
    canonicalNaN: infinity | quietBit,
  };
}

export const formats: Readonly<Record<FloatFormat, BinaryFormat>> = {
  s: binaryFormat(32, 24),
  d: binaryFormat(64, 53),
};

/** The encoding without its sign. Magnitudes of numbers are ordered as integers, NaNs above infinity. */
export function magnitude(format: BinaryFormat, bits: bigint): bigint {
  return bits & (format.signBit - 1n);
}

/** The sign bit: 0 or 1. */
export function signOf(format: BinaryFormat, bits: bigint): number {
  return Number(bits >> format.signShift);
}

/** Quiet or signaling. */
export function isNaN(format: BinaryFormat, bits: bigint): boolean {
  return magnitude(format, bits) > format.infinity;
}

/** A NaN that raises NV wherever it is an operand. */
export function isSignaling(format: BinaryFormat, bits: bigint): boolean {
  return isNaN(format, bits) && (bits & format.quietBit) === 0n;
}

/** Of either sign. */
export function isInfinite(format: BinaryFormat, bits: bigint): boolean {
  return magnitude(format, bits) === format.infinity;
}

/** Of either sign. */
export function isZero(format: BinaryFormat, bits: bigint): boolean {
  return magnitude(format, bits) === 0n;
}

/** Zero with the sign bit `sign`. */
export function zero(format: BinaryFormat, sign: number): bigint {
  return sign === 0 ? 0n : format.signBit;
}

/** Infinity with the sign bit `sign`. */
export function infinity(format: BinaryFormat, sign: number): bigint {
  return sign === 0 ? format.infinity : format.infinity | format.signBit;
}

/** The result of an operation without a defined value: raises NV and gives the canonical NaN. */
export function invalidResult(format: BinaryFormat): bigint {
  raise(invalid);
  return format.canonicalNaN;
}

/** The canonical NaN for an operation whose operands (at least one a NaN) are given; NV where one is signaling. */
export function propagateNaN(format: BinaryFormat, a: bigint, b = 0n, c = 0n): bigint {
  if (isSignaling(format, a) || isSignaling(format, b) || isSignaling(format, c)) raise(invalid);
  return format.canonicalNaN;
}
