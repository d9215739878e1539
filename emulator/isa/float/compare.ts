// Comparison, minimum and maximum, and classification (unprivileged specification, "F", "Single-Precision
// Floating-Point Compare Instructions" and following; minimumNumber and maximumNumber of IEEE 754-2019).
import {
  type BinaryFormat,
  isInfinite,
  isNaN,
  isSignaling,
  isZero,
  magnitude,
  propagateNaN,
  signOf,
} from './format.js';
import { invalid, raise } from './flags.js';

/** a = b as 1 or 0; quiet: only signaling NaNs raise NV. */
export function equal(format: BinaryFormat, a: bigint, b: bigint): bigint {
  if (isNaN(format, a) || isNaN(format, b)) {
    propagateNaN(format, a, b);
    return 0n;
  }
  return a === b || (isZero(format, a) && isZero(format, b)) ? 1n : 0n;
}

/** a < b as 1 or 0; any NaN raises NV. */
export function less(format: BinaryFormat, a: bigint, b: bigint): bigint {
  return isUnordered(format, a, b) || ordinal(format, a) >= ordinal(format, b) ? 0n : 1n;
}

/** a <= b as 1 or 0; any NaN raises NV. */
export function lessOrEqual(format: BinaryFormat, a: bigint, b: bigint): bigint {
  return isUnordered(format, a, b) || ordinal(format, a) > ordinal(format, b) ? 0n : 1n;
}

/** The lesser number; a NaN gives way to a number, and -0 is below +0. */
export function minimum(format: BinaryFormat, a: bigint, b: bigint): bigint {
  return extreme(format, a, b, (left, right) => left < right);
}

/** The greater number; a NaN gives way to a number, and +0 is above -0. */
export function maximum(format: BinaryFormat, a: bigint, b: bigint): bigint {
  return extreme(format, a, b, (left, right) => left > right);
}

function extreme(
  format: BinaryFormat,
  a: bigint,
  b: bigint,
  wins: (left: bigint, right: bigint) => boolean,
): bigint {
  if (isSignaling(format, a) || isSignaling(format, b)) raise(invalid);
  if (isNaN(format, a)) return isNaN(format, b) ? format.canonicalNaN : b;
  if (isNaN(format, b)) return a;
  if (isZero(format, a) && isZero(format, b)) {
    return wins(-a, -b) ? a : b; // as encodings -0 is the greater one
  }
  return wins(ordinal(format, a), ordinal(format, b)) ? a : b;
}

function isUnordered(format: BinaryFormat, a: bigint, b: bigint): boolean {
  if (!isNaN(format, a) && !isNaN(format, b)) return false;
  raise(invalid);
  return true;
}

/** An integer that orders numbers as their values are ordered; the same for both zeros. */
function ordinal(format: BinaryFormat, bits: bigint): bigint {
  const size = magnitude(format, bits);
  return signOf(format, bits) === 0 ? size : -size;
}

/** The fclass mask: one bit of 0..9, from negative infinity over the zeros to positive infinity, then NaNs. */
export function classify(format: BinaryFormat, a: bigint): bigint {
  if (isNaN(format, a)) return isSignaling(format, a) ? 1n << 8n : 1n << 9n;
  const negative = signOf(format, a) === 1;
  if (isInfinite(format, a)) return negative ? 1n << 0n : 1n << 7n;
  if (isZero(format, a)) return negative ? 1n << 3n : 1n << 4n;
  const subnormal = magnitude(format, a) <= format.fractionMask;
  if (subnormal) return negative ? 1n << 2n : 1n << 5n;
  return negative ? 1n << 1n : 1n << 6n;
}
