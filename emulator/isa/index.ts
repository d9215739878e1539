// The instruction set's face: the table, and what is derived from it.
export type { Algebra, Operands } from './algebra.js';
export { constantAlgebra } from './constant.js';
export { decode } from './decode.js';
export { disassemble } from './disassemble.js';
export { encode } from './encode.js';
export type { EncodeOperands } from './encode.js';
export * from './instruction.js';
export { floatRegisterNames, integerRegisterNames } from './register-names.js';
export { instructionIndex, instructions } from './table.js';
