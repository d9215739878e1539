// Division and square root (IEEE 754 section 5.4.1): an integer quotient or root with spare bits, whose last bit
// says whether anything was left over, then rounded once.
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
import { divideByZero, raise } from './flags.js';
import { bitLength, roundPack, unpack } from './round.js';

/** a / b */
export function divide(format: BinaryFormat, rounding: number, a: bigint, b: bigint): bigint {
  if (isNaN(format, a) || isNaN(format, b)) return propagateNaN(format, a, b);
  const sign = signOf(format, a) ^ signOf(format, b);
  if (isInfinite(format, a)) return isInfinite(format, b) ? invalidResult(format) : infinity(format, sign);
  if (isInfinite(format, b)) return zero(format, sign);
  if (isZero(format, b)) {
    if (isZero(format, a)) return invalidResult(format);
    raise(divideByZero);
    return infinity(format, sign);
  }
  if (isZero(format, a)) return zero(format, sign);
  return divideExact(format, rounding, a, b);
}

function divideExact(format: BinaryFormat, rounding: number, a: bigint, b: bigint): bigint {
  const dividend = unpack(format, a);
  const divisor = unpack(format, b);
  const lengths = bitLength(dividend.significand) - bitLength(divisor.significand);
  // At least precision + 2 bits of quotient, as roundPack asks of a value with a leftover bit.
  const shift = Math.max(0, format.precision + 2 - lengths);
  const numerator = dividend.significand << BigInt(shift);
  const quotient = numerator / divisor.significand;
  const leftover = quotient * divisor.significand === numerator ? 0n : 1n;
  const exponent = dividend.exponent - divisor.exponent - shift - 1;
  return roundPack(format, rounding, dividend.sign ^ divisor.sign, exponent, (quotient << 1n) | leftover);
}

/** The square root of a: -0 for -0, invalid below zero. */
export function squareRoot(format: BinaryFormat, rounding: number, a: bigint): bigint {
  if (isNaN(format, a)) return propagateNaN(format, a);
  if (isZero(format, a)) return a;
  if (signOf(format, a) === 1) return invalidResult(format);
  if (isInfinite(format, a)) return a;
  const { exponent, significand } = unpack(format, a);
  let shift = Math.max(0, 2 * (format.precision + 2) - bitLength(significand));
  if (((exponent - shift) & 1) !== 0) shift += 1; // half of the radicand's exponent must be whole
  const radicand = significand << BigInt(shift);
  const root = integerSquareRoot(radicand);
  const leftover = root * root === radicand ? 0n : 1n;
  return roundPack(format, rounding, 0, (exponent - shift) / 2 - 1, (root << 1n) | leftover);
}

/** The largest integer whose square is at most n; n is between 1 and 2^1000. */
function integerSquareRoot(n: bigint): bigint {
  // The host's estimate is good to some 50 bits, a step of Newton's method doubles that; the loops make it exact
  // whatever the estimate was.
  let root = BigInt(Math.floor(Math.sqrt(Number(n))));
  root = (root + n / root) >> 1n;
  while (root * root > n) root -= 1n;
  while ((root + 1n) * (root + 1n) <= n) root += 1n;
  return root;
}
