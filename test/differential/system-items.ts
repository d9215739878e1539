// Random items for the system's side: control and status registers, environment calls, fences, and instructions that
// the mode forbids.
import { hardOperands } from '../float/operands.js';
import type { Random } from '../support/random.js';
import { freeRegister, rowsOfKind, temporaries, temporary, type Item } from './body.js';
import type { Mode } from './harness.js';

const csrRows = rowsOfKind('csr');
const floatResultRows = rowsOfKind('float').filter(({ registers }) => registers.rd === 'f');

const floatCsrs = [0x001, 0x002, 0x003];
/** fflags, frm, fcsr and what any mode may try: some exist nowhere, some are another mode's. */
const triedCsrs = [...floatCsrs, 0x100, 0x180, 0x300, 0x340, 0xf14, 0x004, 0x5ff, 0x8ff, 0xcff, 0xfff];

const stvec = 0x105;
const [sepc, mepc] = [0x141, 0x341];
/** Registers that hold values and change nothing while the body runs. */
const harmlessCsrs: Readonly<Record<Mode, readonly number[]>> = {
  user: [],
  // scause, stval; sscratch is the trap handler's
  supervisor: [sepc, 0x142, 0x143],
  // in addition sscratch, mcause, mtval; read-only: mvendorid, mhartid, misa
  machine: [0x140, sepc, 0x142, 0x143, stvec, mepc, 0x342, 0x343, 0xf11, 0xf14, 0x301],
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
  // A register that holds zero still writes, which a read-only CSR forbids; QEMU then looks at the value.
  if (number >= 0xc00) return value | 1n;
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

const floatState = 3n << 13n;
/** Fields of one bit that may be anything: SPIE, MPIE, SPP, SUM, MXR, TVM, TW, TSR. */
const machineStatus = [5, 7, 8, 18, 19, 20, 21, 22];
/** SPIE, SPP, SUM, MXR */
const supervisorStatus = [5, 8, 18, 19];

/** Sets or clears fields of the status register, and most often puts floating point back on a little later. */
export const status: Item = ({ random, code, mode }) => {
  if (mode === 'user') return;
  const sets = random.oneIn(2);
  const imm = statusCsr(mode);
  const bits = mode === 'machine' ? machineStatus : supervisorStatus;
  const flags = bits.reduce((sum, bit) => (random.oneIn(2) ? sum | (1n << BigInt(bit)) : sum), 0n);
  const [rs1] = temporaries(random, 1);
  code.loadConstant(rs1, flags | previousMode(random, mode, sets) | (random.oneIn(2) ? floatState : 0n));
  code.emit(sets ? 'csrrs' : 'csrrc', { rd: freeRegister(random), rs1, imm });
  if (random.oneIn(4)) return;
  code.loadConstant(rs1, floatState);
  code.emit('csrrs', { rd: freeRegister(random), rs1, imm });
};

function statusCsr(mode: Mode): number {
  return mode === 'machine' ? 0x300 : 0x100;
}

/** Bits of MPP whose setting or clearing never gives the reserved value 2, which QEMU would keep. */
function previousMode(random: Random, mode: Mode, sets: boolean): bigint {
  if (mode !== 'machine') return 0n;
  return BigInt(random.pick(sets ? [0, 1, 3] : [0, 2, 3])) << 11n;
}

/** Whether a change of floating-point state shows in FS. Results in x registers are left out: QEMU takes no notice of
 * the flags they raise. */
export const floatStatus: Item = ({ random, code, mode }) => {
  if (mode === 'user') return;
  const imm = statusCsr(mode);
  const [rs1, rd] = temporaries(random, 2);
  code.loadConstant(rs1, floatState);
  code.emit('csrrc', { rs1, imm });
  code.loadConstant(rs1, BigInt(random.between(1, 2)) << 13n);
  code.emit('csrrs', { rs1, imm });
  const row = random.pick(floatResultRows);
  code.emit(row.name, { rd: random.below(32), rs1: random.below(32), rs2: random.below(32) });
  code.emit('csrrs', { rd, imm });
  code.loadConstant(rs1, floatState);
  code.emit('csrrs', { rs1, imm });
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
