// Random items for the system's side: control and status registers, environment calls, fences, and instructions that
// the mode forbids.
import { hardOperands } from '../float/operands.js';
import type { Random } from '../support/random.js';
import { freeRegister, rowsOfKind, temporary, type Item } from './body.js';
import type { Mode } from './harness.js';

const csrRows = rowsOfKind('csr');

const floatCsrs = [0x001, 0x002, 0x003];
/** fflags, frm, fcsr and what any mode may try: some exist nowhere, some are another mode's. */
const triedCsrs = [...floatCsrs, 0x100, 0x180, 0x300, 0x340, 0xf14, 0x004, 0x5ff, 0x8ff, 0xcff, 0xfff];

const stvec = 0x105;
const [sepc, mepc] = [0x141, 0x341];
/** Registers that hold values and change nothing while the body runs. */
const harmlessCsrs: Readonly<Record<Mode, readonly number[]>> = {
  user: [],
  // sscratch, scause, stval
  supervisor: [0x140, sepc, 0x142, 0x143],
  // in addition scounteren, mcounteren, mcause, mtval; read-only: mvendorid, mhartid, misa
  machine: [0x140, sepc, 0x142, 0x143, stvec, 0x106, 0x306, mepc, 0x342, 0x343, 0xf11, 0xf14, 0x301],
};

/** Reads or writes a CSR with any of the six instructions. */
export const csr: Item = ({ random, code, mode }) => {
  const imm = random.pick([random.pick(floatCsrs), random.pick([...floatCsrs, ...harmlessCsrs[mode]])]);
  const row = random.pick(csrRows);
  const rd = freeRegister(random);
  if (row.format === 'csri') {
    return code.emit(row.name, { rd, rs1: random.below(32) & (isAddress(imm) ? ~3 : ~0), imm });
  }
  const rs1 = random.oneIn(3) ? 0 : temporary(random);
  if (rs1 !== 0) code.loadConstant(rs1, csrValue(random, imm));
  code.emit(row.name, { rd, rs1, imm });
};

/** Whether the CSR holds an address of code. Only multiples of four are written: of what becomes of the low bits
 * QEMU has its own idea. */
function isAddress(number: number): boolean {
  return number === sepc || number === mepc || number === stvec;
}

function csrValue(random: Random, number: number): bigint {
  if (floatCsrs.includes(number)) {
    const fcsr = BigInt(random.below(random.oneIn(4) ? 0x100 : 0xa0)); // from 0xa0 on, the mode is reserved
    return number === 2 ? fcsr >> 5n : fcsr;
  }
  const [value] = hardOperands(random, ['x']);
  return isAddress(number) ? value & ~3n : value;
}

/** Reads a CSR that may not exist, or be forbidden. */
export const triedCsr: Item = ({ random, code, mode }) => {
  const imm = random.pick(triedCsrs);
  // Writing one that exists and is no plain register is not for random code.
  const row = random.pick(
    mode === 'user' || floatCsrs.includes(imm) ? csrRows : csrRows.filter(({ name }) => /[sc]i?$/.test(name)),
  );
  code.emit(row.name, { rd: freeRegister(random), rs1: 0, imm });
};

/** mstatus fields that may be anything: SPIE, MPIE, SPP, MPP, FS, SUM, MXR, TVM, TW, TSR. */
const machineStatus = [5, 7, 8, 11, 12, 13, 14, 18, 19, 20, 21, 22];
/** sstatus fields that may be: SPIE, SPP, FS, SUM, MXR. */
const supervisorStatus = [5, 8, 13, 14, 18, 19];

/** Sets or clears fields of the status register, and most often puts floating point back on a little later. */
export const status: Item = ({ random, code, mode }) => {
  if (mode === 'user') return;
  const imm = mode === 'machine' ? 0x300 : 0x100;
  const bits = mode === 'machine' ? machineStatus : supervisorStatus;
  const value = bits.reduce((sum, bit) => (random.oneIn(2) ? sum | (1n << BigInt(bit)) : sum), 0n);
  const rs1 = temporary(random);
  code.loadConstant(rs1, value);
  code.emit(random.oneIn(2) ? 'csrrs' : 'csrrc', { rd: freeRegister(random), rs1, imm });
  if (random.oneIn(4)) return;
  code.loadConstant(rs1, 1n << BigInt(random.between(13, 14)));
  code.emit('csrrs', { rd: freeRegister(random), rs1, imm });
};

/** Instructions of the privileged architecture that come back here, or trap, in each mode. */
const systemNames: Readonly<Record<Mode, readonly string[]>> = {
  user: ['ecall', 'ebreak', 'fence', 'fence.i', 'sfence.vma', 'mret', 'sret', 'wfi'],
  supervisor: ['ecall', 'ebreak', 'fence', 'fence.i', 'sfence.vma', 'mret'],
  machine: ['ecall', 'ebreak', 'fence', 'fence.i', 'sfence.vma'],
};

export const system: Item = ({ random, code, mode }) => {
  const name = random.pick(systemNames[mode]);
  const isFence = name === 'sfence.vma';
  code.emit(name, { rs1: isFence ? temporary(random) : 0, imm: name === 'fence' ? random.below(256) : 0 });
};
