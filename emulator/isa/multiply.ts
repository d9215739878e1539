// The M extension: multiplication and division. Division never traps; "Semantics for division by zero and division
// overflow" (unprivileged specification, M chapter) gives the results that the guards below select.
import type { Algebra } from './algebra.js';
import type { Instruction } from './instruction.js';
import { OPCODE, registerRows } from './rows.js';

const R = registerRows('M');
const { OP, OP_32 } = OPCODE;

/** The divisor, or 1 in place of 0. */
function nonzero<V, B>(o: Algebra<V, B>, b: V): V {
  return o.select(o.eq(b, o.imm(0n)), o.imm(1n), b);
}

function quotientSigned<V, B>(o: Algebra<V, B>, a: V, b: V): V {
  // 0 and -1 are the divisors below 2 after adding 1: both are replaced. a / -1 is -a, on overflow too.
  const safe = o.select(o.ltU(o.add(b, o.imm(1n)), o.imm(2n)), o.imm(1n), b);
  const byMinusOne = o.sub(o.imm(0n), a);
  const quotient = o.select(o.eq(b, o.imm(-1n)), byMinusOne, o.divS(a, safe));
  return o.select(o.eq(b, o.imm(0n)), o.imm(-1n), quotient);
}

/** The signed quotient of two values that are sign-extended from 32 bits, for which 64 bits cannot overflow. */
function quotientSignedWord<V, B>(o: Algebra<V, B>, a: V, b: V): V {
  return o.select(o.eq(b, o.imm(0n)), o.imm(-1n), o.divS(a, nonzero(o, b)));
}

function quotientUnsigned<V, B>(o: Algebra<V, B>, a: V, b: V): V {
  return o.select(o.eq(b, o.imm(0n)), o.imm(-1n), o.divU(a, nonzero(o, b)));
}

function remainderSigned<V, B>(o: Algebra<V, B>, a: V, b: V): V {
  return o.select(o.eq(b, o.imm(0n)), a, o.remS(a, nonzero(o, b)));
}

function remainderUnsigned<V, B>(o: Algebra<V, B>, a: V, b: V): V {
  return o.select(o.eq(b, o.imm(0n)), a, o.remU(a, nonzero(o, b)));
}

export const multiply: readonly Instruction[] = [
  R('mul', 0x01, 0, OP, (o, a, b) => o.mul(a, b)),
  R('mulh', 0x01, 1, OP, (o, a, b) => o.mulHighS(a, b)),
  R('mulhsu', 0x01, 2, OP, (o, a, b) => o.mulHighSU(a, b)),
  R('mulhu', 0x01, 3, OP, (o, a, b) => o.mulHighU(a, b)),
  R('div', 0x01, 4, OP, (o, a, b) => quotientSigned(o, a, b)),
  R('divu', 0x01, 5, OP, (o, a, b) => quotientUnsigned(o, a, b)),
  R('rem', 0x01, 6, OP, (o, a, b) => remainderSigned(o, a, b)),
  R('remu', 0x01, 7, OP, (o, a, b) => remainderUnsigned(o, a, b)),
  R('mulw', 0x01, 0, OP_32, (o, a, b) => o.sext32(o.mul(a, b))),
  R('divw', 0x01, 4, OP_32, (o, a, b) => o.sext32(quotientSignedWord(o, o.sext32(a), o.sext32(b)))),
  R('divuw', 0x01, 5, OP_32, (o, a, b) => o.sext32(quotientUnsigned(o, o.zext32(a), o.zext32(b)))),
  R('remw', 0x01, 6, OP_32, (o, a, b) => o.sext32(remainderSigned(o, o.sext32(a), o.sext32(b)))),
  R('remuw', 0x01, 7, OP_32, (o, a, b) => o.sext32(remainderUnsigned(o, o.zext32(a), o.zext32(b)))),
];
