// From an instruction word to assembler text, in standard operand order with ABI register names. Compressed words
// show the base instruction they expand to; no pseudo-instructions are used, and
// radices and the silent dynamic rounding mode are those of `objdump -M no-aliases`.
import { decode } from './decode.js';
import type { Decoded } from './instruction.js';
import { floatRegisterNames, integerRegisterNames } from './register-names.js';

/** What turns a CSR number into its name; undefined where it has none. */
export type CsrName = (csr: number) => string | undefined;

/** The operand that names a rounding mode, by funct3; the dynamic mode is not written. */
const ROUNDING_MODES = [['rne'], ['rtz'], ['rdn'], ['rup'], ['rmm'], ['unknown'], ['unknown'], []];
const ORDERINGS = ['', '.rl', '.aq', '.aqrl'];

/** A register operand; a field that names no register is a plain number. */
function register(decoded: Decoded, field: 'rd' | 'rs1' | 'rs2' | 'rs3'): string {
  const number = decoded[field];
  const file = decoded.instruction.registers[field];
  if (file === undefined) return String(number);
  return (file === 'f' ? floatRegisterNames : integerRegisterNames)[number];
}

/** The register operands in assembler order, leaving out those the row does not have. */
function registers(decoded: Decoded, ...fields: readonly ('rd' | 'rs1' | 'rs2' | 'rs3')[]): string[] {
  return fields
    .filter((field) => decoded.instruction.registers[field])
    .map((field) => register(decoded, field));
}

function hexadecimal(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

function target(decoded: Decoded, pc: bigint | undefined): string {
  if (pc !== undefined) return hexadecimal(BigInt.asUintN(64, pc + BigInt(decoded.imm)));
  return decoded.imm < 0 ? `.${decoded.imm}` : `.+${decoded.imm}`;
}

/** One half of a fence's ordering: device input, output, memory reads and writes. */
function fenceSet(bits: number): string {
  return (bits & 8 ? 'i' : '') + (bits & 4 ? 'o' : '') + (bits & 2 ? 'r' : '') + (bits & 1 ? 'w' : '') || '0';
}

function operands(decoded: Decoded, pc: bigint | undefined, csrName: CsrName): readonly string[] {
  const { instruction, imm } = decoded;
  const address = `(${register(decoded, 'rs1')})`;
  const csr = () => csrName(imm) ?? hexadecimal(imm);
  switch (instruction.format) {
    case 'I':
      return [...registers(decoded, 'rd', 'rs1'), String(imm)];
    case 'shift':
    case 'shiftw':
      return [...registers(decoded, 'rd', 'rs1'), hexadecimal(imm)];
    case 'load':
      return [register(decoded, 'rd'), imm + address];
    case 'S':
      return [register(decoded, 'rs2'), imm + address];
    case 'B':
      return [...registers(decoded, 'rs1', 'rs2'), target(decoded, pc)];
    case 'U':
      return [register(decoded, 'rd'), hexadecimal(imm >>> 12)];
    case 'J':
      return [register(decoded, 'rd'), target(decoded, pc)];
    case 'csr':
    case 'csri':
      return [register(decoded, 'rd'), csr(), register(decoded, 'rs1')];
    case 'amo':
      return [...registers(decoded, 'rd', 'rs2'), address];
    case 'r4':
    case 'rm':
    case 'rm1':
      return [...registers(decoded, 'rd', 'rs1', 'rs2', 'rs3'), ...ROUNDING_MODES[imm]];
    case 'fence':
      return [fenceSet(imm >> 4), fenceSet(imm)];
    case 'R':
    case 'r1':
    case 'sfence':
    case 'none':
      return registers(decoded, 'rd', 'rs1', 'rs2');
  }
}

/**
 * The text of an instruction, as `addi a0,sp,16`. An illegal word becomes a `.word` or `.short` directive. With `pc`
 * given (the instruction's own address) branch and jump targets are absolute, else relative to `.`.
 */
export function disassemble(word: number, pc?: bigint, csrName: CsrName = () => undefined): string {
  const decoded = decode(word);
  if (decoded === undefined) {
    return (word & 3) === 3
      ? `.word 0x${(word >>> 0).toString(16)}`
      : `.short 0x${(word & 0xffff).toString(16)}`;
  }
  const { name, format } = decoded.instruction;
  const mnemonic = format === 'amo' ? name + ORDERINGS[decoded.imm] : name;
  const text = operands(decoded, pc, csrName).join(',');
  return text === '' ? mnemonic : `${mnemonic} ${text}`;
}
