// From a mnemonic and operands to the 32-bit word: the inverse of decoding, for tests and random programs.
import { REGISTER_SHIFT, immediates, registerFields } from './fields.js';
import { instructionIndex, instructions } from './table.js';

/** Operands of a word to encode; what is left out is 0. */
export interface EncodeOperands {
  rd?: number;
  rs1?: number;
  rs2?: number;
  rs3?: number;
  /** As in `Decoded`. */
  imm?: number;
}

const REGISTERS = ['rd', 'rs1', 'rs2', 'rs3'] as const;

/**
 * The word of an instruction, as an unsigned 32-bit number. Operands that the format does not have are ignored.
 * @throws RangeError for an unknown mnemonic or an operand that does not fit its field.
 */
export function encode(name: string, operands: EncodeOperands = {}): number {
  const index = instructionIndex.get(name);
  if (index === undefined) throw new RangeError(`no instruction is called ${name}`);
  const { format, match, mask } = instructions[index];
  const { write, range } = immediates[format];
  const imm = operands.imm ?? 0;
  const [minimum, maximum, step] = range;
  if (minimum !== maximum && (imm < minimum || imm > maximum || imm % step !== 0)) {
    throw new RangeError(`${name}: immediate ${imm} is not in ${minimum}..${maximum} by ${step}`);
  }
  let word = minimum === maximum ? 0 : write(imm);
  for (const field of REGISTERS) {
    if (!registerFields[format][field]) continue;
    const register = operands[field] ?? 0;
    if (!(register >= 0 && register <= 31))
      throw new RangeError(`${name}: ${field} ${register} is not in 0..31`);
    word |= register << REGISTER_SHIFT[field];
  }
  return ((word & ~mask) | match) >>> 0;
}
