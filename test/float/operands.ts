// Register images that floating-point arithmetic finds hard: special values, subnormals, fractions of few or all
// bits, and exponents chosen so that sums cancel or tie and products and quotients over- or underflow.
import type { FloatFormat } from '../../emulator/isa/instruction.js';
import { Random } from '../support/random.js';

interface Layout {
  readonly fractionBits: number;
  readonly exponentBits: number;
}
const layouts: Record<FloatFormat, Layout> = {
  s: { fractionBits: 23, exponentBits: 8 },
  d: { fractionBits: 52, exponentBits: 11 },
};

const boxed = 0xffff_ffff_0000_0000n;

const hardIntegers = [
  0n,
  1n,
  -1n,
  1n << 31n,
  (1n << 31n) - 1n,
  1n << 32n,
  (1n << 32n) - 1n,
  1n << 63n,
  (1n << 63n) - 1n,
];

/** The fields of an operand already chosen. */
interface Chosen {
  readonly exponent: number;
  readonly fraction: bigint;
}

/** Images of the source registers of one instruction, each 0..2^64-1. */
export function hardOperands(random: Random, kinds: readonly ('x' | FloatFormat)[]): bigint[] {
  const earlier: Chosen[] = [];
  return kinds.map((kind) => {
    if (kind === 'x') return hardInteger(random);
    const layout = layouts[kind];
    const exponent = hardExponent(random, layout, earlier);
    const fraction = hardFraction(random, layout, earlier);
    earlier.push({ exponent, fraction });
    const sign = BigInt(random.below(2));
    const signAndExponent = (sign << BigInt(layout.exponentBits)) | BigInt(exponent);
    const bits = (signAndExponent << BigInt(layout.fractionBits)) | fraction;
    if (kind === 'd') return bits;
    return random.oneIn(40) ? (random.next64() & boxed) | bits : boxed | bits;
  });
}

function hardInteger(random: Random): bigint {
  if (random.oneIn(4)) return BigInt.asUintN(64, random.pick(hardIntegers) + BigInt(random.between(-2, 2)));
  const bits = random.next64() >> BigInt(random.below(64));
  const sparse = random.oneIn(2) ? bits & random.next64() & random.next64() : bits;
  return BigInt.asUintN(64, random.oneIn(2) ? sparse : -sparse);
}

/** A biased exponent, often at a distance from those of earlier operands at which something happens. */
function hardExponent(random: Random, layout: Layout, earlier: readonly Chosen[]): number {
  const { fractionBits } = layout;
  const top = 2 ** layout.exponentBits - 1;
  const bias = (top - 1) / 2;
  const wobble = random.between(-3, 3);
  const first = earlier[0]?.exponent ?? bias;
  const product = first + (earlier[1]?.exponent ?? bias) - bias;
  const choice = random.pick([
    () => random.between(0, top),
    () => random.pick([0, top]),
    () => random.pick([0, 1, top - 1, top - 2, bias]) + wobble,
    () => bias + random.between(-2, 66), // the range of integers
    () => bias + random.pick([-149, -126, 127]) + wobble, // where a double meets the limits of singles
    () => first + random.between(-fractionBits - 3, fractionBits + 3),
    () => product + random.between(-2 * fractionBits - 4, fractionBits + 3),
    () => bias - first + wobble, // a product at the edge of underflow
    () => bias - first - fractionBits + wobble, // … and of vanishing
    () => top + bias - first + wobble, // … and of overflow
    () => first + bias + wobble, // a quotient at the edge of underflow
    () => first + bias + fractionBits + wobble, // … and of vanishing
    () => first - bias + wobble, // … and of overflow
  ])();
  return Math.min(top, Math.max(0, choice));
}

function hardFraction(random: Random, layout: Layout, earlier: readonly Chosen[]): bigint {
  const bits = layout.fractionBits;
  const one = 1n << BigInt(bits);
  const anyBit = () => 1n << BigInt(random.below(bits));
  const first = one + (earlier[0]?.fraction ?? 0n);
  const wobble = BigInt(random.between(-1, 1));
  const fraction = random.pick([
    () => random.next64(),
    () => 0n,
    () => -1n,
    () => anyBit(),
    () => anyBit() | anyBit(),
    () => anyBit() | BigInt(random.below(4)),
    () => -1n - BigInt(random.below(4)),
    () => -1n << BigInt(random.below(bits)),
    () => random.next64() << BigInt(random.below(bits)),
    () => (one >> 1n) + wobble,
    () => first + wobble, // a quotient close to a power of two, a difference close to nothing
    () => (2n * one * one) / first + wobble, // a product close to a power of two
  ])();
  return fraction & (one - 1n);
}
