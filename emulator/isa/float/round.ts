// From an encoding to an exact number and back: unpacking, and the one place where results are rounded, overflow
// and underflow (IEEE 754 sections 4.3, 7.4, 7.5; RISC-V detects tininess after rounding).
import { type BinaryFormat, infinity, signOf } from './format.js';
import { inexact, overflow, raise, underflow } from './flags.js';

/** Rounding modes as the rm field and frm encode them. */
export const Rounding = {
  nearestEven: 0,
  towardsZero: 1,
  down: 2,
  up: 3,
  nearestMaxMagnitude: 4,
} as const;

/** The finite number (-1)^sign * significand * 2^exponent, exactly. The significand is >= 0, not normalised. */
export interface ExactNumber {
  sign: number;
  exponent: number;
  significand: bigint;
}

/** The finite number in an encoding. */
export function unpack(format: BinaryFormat, bits: bigint): ExactNumber {
  const fraction = bits & format.fractionMask;
  const biased = Number((bits & format.infinity) >> format.fractionBits);
  const sign = signOf(format, bits);
  if (biased === 0) return { sign, exponent: format.lowestExponent, significand: fraction };
  const significand = fraction | (format.fractionMask + 1n);
  return { sign, exponent: format.lowestExponent + biased - 1, significand };
}

const asDouble = new DataView(new ArrayBuffer(8));

/** Bits up to and including the highest one of `value`: 0 for 0. The value is below 2^1023. */
export function bitLength(value: bigint): number {
  if (value === 0n) return 0;
  asDouble.setFloat64(0, Number(value));
  const length = (asDouble.getUint32(0) >>> 20) - 1022;
  if (length <= 53) return length;
  // The conversion to a double may have rounded up to the next power of two.
  return value >> BigInt(length - 1) === 0n ? length - 1 : length;
}

/** Drops the low `shift` bits (>= 1) of a magnitude, rounding to an integer in the direction the mode says. */
export function roundShift(rounding: number, sign: number, significand: bigint, shift: number): bigint {
  const amount = BigInt(shift);
  const kept = significand >> amount;
  const dropped = significand - (kept << amount);
  return dropped !== 0n && roundsAway(rounding, sign, kept, dropped, 1n << (amount - 1n)) ? kept + 1n : kept;
}

function roundsAway(rounding: number, sign: number, kept: bigint, dropped: bigint, half: bigint): boolean {
  switch (rounding) {
    case Rounding.nearestEven:
      return dropped > half || (dropped === half && (kept & 1n) === 1n);
    case Rounding.towardsZero:
      return false;
    case Rounding.down:
      return sign === 1;
    case Rounding.up:
      return sign === 0;
    case Rounding.nearestMaxMagnitude:
      return dropped >= half;
    default:
      throw new Error(`rounding mode ${rounding} is reserved; the caller must have trapped`);
  }
}

/**
 * Rounds (-1)^sign * significand * 2^exponent to the format, raising OF, UF and NX as due. The significand is
 * above 0. A number known only as "strictly between n and n+1" may be given as 2n+1 with the exponent one less,
 * provided n has at least precision + 2 bits.
 */
export function roundPack(
  format: BinaryFormat,
  rounding: number,
  sign: number,
  exponent: number,
  significand: bigint,
): bigint {
  const length = bitLength(significand);
  const lowestBit = Math.max(exponent + length - format.precision, format.lowestExponent);
  const shift = lowestBit - exponent;
  let kept: bigint;
  if (shift <= 0) {
    kept = significand << BigInt(-shift);
  } else {
    kept = roundShift(rounding, sign, significand, shift);
    if (kept << BigInt(shift) !== significand) {
      raise(isTiny(format, rounding, sign, exponent, significand, length) ? inexact | underflow : inexact);
    }
  }
  // A carry out of the significand, and a subnormal that became normal, land in the exponent field by themselves.
  const encoded = (BigInt(lowestBit - format.lowestExponent) << format.fractionBits) + kept;
  if (encoded >= format.infinity) return overflowResult(format, rounding, sign);
  return sign === 0 ? encoded : encoded | format.signBit;
}

/** Whether rounding to the format's precision, with an unbounded exponent, gives less than the least normal. */
function isTiny(
  format: BinaryFormat,
  rounding: number,
  sign: number,
  exponent: number,
  significand: bigint,
  length: number,
): boolean {
  const belowNormal = format.lowestExponent + format.precision - (exponent + length);
  if (belowNormal !== 1) return belowNormal > 1;
  const shift = length - format.precision;
  if (shift <= 0) return true;
  return bitLength(roundShift(rounding, sign, significand, shift)) === format.precision;
}

function overflowResult(format: BinaryFormat, rounding: number, sign: number): bigint {
  raise(overflow | inexact);
  const staysFinite =
    rounding === Rounding.towardsZero || rounding === (sign === 0 ? Rounding.down : Rounding.up);
  return infinity(format, sign) - (staysFinite ? 1n : 0n);
}
