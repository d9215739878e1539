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

/** Images of the source registers of one instruction, each 0..2^64-1. */
export function hardOperands(random: Random, kinds: readonly ('x' | FloatFormat)[]): bigint[] {
  const exponents: number[] = [];
  return kinds.map((kind) => {
    if (kind === 'x') return hardInteger(random);
    const exponent = hardExponent(random, layouts[kind], exponents);
    exponents.push(exponent);
    const bits = encode(random, layouts[kind], exponent);
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
function hardExponent(random: Random, layout: Layout, earlier: readonly number[]): number {
  const top = 2 ** layout.exponentBits - 1;
  const bias = (top - 1) / 2;
  const wobble = random.between(-3, 3);
  const first = earlier[0] ?? bias;
  const product = first + (earlier[1] ?? bias) - bias;
  const choice = random.pick([
    () => random.between(0, top),
    () => random.pick([0, top]),
    () => random.pick([0, 1, top - 1, top - 2, bias]) + wobble,
    () => bias + random.between(-2, 66), // the range of integers
    () => first + random.between(-layout.fractionBits - 3, layout.fractionBits + 3),
    () => product + random.between(-2 * layout.fractionBits - 4, layout.fractionBits + 3),
    () => bias - first + wobble, // a product at the edge of underflow
    () => top + bias - first + wobble, // a product at the edge of overflow
    () => first - bias + wobble, // a quotient at the edge of overflow
    () => first + bias + wobble, // a quotient at the edge of underflow
    () => first + bias - layout.fractionBits + wobble,
    () => bias - first - layout.fractionBits + wobble, // a product at the edge of vanishing
  ])();
  return Math.min(top, Math.max(0, choice));
}

function encode(random: Random, layout: Layout, exponent: number): bigint {
  const sign = BigInt(random.below(2));
  const fraction = hardFraction(random, layout.fractionBits);
  return (
    (((sign << BigInt(layout.exponentBits)) | BigInt(exponent)) << BigInt(layout.fractionBits)) | fraction
  );
}

function hardFraction(random: Random, bits: number): bigint {
  const all = (1n << BigInt(bits)) - 1n;
  const anyBit = () => 1n << BigInt(random.below(bits));
  const fraction = random.pick([
    () => random.next64(),
    () => 0n,
    () => all,
    () => anyBit(),
    () => anyBit() | anyBit(),
    () => anyBit() | BigInt(random.below(4)),
    () => all - BigInt(random.below(4)),
    () => all << BigInt(random.below(bits)),
    () => random.next64() << BigInt(random.below(bits)),
    () => (1n << BigInt(bits - 1)) + BigInt(random.between(-1, 1)),
  ])();
  return fraction & all;
}
