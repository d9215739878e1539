// What a test vector is: the state before one instruction and what the specification says about the state after it.
// Vectors know no engine; `vector-suite.ts` runs them on anything that can execute one instruction.

/** Address at which every vector's instruction stands. */
export const PC = 0x8000_1000n;
/** Address of the doubleword that loads, stores and atomics use. */
export const DATA = 0x8000_2000n;

export const MIN = -(1n << 63n);
export const MAX = (1n << 63n) - 1n;

/** CSR numbers of the names that vectors use. */
export const CSR = {
  fflags: 0x001, frm: 0x002, fcsr: 0x003, cycle: 0xc00, sstatus: 0x100, sepc: 0x141, mstatus: 0x300, misa: 0x301,
  mie: 0x304, mtvec: 0x305, mscratch: 0x340, mepc: 0x341, mcause: 0x342, mtval: 0x343, mip: 0x344, mhartid: 0xf14,
} as const; // prettier-ignore

export type CsrName = keyof typeof CSR;
export type Privilege = 'M' | 'S' | 'U';

/** A CSR's value, in the bits of `mask`; all bits where there is none. */
export interface ExpectedCsr {
  value: bigint;
  mask?: bigint;
}

/** Numbers of the registers an instruction names. */
export interface RegisterNumbers {
  rd: number;
  rs1: number;
  rs2: number;
  rs3: number;
}

/** All 64-bit values are taken modulo 2^64, so that -1n may be written for all ones. */
export interface Vector {
  /** The instruction's mnemonic. */
  name: string;
  /** The word, where it is none that `name` and the operands can encode: an illegal instruction. */
  word?: number;
  /** Values of the source registers, in the register file the row names. 0 where left out. */
  rs1?: bigint;
  rs2?: bigint;
  rs3?: bigint;
  /** As in `Decoded`: an immediate, amount, ordering or rounding mode. For CSR instructions `csr` says it instead. */
  imm?: number;
  csr?: CsrName;
  /** The five-bit operand of csrrwi, csrrsi and csrrci. */
  uimm?: number;
  /** The doubleword at DATA. 0 where left out. */
  memory?: bigint;
  /** Whether this hart holds a reservation on DATA. */
  reserved?: boolean;
  /** CSRs set beforehand, in this order, from M mode. */
  csrs?: Partial<Record<CsrName, bigint>>;
  /** M where left out. */
  privilege?: Privilege;
  /** Register numbers that matter to the case; the suite chooses the others. */
  registers?: Partial<RegisterNumbers>;
  expect: {
    /** The destination register. Absent where the instruction writes none. */
    rd?: bigint;
    /** Where execution goes on: PC + 4 where left out. */
    pc?: bigint;
    /** The doubleword at DATA; unchanged where left out. */
    memory?: bigint;
    reserved?: boolean;
    /** Floating-point exception flags raised (fflags was 0). */
    flags?: number;
    csrs?: Partial<Record<CsrName, ExpectedCsr>>;
    privilege?: Privilege;
  };
}

/** rd = operation(rs1, rs2) */
export function binary(name: string, rs1: bigint, rs2: bigint, rd: bigint): Vector {
  return { name, rs1, rs2, expect: { rd } };
}

/** rd = operation(rs1, immediate) */
export function immediate(name: string, rs1: bigint, imm: number, rd: bigint): Vector {
  return { name, rs1, imm, expect: { rd } };
}
