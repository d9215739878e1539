// The fixed part of a generated program: it sets registers up, enters the random body in the mode asked for, records
// and skips whatever traps, and finally prints everything in hexadecimal on the serial line and powers off.
import type { Assembler, Label } from './assembler.js';
import {
  data,
  dataBase,
  dumpWords,
  handler,
  logEntryBytes,
  pageBytes,
  pointers,
  printedRanges,
  reserved,
  tables,
} from './layout.js';

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
  satp: 0x180,
  mhartid: 0xf14,
  pmpcfg0: 0x3a0,
  pmpaddr0: 0x3b0,
} as const;

const uart = 0x1000_0000;
const finisher = 0x0010_0000;
const powerOff = 0x5555;
const instructionAccessFault = 1;
const instructionPageFault = 12;
const floatOn = 1n << 13n;

function writeCsr(code: Assembler, csr: keyof typeof csrNumber, rs1: number): void {
  code.emit('csrrw', { rd: 0, rs1, imm: csrNumber[csr] });
}

function readCsr(code: Assembler, csr: keyof typeof csrNumber, rd: number): void {
  code.emit('csrrs', { rd, rs1: 0, imm: csrNumber[csr] });
}

/** Sv39 through the program's root table, with an address space identifier. */
export function satpValue(asid: bigint): bigint {
  const root = dataBase + data.tables + tables.root * pageBytes;
  return (8n << 60n) | (asid << 44n) | BigInt(root / pageBytes);
}

