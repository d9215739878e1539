// The trap handlers of a generated program, one for machine and one for supervisor mode: they record the trap, skip
// the instruction, and notice the end of the random body.
import type { Assembler, Label } from './assembler.js';
import { csrNumber, readCsr, writeCsr, type CsrName } from './harness.js';
import { handler, logEntryBytes, reserved } from './layout.js';

const instructionAccessFault = 1;
const instructionPageFault = 12;

interface Level {
  readonly scratch: CsrName;
  readonly exceptionPc: CsrName;
  readonly cause: CsrName;
  readonly logged: readonly CsrName[];
  readonly leave: 'mret' | 'sret';
}

const levels: Readonly<Record<'machine' | 'supervisor', Level>> = {
  machine: {
    scratch: 'mscratch',
    exceptionPc: 'mepc',
    cause: 'mcause',
    logged: ['mcause', 'mepc', 'mtval', 'mstatus'],
    leave: 'mret',
  },
  supervisor: {
    scratch: 'sscratch',
    exceptionPc: 'sepc',
    cause: 'scause',
    logged: ['scause', 'sepc', 'stval', 'sstatus'],
    leave: 'sret',
  },
};

/**
 * A handler that logs the trap, then goes on behind the instruction, or at x3 where it could not be fetched. A trap at
 * the address in `handler.end` leads to `finish`. Registers are kept.
 */
export function trapHandler(code: Assembler, mode: keyof typeof levels, trap: Label, finish: Label): void {
  const level = levels[mode];
  while ((code.here & 3) !== 0) code.raw(0x0001, 2); // the vector registers hold multiples of four
  code.place(trap);
  const resume = code.label();
  code.emit('csrrw', { rd: 31, rs1: 31, imm: csrNumber[level.scratch] });
  for (let i = 0; i < 3; i++) code.emit('sd', { rs1: 31, rs2: 5 + i, imm: handler.saved + 8 * i });
  readCsr(code, level.exceptionPc, 5);
  code.emit('ld', { rd: 6, rs1: 31, imm: handler.end });
  code.jump('beq', { rs1: 5, rs2: 6 }, finish);
  logTrap(code, level);
  skipInstruction(code, level, resume);
  code.place(resume);
  writeCsr(code, level.exceptionPc, 5);
  for (let i = 0; i < 3; i++) code.emit('ld', { rd: 5 + i, rs1: 31, imm: handler.saved + 8 * i });
  code.emit('csrrw', { rd: 31, rs1: 31, imm: csrNumber[level.scratch] });
  code.emit(level.leave);
}

/** Counts the trap and, where there is room, records it. Uses x6 and x7. */
function logTrap(code: Assembler, { logged }: Level): void {
  const unlogged = code.label();
  code.emit('ld', { rd: 6, rs1: 31, imm: handler.traps });
  code.emit('addi', { rd: 6, rs1: 6, imm: 1 });
  code.emit('sd', { rs1: 31, rs2: 6, imm: handler.traps });
  code.emit('ld', { rd: 6, rs1: 31, imm: handler.logNext });
  code.emit('ld', { rd: 7, rs1: 31, imm: handler.logLimit });
  code.jump('bgeu', { rs1: 6, rs2: 7 }, unlogged);
  logged.forEach((csr, i) => {
    readCsr(code, csr, 7);
    code.emit('sd', { rs1: 6, rs2: 7, imm: 8 * i });
  });
  code.emit('addi', { rd: 6, rs1: 6, imm: logEntryBytes });
  code.emit('sd', { rs1: 31, rs2: 6, imm: handler.logNext });
  code.place(unlogged);
}

/** Moves x5, the address of the instruction, on to where execution resumes. Uses x6 and x7. */
function skipInstruction(code: Assembler, { cause }: Level, resume: Label): void {
  const unfetched = code.label();
  readCsr(code, cause, 7);
  for (const number of [instructionAccessFault, instructionPageFault]) {
    code.emit('addi', { rd: 6, imm: number });
    code.jump('beq', { rs1: 6, rs2: 7 }, unfetched);
  }
  code.emit('lhu', { rd: 6, rs1: 5 });
  code.emit('andi', { rd: 6, rs1: 6, imm: 3 });
  code.emit('addi', { rd: 6, rs1: 6, imm: -3 });
  code.emit('addi', { rd: 5, rs1: 5, imm: 2 });
  code.jump('bne', { rs1: 6, rs2: 0 }, resume);
  code.emit('addi', { rd: 5, rs1: 5, imm: 2 });
  code.jump('jal', {}, resume);
  code.place(unfetched);
  code.emit('addi', { rd: 5, rs1: reserved.resume });
}
