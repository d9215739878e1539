// How a generated program ends: it gathers registers, prints everything in hexadecimal on the serial line, and powers
// the machine off.
import type { Assembler, Label } from './assembler.js';
import { csrNumber, readCsr } from './harness.js';
import { data, dataBase, dumpWords, handler, printedRanges } from './layout.js';

const uart = 0x1000_0000;
const finisher = 0x0010_0000;
const powerOff = 0x5555;
const floatState = 3n << 13n;

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
  code.loadConstant(5, floatState);
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
