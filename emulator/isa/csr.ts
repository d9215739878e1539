// Zicsr and Zifencei: access to control and status registers, and the instruction-fetch fence.
import type { Instruction } from './instruction.js';
import { MASK_FUNCT3, OPCODE, pattern, row } from './rows.js';

type CsrOperation = 'write' | 'set' | 'clear';

function C(name: string, funct3: number, operation: CsrOperation, immediate: boolean): Instruction {
  const match = pattern(0, funct3, OPCODE.SYSTEM);
  const effect = { kind: 'csr', operation, immediate } as const;
  return immediate
    ? row('Zicsr', name, 'csri', match, MASK_FUNCT3, { rd: 'x' }, effect)
    : row('Zicsr', name, 'csr', match, MASK_FUNCT3, { rd: 'x', rs1: 'x' }, effect);
}

export const csr: readonly Instruction[] = [
  // The immediate and the registers of fence.i are reserved for finer fences: hardware shall ignore them.
  row(
    'Zifencei',
    'fence.i',
    'none',
    pattern(0, 1, OPCODE.MISC_MEM),
    MASK_FUNCT3,
    {},
    {
      kind: 'system',
      operation: 'fence_i',
    },
  ),
  C('csrrw', 1, 'write', false),
  C('csrrs', 2, 'set', false),
  C('csrrc', 3, 'clear', false),
  C('csrrwi', 5, 'write', true),
  C('csrrsi', 6, 'set', true),
  C('csrrci', 7, 'clear', true),
];
