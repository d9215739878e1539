// Instructions of the privileged architecture: trap returns, waiting for an interrupt, and the translation fence.
import type { Instruction, SystemOperation } from './instruction.js';
import { MASK_ALL, OPCODE, pattern, row } from './rows.js';

const P = (name: string, funct12: number, operation: SystemOperation): Instruction =>
  row(
    'S',
    name,
    'none',
    ((funct12 << 20) | OPCODE.SYSTEM) >>> 0,
    MASK_ALL,
    {},
    { kind: 'system', operation },
  );

export const privileged: readonly Instruction[] = [
  P('sret', 0x102, 'sret'),
  P('mret', 0x302, 'mret'),
  P('wfi', 0x105, 'wfi'),
  row(
    'S',
    'sfence.vma',
    'sfence',
    pattern(0x09, 0, OPCODE.SYSTEM),
    0xfe007fff,
    { rs1: 'x', rs2: 'x' },
    {
      kind: 'system',
      operation: 'sfence_vma',
    },
  ),
];
