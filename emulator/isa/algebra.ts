// The vocabulary in which instruction semantics are written. A back end (interpreter, JIT, constant folder)
// implements it once; an instruction row says its meaning once, generic over what a "value" is.

/**
 * Operations on 64-bit values `V` and on conditions `B`. All arithmetic is modulo 2^64.
 * Values passed to an operation may be evaluated more than once or not at all: they have no side effects.
 */
export interface Algebra<V, B> {
  /** A constant, taken modulo 2^64. */
  imm(value: bigint): V;
  add(a: V, b: V): V;
  sub(a: V, b: V): V;
  mul(a: V, b: V): V;
  /** Bits 127..64 of the unsigned x unsigned product. */
  mulHighU(a: V, b: V): V;
  /** Bits 127..64 of the signed x signed product. */
  mulHighS(a: V, b: V): V;
  /** Bits 127..64 of the signed (a) x unsigned (b) product. */
  mulHighSU(a: V, b: V): V;
  /** Unsigned quotient. Undefined for b = 0: the row guards it with `select` on a replaced divisor. */
  divU(a: V, b: V): V;
  /** Signed quotient, rounded towards zero. Undefined for b = 0 and for -2^63 / -1. */
  divS(a: V, b: V): V;
  remU(a: V, b: V): V;
  /** Signed remainder, with the sign of a. Undefined for b = 0. */
  remS(a: V, b: V): V;
  and(a: V, b: V): V;
  or(a: V, b: V): V;
  xor(a: V, b: V): V;
  /** Shifts take the amount modulo 64. */
  shl(a: V, amount: V): V;
  shrU(a: V, amount: V): V;
  shrS(a: V, amount: V): V;
  sext8(a: V): V;
  sext16(a: V): V;
  sext32(a: V): V;
  zext8(a: V): V;
  zext16(a: V): V;
  zext32(a: V): V;
  eq(a: V, b: V): B;
  ne(a: V, b: V): B;
  ltS(a: V, b: V): B;
  ltU(a: V, b: V): B;
  geS(a: V, b: V): B;
  geU(a: V, b: V): B;
  /** 1 where the condition holds, else 0. */
  fromCondition(condition: B): V;
  select(condition: B, whenTrue: V, whenFalse: V): V;
}

/** What an instruction may read: the values of its source registers, its immediate and its own address. */
export interface Operands<V> {
  /** rs1 */
  a: V;
  /** rs2 */
  b: V;
  /** The immediate, sign-extended to 64 bits (for shifts: the amount). */
  imm: V;
  /** The instruction's own address. */
  pc: V;
}
