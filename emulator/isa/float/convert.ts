// Conversions between integers and floating-point numbers, and between the formats (unprivileged specification,
// "F", table of "Domains of float-to-integer conversions and behavior for invalid inputs").
import {
  type BinaryFormat,
  infinity,
  isInfinite,
  isNaN,
  isZero,
  propagateNaN,
  signOf,
  zero,
} from './format.js';
import { inexact, invalid, raise } from './flags.js';
import { bitLength, roundPack, roundShift, unpack } from './round.js';

/** An integer type of the x registers. */
export interface IntegerRange {
  readonly bits: 32 | 64;
  readonly signed: boolean;
  readonly least: bigint;
  readonly greatest: bigint;
}

function range(bits: 32 | 64, signed: boolean): IntegerRange {
  const valueBits = BigInt(signed ? bits - 1 : bits);
  return { bits, signed, least: signed ? -(1n << valueBits) : 0n, greatest: (1n << valueBits) - 1n };
}

export const integers = {
  w: range(32, true),
  wu: range(32, false),
  l: range(64, true),
  lu: range(64, false),
} as const;

/** The 64-bit register image of the integer nearest to a in the direction of rounding. What does not fit, and
 * NaN, saturates and raises NV alone. 32-bit results are sign-extended, unsigned ones too. */
export function toInteger(format: BinaryFormat, rounding: number, to: IntegerRange, a: bigint): bigint {
  return BigInt.asUintN(64, BigInt.asIntN(to.bits, toIntegerValue(format, rounding, to, a)));
}

function toIntegerValue(format: BinaryFormat, rounding: number, to: IntegerRange, a: bigint): bigint {
  if (isNaN(format, a)) return saturated(to.greatest);
  const bound = signOf(format, a) === 0 ? to.greatest : to.least;
  if (isInfinite(format, a)) return saturated(bound);
  const { sign, exponent, significand } = unpack(format, a);
  // Anything from 2^65 on is out of every range: no need to build numbers of a thousand bits.
  if (exponent + bitLength(significand) > 65) return saturated(bound);
  const size =
    exponent >= 0 ? significand << BigInt(exponent) : roundShift(rounding, sign, significand, -exponent);
  const value = sign === 0 ? size : -size;
  if (value < to.least || value > to.greatest) return saturated(bound);
  if (exponent < 0 && size << BigInt(-exponent) !== significand) raise(inexact);
  return value;
}

function saturated(bound: bigint): bigint {
  raise(invalid);
  return bound;
}

/** The number nearest to the integer in the low bits of an x-register image. */
export function fromInteger(format: BinaryFormat, rounding: number, from: IntegerRange, a: bigint): bigint {
  const value = from.signed ? BigInt.asIntN(from.bits, a) : BigInt.asUintN(from.bits, a);
  if (value === 0n) return 0n;
  return value < 0n ? roundPack(format, rounding, 1, 0, -value) : roundPack(format, rounding, 0, 0, value);
}

/** A number of one format in another; NaNs become canonical, signaling ones raise NV. */
export function toFormat(from: BinaryFormat, to: BinaryFormat, rounding: number, a: bigint): bigint {
  if (isNaN(from, a)) {
    propagateNaN(from, a);
    return to.canonicalNaN;
  }
  const sign = signOf(from, a);
  if (isInfinite(from, a)) return infinity(to, sign);
  if (isZero(from, a)) return zero(to, sign);
  const { exponent, significand } = unpack(from, a);
  return roundPack(to, rounding, sign, exponent, significand);
}
