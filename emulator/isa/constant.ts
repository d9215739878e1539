// The constant back end of the algebra: values are unsigned 64-bit bigints and every operation is carried out at
// once. For tests and for folding constants; nothing hot runs on it.
import type { Algebra } from './algebra.js';

const unsigned = (value: bigint): bigint => BigInt.asUintN(64, value);
const signed = (value: bigint): bigint => BigInt.asIntN(64, value);
const signExtend = (bits: number, value: bigint): bigint => unsigned(BigInt.asIntN(bits, value));
const amount = (value: bigint): bigint => value & 63n;

export const constantAlgebra: Algebra<bigint, boolean> = {
  imm: unsigned,
  add: (a, b) => unsigned(a + b),
  sub: (a, b) => unsigned(a - b),
  mul: (a, b) => unsigned(a * b),
  mulHighU: (a, b) => (a * b) >> 64n,
  mulHighS: (a, b) => unsigned((signed(a) * signed(b)) >> 64n),
  mulHighSU: (a, b) => unsigned((signed(a) * b) >> 64n),
  divU: (a, b) => a / b,
  divS: (a, b) => unsigned(signed(a) / signed(b)),
  remU: (a, b) => a % b,
  remS: (a, b) => unsigned(signed(a) % signed(b)),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shl: (a, b) => unsigned(a << amount(b)),
  shrU: (a, b) => a >> amount(b),
  shrS: (a, b) => unsigned(signed(a) >> amount(b)),
  sext8: (a) => signExtend(8, a),
  sext16: (a) => signExtend(16, a),
  sext32: (a) => signExtend(32, a),
  zext8: (a) => BigInt.asUintN(8, a),
  zext16: (a) => BigInt.asUintN(16, a),
  zext32: (a) => BigInt.asUintN(32, a),
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  ltS: (a, b) => signed(a) < signed(b),
  ltU: (a, b) => a < b,
  geS: (a, b) => signed(a) >= signed(b),
  geU: (a, b) => a >= b,
  fromCondition: (condition) => (condition ? 1n : 0n),
  select: (condition, whenTrue, whenFalse) => (condition ? whenTrue : whenFalse),
};
