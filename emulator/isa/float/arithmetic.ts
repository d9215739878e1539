// Addition, multiplication and the fused forms (IEEE 754 section 5.4.1), computed exactly and rounded once.
import {
  type BinaryFormat,
  infinity,
  invalidResult,
  isInfinite,
  isNaN,
  isZero,
  propagateNaN,
  signOf,
  zero,
} from './format.js';
import { type ExactNumber, bitLength, Rounding, roundPack, unpack } from './round.js';

/** a + b */
export function add(format: BinaryFormat, rounding: number, a: bigint, b: bigint): bigint {
  if (isNaN(format, a) || isNaN(format, b)) return propagateNaN(format, a, b);
  if (isInfinite(format, a)) return isInfinite(format, b) && a !== b ? invalidResult(format) : a;
  if (isInfinite(format, b)) return b;
  return addExact(format, rounding, unpack(format, a), unpack(format, b));
}

/** a - b */
export function subtract(format: BinaryFormat, rounding: number, a: bigint, b: bigint): bigint {
  return add(format, rounding, a, b ^ format.signBit);
}

/** a * b */
export function multiply(format: BinaryFormat, rounding: number, a: bigint, b: bigint): bigint {
  if (isNaN(format, a) || isNaN(format, b)) return propagateNaN(format, a, b);
  const sign = signOf(format, a) ^ signOf(format, b);
  const eitherZero = isZero(format, a) || isZero(format, b);
  if (isInfinite(format, a) || isInfinite(format, b)) {
    return eitherZero ? invalidResult(format) : infinity(format, sign);
  }
  if (eitherZero) return zero(format, sign);
  const product = multiplyExact(format, a, b);
  return roundPack(format, rounding, sign, product.exponent, product.significand);
}

/** a * b + c. Infinity times zero is invalid even when c is a quiet NaN. */
export function fusedMultiplyAdd(
  format: BinaryFormat,
  rounding: number,
  a: bigint,
  b: bigint,
  c: bigint,
): bigint {
  const sign = signOf(format, a) ^ signOf(format, b);
  const productInfinite = isInfinite(format, a) || isInfinite(format, b);
  const productInvalid = productInfinite && (isZero(format, a) || isZero(format, b));
  if (productInvalid) return invalidResult(format);
  if (isNaN(format, a) || isNaN(format, b) || isNaN(format, c)) return propagateNaN(format, a, b, c);
  if (productInfinite) {
    return isInfinite(format, c) && signOf(format, c) !== sign
      ? invalidResult(format)
      : infinity(format, sign);
  }
  if (isInfinite(format, c)) return c;
  return addExact(format, rounding, multiplyExact(format, a, b), unpack(format, c));
}

function multiplyExact(format: BinaryFormat, a: bigint, b: bigint): ExactNumber {
  const left = unpack(format, a);
  const right = unpack(format, b);
  left.sign ^= right.sign;
  left.exponent += right.exponent;
  left.significand *= right.significand;
  return left;
}

/** The rounded sum of two finite numbers, either of which may be zero. */
function addExact(format: BinaryFormat, rounding: number, a: ExactNumber, b: ExactNumber): bigint {
  if (a.significand === 0n && b.significand === 0n && a.sign === b.sign) return zero(format, a.sign);
  narrowGap(format, a, b);
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = signedAt(a, exponent) + signedAt(b, exponent);
  // An exact zero from operands of opposite signs is +0, but -0 when rounding down.
  if (sum === 0n) return zero(format, rounding === Rounding.down ? 1 : 0);
  return sum < 0n
    ? roundPack(format, rounding, 1, exponent, -sum)
    : roundPack(format, rounding, 0, exponent, sum);
}

function signedAt(value: ExactNumber, exponent: number): bigint {
  const scaled = value.significand << BigInt(value.exponent - exponent);
  return value.sign === 0 ? scaled : -scaled;
}

/**
 * Replaces a far smaller operand by one of the same sign close below the other, so that sums stay a few hundred
 * bits wide. The larger one is a multiple of 2^limit, and so is every value at which rounding changes its mind
 * near it: any small operand strictly between 0 and 2^limit gives the same rounded sum and the same flags.
 */
function narrowGap(format: BinaryFormat, a: ExactNumber, b: ExactNumber): void {
  if (a.significand === 0n || b.significand === 0n) {
    // Zero counts as having the other's exponent: it adds nothing.
    if (a.significand === 0n) a.exponent = b.exponent;
    else b.exponent = a.exponent;
    return;
  }
  const topOfA = a.exponent + bitLength(a.significand);
  const topOfB = b.exponent + bitLength(b.significand);
  const [large, small] = topOfA >= topOfB ? [a, b] : [b, a];
  const limit = Math.min(large.exponent, Math.max(topOfA, topOfB) - format.precision - 4);
  if (Math.min(topOfA, topOfB) > limit) return;
  small.significand = 1n;
  small.exponent = limit - 1;
}

/** The four fused instructions as a * b + c with signs flipped (unprivileged specification, "F", section on FMA). */
export const fused = {
  madd: fusedMultiplyAdd,
  msub: (format: BinaryFormat, rounding: number, a: bigint, b: bigint, c: bigint) =>
    fusedMultiplyAdd(format, rounding, a, b, c ^ format.signBit),
  nmsub: (format: BinaryFormat, rounding: number, a: bigint, b: bigint, c: bigint) =>
    fusedMultiplyAdd(format, rounding, a ^ format.signBit, b, c),
  nmadd: (format: BinaryFormat, rounding: number, a: bigint, b: bigint, c: bigint) =>
    fusedMultiplyAdd(format, rounding, a ^ format.signBit, b, c ^ format.signBit),
};
