// Traps, trap returns and the other system instructions by the privileged specification. They need a whole hart,
// so only an engine can run them. PMP and satp are as after reset: every mode reaches the memory used here.
import type { CsrName, ExpectedCsr, Privilege, Vector } from './vector.js';
import { PC } from './vector.js';

const HANDLER = 0x8000_3000n;
const TARGET = 0x8000_3004n;

/** Bits of mstatus. */
const SIE = 1n << 1n;
const MIE = 1n << 3n;
const SPIE = 1n << 5n;
const MPIE = 1n << 7n;
const SPP = 1n << 8n;
const MPP = 3n << 11n;
const MPP_S = 1n << 11n;
const FS = 3n << 13n;
const MPRV = 1n << 17n;
const TVM = 1n << 20n;
const TW = 1n << 21n;
const TSR = 1n << 22n;

const MACHINE_BITS = MIE | MPIE | MPP;
const SUPERVISOR_BITS = SIE | SPIE | SPP;
const MPP_OF: Readonly<Record<Privilege, bigint>> = { U: 0n, S: MPP_S, M: MPP };

const ILLEGAL_INSTRUCTION = 2n;

type Before = Partial<Record<CsrName, bigint>>;

/** A case that traps to M mode from `privilege`. */
function trap(vector: Omit<Vector, 'expect'>, cause: bigint, tval?: bigint): Vector {
  const { privilege = 'M', csrs = {} } = vector;
  const mpie = ((csrs.mstatus ?? 0n) & MIE) << 4n;
  const after: Partial<Record<CsrName, ExpectedCsr>> = {
    mcause: { value: cause },
    mepc: { value: PC },
    mstatus: { value: MPP_OF[privilege] | mpie, mask: MACHINE_BITS },
  };
  if (tval !== undefined) after.mtval = { value: tval };
  return {
    ...vector,
    csrs: { mtvec: HANDLER, ...csrs },
    expect: { pc: HANDLER, privilege: 'M', csrs: after },
  };
}

const illegal = (vector: Omit<Vector, 'expect'>): Vector => trap(vector, ILLEGAL_INSTRUCTION);

const mret = (csrs: Before, to: Privilege, mstatus: bigint): Vector => ({
  name: 'mret',
  csrs: { mepc: TARGET, ...csrs },
  expect: {
    pc: TARGET,
    privilege: to,
    csrs: { mstatus: { value: mstatus, mask: MACHINE_BITS | MPRV } },
  },
});

const sret = (from: Privilege, mstatus: bigint, to: Privilege, after: bigint): Vector => ({
  name: 'sret',
  privilege: from,
  csrs: { sepc: TARGET, mstatus },
  expect: { pc: TARGET, privilege: to, csrs: { mstatus: { value: after, mask: SUPERVISOR_BITS | MPRV } } },
});

const traps: readonly Vector[] = [
  trap({ name: 'ecall', csrs: { mstatus: MIE } }, 11n, 0n),
  trap({ name: 'ecall', privilege: 'S' }, 9n, 0n),
  trap({ name: 'ecall', privilege: 'U', csrs: { mstatus: MIE } }, 8n, 0n),
  // Whether ebreak leaves its address in mtval is the implementation's choice.
  trap({ name: 'ebreak' }, 3n),
  trap({ name: 'ebreak', privilege: 'U' }, 3n),
];

const returns: readonly Vector[] = [
  // MIE takes MPIE's value, MPIE becomes 1, MPP the least privileged mode; MPRV is cleared on leaving M mode.
  mret({ mstatus: MPP_S | MPIE }, 'S', MIE | MPIE),
  mret({ mstatus: 0n }, 'U', MPIE),
  mret({ mstatus: MPP | MPIE | MPRV }, 'M', MIE | MPIE | MPRV),
  mret({ mstatus: MPP_S | MPRV }, 'S', MPIE),
  illegal({ name: 'mret', privilege: 'S' }),
  illegal({ name: 'mret', privilege: 'U' }),
  sret('S', SPP | SPIE, 'S', SIE | SPIE),
  sret('S', 0n, 'U', SPIE),
  sret('M', SPP | MPRV, 'S', SPIE),
  illegal({ name: 'sret', privilege: 'U' }),
  illegal({ name: 'sret', privilege: 'S', csrs: { mstatus: TSR } }),
];

