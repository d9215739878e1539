// Builders for the shapes of base integer rows, so that a row's own line holds only what is its own.
import type { Algebra, Operands } from './algebra.js';
import type { AccessBytes, Effect, Instruction, RegisterFiles } from './instruction.js';
import {
  MASK_FUNCT3,
  MASK_FUNCT6,
  MASK_FUNCT7,
  MASK_OPCODE,
  OPCODE,
  pattern,
  registerRows,
  row,
} from './rows.js';
import type { Binary } from './rows.js';

type Condition = <V, B>(o: Algebra<V, B>, a: V, b: V) => B;
type Value = <V, B>(o: Algebra<V, B>, x: Operands<V>) => V;

const destinationAndSource: RegisterFiles = { rd: 'x', rs1: 'x' };
const twoSources: RegisterFiles = { rs1: 'x', rs2: 'x' };

function withImmediate(value: Binary): Effect {
  return { kind: 'compute', value: (o, x) => value(o, x.a, x.imm) };
}

/** rd = value(rs1, rs2) */
export const R = registerRows('I');

/** rd = value(rs1, immediate) */
export function I(name: string, funct3: number, opcode: number, value: Binary): Instruction {
  const match = pattern(0, funct3, opcode);
  return row('I', name, 'I', match, MASK_FUNCT3, destinationAndSource, withImmediate(value));
}

/** rd = value(rs1, 6-bit amount); `funct7` is as listed, with bit 5 of the amount zero. */
export function shift(
  name: string,
  funct7: number,
  funct3: number,
  opcode: number,
  value: Binary,
): Instruction {
  const match = pattern(funct7, funct3, opcode);
  return row('I', name, 'shift', match, MASK_FUNCT6, destinationAndSource, withImmediate(value));
}

/** rd = value(rs1, 5-bit amount) */
export function shiftw(
  name: string,
  funct7: number,
  funct3: number,
  opcode: number,
  value: Binary,
): Instruction {
  const match = pattern(funct7, funct3, opcode);
  return row('I', name, 'shiftw', match, MASK_FUNCT7, destinationAndSource, withImmediate(value));
}

/** rd = value(immediate, pc) */
export function U(name: string, opcode: number, value: Value): Instruction {
  return row('I', name, 'U', opcode, MASK_OPCODE, { rd: 'x' }, { kind: 'compute', value });
}

/** A conditional branch on rs1 and rs2. */
export function branch(name: string, funct3: number, taken: Condition): Instruction {
  const match = pattern(0, funct3, OPCODE.BRANCH);
  const effect: Effect = { kind: 'branch', taken: (o, x) => taken(o, x.a, x.b) };
  return row('I', name, 'B', match, MASK_FUNCT3, twoSources, effect);
}

/** rd = memory at rs1 + imm, extended. */
export function load(name: string, funct3: number, bytes: AccessBytes, signed: boolean): Instruction {
  const match = pattern(0, funct3, OPCODE.LOAD);
  return row('I', name, 'load', match, MASK_FUNCT3, destinationAndSource, { kind: 'load', bytes, signed });
}

/** Memory at rs1 + imm = the low bytes of rs2. */
export function store(name: string, funct3: number, bytes: AccessBytes): Instruction {
  const match = pattern(0, funct3, OPCODE.STORE);
  return row('I', name, 'S', match, MASK_FUNCT3, twoSources, { kind: 'store', bytes });
}
