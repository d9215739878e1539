// The F extension: single-precision loads, stores, arithmetic, comparison and conversion. What an operation computes
// is named here and carried out by the exact arithmetic of `float/`.
import { floatRows } from './float-rows.js';
import type { Instruction } from './instruction.js';
import { MASK_FUNCT3, OPCODE, pattern, row } from './rows.js';

const { fused, arithmetic, sqrt, pair, compare, toInteger, fromInteger, move, classify } = floatRows(
  'F',
  's',
);

export const float: readonly Instruction[] = [
  row(
    'F',
    'flw',
    'load',
    pattern(0, 2, OPCODE.LOAD_FP),
    MASK_FUNCT3,
    { rd: 'f', rs1: 'x' },
    {
      kind: 'float_load',
      bytes: 4,
    },
  ),
  row(
    'F',
    'fsw',
    'S',
    pattern(0, 2, OPCODE.STORE_FP),
    MASK_FUNCT3,
    { rs1: 'x', rs2: 'f' },
    {
      kind: 'float_store',
      bytes: 4,
    },
  ),
  fused('fmadd.s', OPCODE.MADD, 'madd'),
  fused('fmsub.s', OPCODE.MSUB, 'msub'),
  fused('fnmsub.s', OPCODE.NMSUB, 'nmsub'),
  fused('fnmadd.s', OPCODE.NMADD, 'nmadd'),
  arithmetic('fadd.s', 0x00, 'add'),
  arithmetic('fsub.s', 0x01, 'sub'),
  arithmetic('fmul.s', 0x02, 'mul'),
  arithmetic('fdiv.s', 0x03, 'div'),
  sqrt('fsqrt.s'),
  pair('fsgnj.s', 0x04, 0, 'sgnj'),
  pair('fsgnjn.s', 0x04, 1, 'sgnjn'),
  pair('fsgnjx.s', 0x04, 2, 'sgnjx'),
  pair('fmin.s', 0x05, 0, 'min'),
  pair('fmax.s', 0x05, 1, 'max'),
  toInteger('fcvt.w.s', 0, 'to_w'),
  toInteger('fcvt.wu.s', 1, 'to_wu'),
  move('fmv.x.w', 0x1c, 'move_to_x'),
  compare('feq.s', 2, 'eq'),
  compare('flt.s', 1, 'lt'),
  compare('fle.s', 0, 'le'),
  classify('fclass.s'),
  fromInteger('fcvt.s.w', 0, 'from_w'),
  fromInteger('fcvt.s.wu', 1, 'from_wu'),
  move('fmv.w.x', 0x1e, 'move_from_x'),

  // RV64F, in addition.
  toInteger('fcvt.l.s', 2, 'to_l'),
  toInteger('fcvt.lu.s', 3, 'to_lu'),
  fromInteger('fcvt.s.l', 2, 'from_l'),
  fromInteger('fcvt.s.lu', 3, 'from_lu'),
];