const waiting: readonly Vector[] = [
  // An interrupt that is pending and enabled in mie resumes even when mstatus holds it back.
  { name: 'wfi', csrs: { mie: 2n, mip: 2n }, expect: {} },
  illegal({ name: 'wfi', privilege: 'S', csrs: { mstatus: TW } }),
];

const translationFences: readonly Vector[] = [
  { name: 'sfence.vma', registers: { rs1: 0, rs2: 0 }, expect: {} },
  { name: 'sfence.vma', rs1: 0x1000n, rs2: 3n, expect: {} },
  { name: 'sfence.vma', rs1: -1n, privilege: 'S', registers: { rs2: 0 }, expect: {} },
  illegal({ name: 'sfence.vma', privilege: 'U' }),
  illegal({ name: 'sfence.vma', privilege: 'S', csrs: { mstatus: TVM } }),
];

const csrAccess: readonly Vector[] = [
  // Reading a read-only CSR is legal as long as nothing is written, which depends on the operand's number alone.
  { name: 'csrrs', csr: 'mhartid', registers: { rs1: 0 }, expect: { rd: 0n } },
  { name: 'csrrci', csr: 'mhartid', uimm: 0, expect: { rd: 0n } },
  illegal({ name: 'csrrs', csr: 'mhartid', rs1: 0n }),
  illegal({ name: 'csrrc', csr: 'cycle', rs1: 0n }),
  illegal({ name: 'csrrw', csr: 'mhartid', registers: { rs1: 0 } }),
  illegal({ name: 'csrrwi', csr: 'cycle', uimm: 0 }),
  illegal({ name: 'csrrsi', csr: 'cycle', uimm: 1 }),
  illegal({ name: 'csrrs', csr: 'mscratch', privilege: 'S', registers: { rs1: 0 } }),
  illegal({ name: 'csrrs', csr: 'sepc', privilege: 'U', registers: { rs1: 0 } }),
  {
    name: 'csrrw',
    csr: 'fcsr',
    rs1: -1n,
    csrs: { mstatus: FS, fcsr: 0x21n },
    expect: { rd: 0x21n, csrs: { fcsr: { value: 0xffn }, frm: { value: 7n }, fflags: { value: 31n } } },
  },
  illegal({ name: 'csrrs', csr: 'fflags', csrs: { mstatus: 0n }, registers: { rs1: 0 } }),
];

const illegalWords: readonly Vector[] = [
  illegal({ name: 'illegal', word: 0x0000 }),
  illegal({ name: 'illegal', word: 0xffffffff }),
  // OP with a funct7 that no extension here defines.
  illegal({ name: 'illegal', word: 0x10000033 }),
  // lr.w with a second source register.
  illegal({ name: 'illegal', word: 0x1015252f }),
  // Rounding modes 5 and 6 are reserved, in the instruction and in frm; frm may also not hold 7.
  illegal({ name: 'fadd.s', imm: 5, csrs: { mstatus: FS } }),
  illegal({ name: 'fmadd.d', imm: 6, csrs: { mstatus: FS } }),
  illegal({ name: 'fsqrt.d', imm: 7, csrs: { mstatus: FS, frm: 5n } }),
  illegal({ name: 'fcvt.s.d', imm: 7, csrs: { mstatus: FS, frm: 7n } }),
  // With FS off there is no floating-point state.
  illegal({ name: 'fadd.s', imm: 0, csrs: { mstatus: 0n } }),
  illegal({ name: 'fmv.x.d', csrs: { mstatus: 0n } }),
  illegal({ name: 'fld', csrs: { mstatus: 0n } }),
];

export const systemVectors: readonly Vector[] = [
  ...traps,
  ...returns,
  ...waiting,
  ...translationFences,
  ...csrAccess,
  ...illegalWords,
];
