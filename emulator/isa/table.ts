// The instruction table: every row of every extension, in one order that never changes within a build. A position in
// it is the number by which back ends know an instruction.
import { atomic } from './atomic.js';
import { csr } from './csr.js';
import { double } from './double.js';
import { float } from './float.js';
import type { Instruction } from './instruction.js';
import { integer } from './integer.js';
import { multiply } from './multiply.js';
import { privileged } from './privileged.js';

export const instructions: readonly Instruction[] = [
  ...integer,
  ...multiply,
  ...atomic,
  ...csr,
  ...privileged,
  ...float,
  ...double,
];

/** Position in `instructions` by mnemonic. */
export const instructionIndex: ReadonlyMap<string, number> = new Map(
  instructions.map((instruction, index) => [instruction.name, index]),
);