/** From reset to the label `body`, in the given mode. */
export function prologue(code: Assembler, mode: Mode, trap: Label, body: Label): void {
  const address = (label: Label, rd: number) => {
    const from = code.here;
    code.emit('auipc', { rd, imm: 0 });
    code.relative('addi', { rd, rs1: rd }, from, label);
  };
  parkOtherHarts(code);
  address(trap, 5);
  writeCsr(code, 'mtvec', 5);
  code.loadAddress(5, dataBase + data.handler);
  writeCsr(code, 'mscratch', 5);
  code.loadConstant(5, (1n << 54n) - 1n); // one region: everything
  writeCsr(code, 'pmpaddr0', 5);
  code.emit('addi', { rd: 5, imm: 0x1f }); // naturally aligned, read, write, execute
  writeCsr(code, 'pmpcfg0', 5);
  code.loadConstant(5, floatOn | (BigInt(modes[mode]) << 11n));
  writeCsr(code, 'mstatus', 5);
  address(body, 5);
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

/** Records mcause, mepc, mtval and mstatus, then goes on behind the instruction, or at x3 where it could not be fetched;
 * a trap at the address in `handler.end` leads to `finish`. Registers are kept. */
export function trapHandler(code: Assembler, trap: Label, finish: Label): void {
  while ((code.here & 3) !== 0) code.raw(0x0001, 2); // mtvec holds a multiple of four
  code.place(trap);
  const [unlogged, leave, unfetched] = [code.label(), code.label(), code.label()];
  code.emit('csrrw', { rd: 31, rs1: 31, imm: csrNumber.mscratch });
  for (let i = 0; i < 3; i++) code.emit('sd', { rs1: 31, rs2: 5 + i, imm: handler.saved + 8 * i });
  readCsr(code, 'mepc', 5);
  code.emit('ld', { rd: 6, rs1: 31, imm: handler.end });
  code.jump('beq', { rs1: 5, rs2: 6 }, finish);
  code.emit('ld', { rd: 6, rs1: 31, imm: handler.traps });
  code.emit('addi', { rd: 6, rs1: 6, imm: 1 });
  code.emit('sd', { rs1: 31, rs2: 6, imm: handler.traps });
  code.emit('ld', { rd: 6, rs1: 31, imm: handler.logNext });
  code.emit('ld', { rd: 7, rs1: 31, imm: handler.logLimit });
  code.jump('bgeu', { rs1: 6, rs2: 7 }, unlogged);
  (['mcause', 'mepc', 'mtval', 'mstatus'] as const).forEach((csr, i) => {
    readCsr(code, csr, 7);
    code.emit('sd', { rs1: 6, rs2: 7, imm: 8 * i });
  });
  code.emit('addi', { rd: 6, rs1: 6, imm: logEntryBytes });
  code.emit('sd', { rs1: 31, rs2: 6, imm: handler.logNext });
  code.place(unlogged);
  readCsr(code, 'mcause', 7);
  for (const cause of [instructionAccessFault, instructionPageFault]) {
    code.emit('addi', { rd: 6, imm: cause });
    code.jump('beq', { rs1: 6, rs2: 7 }, unfetched);
  }
  code.emit('lhu', { rd: 6, rs1: 5 });
  code.emit('andi', { rd: 6, rs1: 6, imm: 3 });
  code.emit('addi', { rd: 6, rs1: 6, imm: -3 });
  code.emit('addi', { rd: 5, rs1: 5, imm: 2 });
  code.jump('bne', { rs1: 6, rs2: 0 }, leave);
  code.emit('addi', { rd: 5, rs1: 5, imm: 2 });
  code.place(leave);
  writeCsr(code, 'mepc', 5);
  for (let i = 0; i < 3; i++) code.emit('ld', { rd: 5 + i, rs1: 31, imm: handler.saved + 8 * i });
  code.emit('csrrw', { rd: 31, rs1: 31, imm: csrNumber.mscratch });
  code.emit('mret');
  code.place(unfetched);
  code.emit('addi', { rd: 5, rs1: reserved.resume, imm: 0 });
  code.jump('jal', {}, leave);
}

/** Entered from the trap handler, x31 as there: completes the dump, prints it, and powers off. */
export function epilogue(code: Assembler, finish: Label): void {
  code.place(finish);
  const dump = data.dump - data.handler;
  for (let x = 0; x < 31; x++) code.emit('sd', { rs1: 31, rs2: x, imm: dump + 8 * x });
  for (let i = 0; i < 3; i++) {
    code.emit('ld', { rd: 5, rs1: 31, imm: handler.saved + 8 * i });
    code.emit('sd', { rs1: 31, rs2: 5, imm: dump + 8 * (5 + i) });
  }
  readCsr(code, 'mscratch', 5);
  code.emit('sd', { rs1: 31, rs2: 5, imm: dump + 8 * 31 });
  readCsr(code, 'mstatus', 5);
  code.emit('sd', { rs1: 31, rs2: 5, imm: dump + 8 * (dumpWords.x + dumpWords.f) });
  code.loadConstant(5, 3n * floatOn);
  code.emit('csrrs', { rs1: 5, imm: csrNumber.mstatus });
  for (let f = 0; f < 32; f++) code.emit('fsd', { rs1: 31, rs2: f, imm: dump + 8 * (dumpWords.x + f) });
  readCsr(code, 'fcsr', 5);
  code.emit('sd', { rs1: 31, rs2: 5, imm: dump + 8 * (dumpWords.x + dumpWords.f + 1) });
  code.emit('ld', { rd: 5, rs1: 31, imm: handler.traps });
  code.emit('sd', { rs1: 31, rs2: 5, imm: dump + 8 * (dumpWords.x + dumpWords.f + 2) });
  printEverything(code);
  code.loadConstant(5, BigInt(finisher));
  code.loadConstant(6, BigInt(powerOff));
  code.emit('sw', { rs1: 5, rs2: 6 });
  const forever = code.label();
  code.place(forever);
  code.jump('jal', {}, forever);
}

/** Prints the ranges of the layout, then the log from its start to where the next entry would go. */
function printEverything(code: Assembler): void {
  const [print, over] = [code.label(), code.label()];
  code.jump('jal', {}, over);
  printWords(code, print);
  code.place(over);
  for (const { address, words } of printedRanges) {
    code.loadAddress(10, address);
    code.loadAddress(11, address + 8 * words);
    code.jump('jal', { rd: 1 }, print);
  }
  code.loadAddress(10, dataBase + data.log);
  code.emit('ld', { rd: 11, rs1: 31, imm: handler.logNext });
  code.jump('jal', { rd: 1 }, print);
}

/** A subroutine that prints the words from x10 up to x11, a line of 16 digits each. */
function printWords(code: Assembler, print: Label): void {
  const [nextDigit, decimal, leave] = [code.label(), code.label(), code.label()];
  code.place(print);
  code.jump('bgeu', { rs1: 10, rs2: 11 }, leave);
  code.loadConstant(12, BigInt(uart));
  code.emit('ld', { rd: 13, rs1: 10 });
  code.emit('addi', { rd: 14, imm: 60 });
  code.place(nextDigit);
  code.emit('srl', { rd: 15, rs1: 13, rs2: 14 });
  code.emit('andi', { rd: 15, rs1: 15, imm: 15 });
  code.emit('slti', { rd: 16, rs1: 15, imm: 10 });
  code.emit('addi', { rd: 15, rs1: 15, imm: 0x30 });
  code.jump('bne', { rs1: 16, rs2: 0 }, decimal);
  code.emit('addi', { rd: 15, rs1: 15, imm: 0x61 - 0x3a });
  code.place(decimal);
  printCharacter(code);
  code.emit('addi', { rd: 14, rs1: 14, imm: -4 });
  code.jump('bge', { rs1: 14, rs2: 0 }, nextDigit);
  code.emit('addi', { rd: 15, imm: 0x0a });
  printCharacter(code);
  code.emit('addi', { rd: 10, rs1: 10, imm: 8 });
  code.jump('jal', {}, print);
  code.place(leave);
  code.emit('jalr', { rd: 0, rs1: 1 });
}

/** Waits for the transmitter of the serial line at x12, then hands it the character in x15. */
function printCharacter(code: Assembler): void {
  const busy = code.label();
  code.place(busy);
  code.emit('lbu', { rd: 16, rs1: 12, imm: 5 });
  code.emit('andi', { rd: 16, rs1: 16, imm: 0x20 }); // transmitter holding register empty
  code.jump('beq', { rs1: 16, rs2: 0 }, busy);
  code.emit('sb', { rs1: 12, rs2: 15 });
}
