// The disassembler's text, a line per format, and its treatment of addresses, CSR names and illegal words.
import { describe, expect, it } from 'vitest';
import { disassemble, encode } from '../../emulator/isa/index.js';
import type { EncodeOperands } from '../../emulator/isa/index.js';

const lines: readonly [string, EncodeOperands, string][] = [
  ['add', { rd: 10, rs1: 11, rs2: 12 }, 'add a0,a1,a2'],
  ['addi', { rd: 10, rs1: 2, imm: -16 }, 'addi a0,sp,-16'],
  ['slli', { rd: 8, rs1: 8, imm: 48 }, 'slli s0,s0,0x30'],
  ['ld', { rd: 1, rs1: 2, imm: 8 }, 'ld ra,8(sp)'],
  ['jalr', { rd: 0, rs1: 1 }, 'jalr zero,0(ra)'],
  ['sd', { rs1: 2, rs2: 1, imm: -8 }, 'sd ra,-8(sp)'],
  ['fsw', { rs1: 2, rs2: 1 }, 'fsw ft1,0(sp)'],
  ['beq', { rs1: 5, rs2: 31, imm: -4 }, 'beq t0,t6,.-4'],
  ['lui', { rd: 3, imm: -0x1000 }, 'lui gp,0xfffff'],
  ['jal', { rd: 1, imm: 2048 }, 'jal ra,.+2048'],
  ['csrrw', { rd: 5, rs1: 6, imm: 0x180 }, 'csrrw t0,0x180,t1'],
  ['csrrci', { rd: 5, rs1: 17, imm: 0x300 }, 'csrrci t0,0x300,17'],
  ['lr.d', { rd: 10, rs1: 11, imm: 2 }, 'lr.d.aq a0,(a1)'],
  ['sc.w', { rd: 10, rs1: 11, rs2: 12, imm: 1 }, 'sc.w.rl a0,a2,(a1)'],
  ['amoadd.w', { rd: 10, rs1: 11, rs2: 12, imm: 3 }, 'amoadd.w.aqrl a0,a2,(a1)'],
  ['fadd.s', { rd: 10, rs1: 11, rs2: 12, imm: 1 }, 'fadd.s fa0,fa1,fa2,rtz'],
  ['fmadd.d', { rd: 10, rs1: 11, rs2: 12, rs3: 13, imm: 7 }, 'fmadd.d fa0,fa1,fa2,fa3'],
  ['fcvt.w.d', { rd: 10, rs1: 11, imm: 0 }, 'fcvt.w.d a0,fa1,rne'],
  ['fmv.x.d', { rd: 10, rs1: 11 }, 'fmv.x.d a0,fa1'],
  ['fence', { imm: 0x53 }, 'fence ow,rw'],
  ['sfence.vma', { rs1: 10, rs2: 0 }, 'sfence.vma a0,zero'],
  ['ecall', {}, 'ecall'],
];

describe('disassemble', () => {
  it.each(lines)('%s %o is %s', (name, operands, text) => {
    expect(disassemble(encode(name, operands))).toBe(text);
  });

  it('gives absolute targets where the address is known, modulo 2^64', () => {
    expect(disassemble(encode('jal', { rd: 0, imm: -8 }), 0x8000_0004n)).toBe('jal zero,0x7ffffffc');
    expect(disassemble(encode('bne', { rs1: 10, imm: -8 }), 0n)).toBe('bne a0,zero,0xfffffffffffffff8');
  });

  it('names CSRs as it is told', () => {
    const name = (csr: number) => (csr === 0x180 ? 'satp' : undefined);
    expect(disassemble(encode('csrrs', { rd: 10, imm: 0x180 }), undefined, name)).toBe('csrrs a0,satp,zero');
    expect(disassemble(encode('csrrs', { rd: 10, imm: 0x181 }), undefined, name)).toBe('csrrs a0,0x181,zero');
  });

  it('shows illegal words as data of their length', () => {
    expect(disassemble(0xffff_ffff)).toBe('.word 0xffffffff');
    expect(disassemble(0x1234_0000)).toBe('.short 0x0');
  });
});
