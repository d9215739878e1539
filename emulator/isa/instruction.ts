// What a row of the instruction table is. The decoder, the disassembler, the interpreter, the JIT and the random
// tests read rows and nothing else; see the unprivileged specification, chapter "RV32/64G Instruction Set Listings".
import type { Algebra, Operands } from './algebra.js';

/** Where the operands sit in the 32-bit word. `shift` is I with a 6-bit amount, `shiftw` with a 5-bit one,
 * `load` is I written as offset(base), which `jalr` is too, `csr` and `csri` have the CSR number as immediate (csri:
 * the 5-bit operand in rs1), `amo` is R with an address operand (imm: aq in bit 1, rl in bit 0), `r4` has rs3, `rm`
 * is R whose funct3 is a rounding mode (kept in imm), `rm1` and `r1` are `rm` and R without rs2, `fence` keeps fm,
 * predecessor and successor in imm, `none` has no operands. */
export type Format =
  | 'R' | 'I' | 'S' | 'B' | 'U' | 'J' | 'shift' | 'shiftw' | 'load' | 'csr' | 'csri' | 'amo'
  | 'r4' | 'rm' | 'rm1' | 'r1' | 'fence' | 'sfence' | 'none'; // prettier-ignore

/** The register file an operand names; absent where the format has no such operand. */
export interface RegisterFiles {
  rd?: 'x' | 'f';
  rs1?: 'x' | 'f';
  rs2?: 'x' | 'f';
  rs3?: 'x' | 'f';
}

/** Bytes a memory access moves. */
export type AccessBytes = 1 | 2 | 4 | 8;

/** A float operation's format is that of its float operands; of a conversion between formats, the source's. */
export type FloatFormat = 's' | 'd';

/** Operations of the F and D extensions that the exact arithmetic of `float/` performs. */
export type FloatOperation =
  | 'add' | 'sub' | 'mul' | 'div' | 'sqrt' | 'madd' | 'msub' | 'nmsub' | 'nmadd' | 'sgnj' | 'sgnjn' | 'sgnjx'
  | 'min' | 'max' | 'eq' | 'lt' | 'le' | 'class' | 'to_w' | 'to_wu' | 'to_l' | 'to_lu' | 'from_w' | 'from_wu'
  | 'from_l' | 'from_lu' | 'to_s' | 'to_d' | 'move_to_x' | 'move_from_x'; // prettier-ignore

export type SystemOperation =
  | 'ecall' | 'ebreak' | 'mret' | 'sret' | 'wfi' | 'sfence_vma' | 'fence' | 'fence_i'; // prettier-ignore

/** What the instruction does, apart from advancing the pc. */
export type Effect =
  | { kind: 'compute'; value: <V, B>(o: Algebra<V, B>, x: Operands<V>) => V }
  | { kind: 'branch'; taken: <V, B>(o: Algebra<V, B>, x: Operands<V>) => B }
  | { kind: 'jump' }
  | { kind: 'jump_register' }
  | { kind: 'load'; bytes: AccessBytes; signed: boolean }
  | { kind: 'store'; bytes: AccessBytes }
  | { kind: 'load_reserved'; bytes: 4 | 8 }
  | { kind: 'store_conditional'; bytes: 4 | 8 }
  | { kind: 'amo'; bytes: 4 | 8; combine: <V, B>(o: Algebra<V, B>, old: V, operand: V) => V }
  | { kind: 'csr'; operation: 'write' | 'set' | 'clear'; immediate: boolean }
  | { kind: 'float'; operation: FloatOperation; format: FloatFormat }
  | { kind: 'float_load'; bytes: 4 | 8 }
  | { kind: 'float_store'; bytes: 4 | 8 }
  | { kind: 'system'; operation: SystemOperation };

/** One instruction: encoding, operands and meaning together. */
export interface Instruction {
  /** The assembler's mnemonic, as in `fcvt.w.s`. */
  readonly name: string;
  readonly extension: 'I' | 'M' | 'A' | 'F' | 'D' | 'Zicsr' | 'Zifencei' | 'S';
  readonly format: Format;
  /** An instruction word w is this instruction when (w & mask) === match (as unsigned 32-bit numbers). */
  readonly match: number;
  readonly mask: number;
  readonly registers: RegisterFiles;
  readonly effect: Effect;
}

/** An instruction word taken apart. Register numbers are 0..31 (0 where absent). */
export interface Decoded {
  readonly instruction: Instruction;
  /** Bytes the encoding occupies. */
  readonly length: 2 | 4;
  readonly rd: number;
  readonly rs1: number;
  readonly rs2: number;
  readonly rs3: number;
  /** Signed 32-bit: the immediate, shift amount, CSR number, or rounding mode. Upper immediates are already
   * shifted left by 12. */
  readonly imm: number;
}
