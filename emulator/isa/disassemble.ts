// From an instruction word to assembler text, in standard operand order with ABI register names. Compressed words
// show the base instruction they expand to; no pseudo-instructions are used, and
// radices and the silent dynamic rounding mode are those of `objdump -M no-aliases`.
import { decode } from './decode.js';
import type { Decoded, Format } from './instruction.js';
import { floatRegisterNames, integerRegisterNames } from './register-names.js';

/** What turns a CSR number into its name; undefined where it has none. */
export type CsrName = (csr: number) => string | undefined;

/** The operand that names a rounding mode, by funct3; the dynamic mode is not written. */
const ROUNDING_MODES = [['rne'], ['rtz'], ['rdn'], ['rup'], ['rmm'], ['unknown'], ['unknown'], []];
const ORDERINGS = ['', '.rl', '.aq', '.aqrl'];

/** What text depends on besides the word. */
interface Context {
  pc: bigint | undefined;
  csrName: CsrName;
}

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

function target({ imm }: Decoded, { pc }: Context): string {
  if (pc !== undefined) return hexadecimal(BigInt.asUintN(64, pc + BigInt(imm)));
  return imm < 0 ? `.${imm}` : `.+${imm}`;
}

function csr({ imm }: Decoded, { csrName }: Context): string {
  return csrName(imm) ?? hexadecimal(imm);
}

/** One half of a fence's ordering: device input, output, memory reads and writes. */
function fenceSet(bits: number): string {
  return (bits & 8 ? 'i' : '') + (bits & 4 ? 'o' : '') + (bits & 2 ? 'r' : '') + (bits & 1 ? 'w' : '') || '0';
}

type Operands = (decoded: Decoded, context: Context) => readonly string[];

const immediate: Operands = (x) => [...registers(x, 'rd', 'rs1'), String(x.imm)];
const amount: Operands = (x) => [...registers(x, 'rd', 'rs1'), hexadecimal(x.imm)];
const rounded: Operands = (x) => [...registers(x, 'rd', 'rs1', 'rs2', 'rs3'), ...ROUNDING_MODES[x.imm]];
const plain: Operands = (x) => registers(x, 'rd', 'rs1', 'rs2');
const csrAccess: Operands = (x, context) => [register(x, 'rd'), csr(x, context), register(x, 'rs1')];

const operands: Readonly<Record<Format, Operands>> = {
  R: plain,
  I: immediate,
  S: (x) => [register(x, 'rs2'), `${x.imm}(${register(x, 'rs1')})`],
  B: (x, context) => [...registers(x, 'rs1', 'rs2'), target(x, context)],
  U: (x) => [register(x, 'rd'), hexadecimal(x.imm >>> 12)],
  J: (x, context) => [register(x, 'rd'), target(x, context)],
  shift: amount,
  shiftw: amount,
  load: (x) => [register(x, 'rd'), `${x.imm}(${register(x, 'rs1')})`],
  csr: csrAccess,
  csri: csrAccess,
  amo: (x) => [...registers(x, 'rd', 'rs2'), `(${register(x, 'rs1')})`],
  r4: rounded,
  rm: rounded,
  rm1: rounded,
  r1: plain,
  fence: (x) => [fenceSet(x.imm >> 4), fenceSet(x.imm)],
  sfence: plain,
  none: plain,
};

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
  const text = operands[format](decoded, { pc, csrName }).join(',');
  return text === '' ? mnemonic : `${mnemonic} ${text}`;
}
