// How a generated program begins: from reset, with everything set up, into the random body in the mode asked for.
import type { Assembler, Label } from './assembler.js';
import { bodyBase, data, dataBase, pageBytes, pointers, tables } from './layout.js';

/** Privilege mode in which the body runs, as mstatus.MPP encodes it. */
export const modes = { user: 0, supervisor: 1, machine: 3 } as const;
export type Mode = keyof typeof modes;

export const csrNumber = {
  fcsr: 0x003,
  mstatus: 0x300,
  mtvec: 0x305,
  mscratch: 0x340,
  mepc: 0x341,
  mcause: 0x342,
  mtval: 0x343,
  sstatus: 0x100,
  stvec: 0x105,
  sscratch: 0x140,
  sepc: 0x141,
  scause: 0x142,
  stval: 0x143,
  satp: 0x180,
  medeleg: 0x302,
  mhartid: 0xf14,
  pmpcfg0: 0x3a0,
  pmpaddr0: 0x3b0,
} as const;

export type CsrName = keyof typeof csrNumber;

const floatOn = 1n << 13n;
const supervisorMayUseUserPages = 1n << 18n;

export function writeCsr(code: Assembler, csr: CsrName, rs1: number): void {
  code.emit('csrrw', { rd: 0, rs1, imm: csrNumber[csr] });
}

export function readCsr(code: Assembler, csr: CsrName, rd: number): void {
  code.emit('csrrs', { rd, rs1: 0, imm: csrNumber[csr] });
}

/** Sv39 through the program's root table, with an address space identifier. */
export function satpValue(asid: bigint): bigint {
  const root = dataBase + data.tables + tables.root * pageBytes;
  return (8n << 60n) | (asid << 44n) | BigInt(root / pageBytes);
}

/** The trap handlers of the two modes that have one, and the exceptions handed down to the lower of them. */
export interface TrapHandlers {
  readonly machine: Label;
  readonly supervisor: Label;
  /** The value of medeleg. */
  readonly delegated: bigint;
}

/** From reset to `bodyBase`, in the given mode. */
export function prologue(code: Assembler, mode: Mode, handlers: TrapHandlers): void {
  parkOtherHarts(code);
  setUpTraps(code, handlers);
  code.loadConstant(5, (1n << 54n) - 1n); // one region: everything
  writeCsr(code, 'pmpaddr0', 5);
  code.emit('addi', { rd: 5, imm: 0x1f }); // naturally aligned, read, write, execute
  writeCsr(code, 'pmpcfg0', 5);
  const previousMode = BigInt(modes[mode]) << 11n;
  code.loadConstant(5, floatOn | previousMode | (mode === 'user' ? supervisorMayUseUserPages : 0n));
  writeCsr(code, 'mstatus', 5);
  code.loadAddress(5, bodyBase);
  writeCsr(code, 'mepc', 5);
  writeCsr(code, 'fcsr', 0);
  code.loadConstant(5, satpValue(0n));
  writeCsr(code, 'satp', 5);
  code.loadAddress(31, dataBase + data.registers);
  for (let f = 0; f < 32; f++) code.emit('fld', { rd: f, rs1: 31, imm: 8 * (32 + f) });
  for (let x = 1; x < 31; x++) code.emit('ld', { rd: x, rs1: 31, imm: 8 * x });
  for (const { register, offset } of pointers) {
    code.loadAddress(register, dataBase + data.scratch + offset);
  }
  code.emit('ld', { rd: 31, rs1: 31, imm: 8 * 31 });
  code.emit('mret');
}

function setUpTraps(code: Assembler, { machine, supervisor, delegated }: TrapHandlers): void {
  const setVector = (csr: CsrName, label: Label) => {
    const from = code.here;
    code.emit('auipc', { rd: 5 });
    code.relative('addi', { rd: 5, rs1: 5 }, from, label);
    writeCsr(code, csr, 5);
  };
  setVector('mtvec', machine);
  setVector('stvec', supervisor);
  code.loadConstant(5, delegated);
  writeCsr(code, 'medeleg', 5);
  code.loadAddress(5, dataBase + data.handler);
  writeCsr(code, 'mscratch', 5);
  writeCsr(code, 'sscratch', 5);
}

/** Every hart but number 0 waits for an interrupt that is not enabled. */
function parkOtherHarts(code: Assembler): void {
  const [first, park] = [code.label(), code.label()];
  readCsr(code, 'mhartid', 5);
  code.jump('beq', { rs1: 5, rs2: 0 }, first);
  code.place(park);
  code.emit('wfi');
  code.jump('jal', {}, park);
  code.place(first);
}
