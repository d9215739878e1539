// The D extension: double-precision loads, stores, arithmetic, comparison and conversion.
import { floatRows } from './float-rows.js';
import type { Instruction } from './instruction.js';
import { MASK_FUNCT3, OPCODE, pattern, row } from './rows.js';

const { fused, arithmetic, sqrt, pair, compare, toInteger, fromInteger, move, classify, convert } = floatRows(
  'D',
  'd',
);

export const double: readonly Instruction[] = [
  row(
    'D',
    'fld',
    'load',
    pattern(0, 3, OPCODE.LOAD_FP),
    MASK_FUNCT3,
    { rd: 'f', rs1: 'x' },
    {
      kind: 'float_load',
      bytes: 8,
    },
  ),
  row(
    'D',
    'fsd',
    'S',
    pattern(0, 3, OPCODE.STORE_FP),
    MASK_FUNCT3,
    { rs1: 'x', rs2: 'f' },
    {
      kind: 'float_store',
      bytes: 8,
    },
  ),
  fused('fmadd.d', OPCODE.MADD, 'madd'),
  fused('fmsub.d', OPCODE.MSUB, 'msub'),
  fused('fnmsub.d', OPCODE.NMSUB, 'nmsub'),
  fused('fnmadd.d', OPCODE.NMADD, 'nmadd'),
  arithmetic('fadd.d', 0x00, 'add'),
  arithmetic('fsub.d', 0x01, 'sub'),
  arithmetic('fmul.d', 0x02, 'mul'),
  arithmetic('fdiv.d', 0x03, 'div'),
  sqrt('fsqrt.d'),
  pair('fsgnj.d', 0x04, 0, 'sgnj'),
  pair('fsgnjn.d', 0x04, 1, 'sgnjn'),
  pair('fsgnjx.d', 0x04, 2, 'sgnjx'),
  pair('fmin.d', 0x05, 0, 'min'),
  pair('fmax.d', 0x05, 1, 'max'),
  convert('fcvt.s.d', 's', 'd'),
  convert('fcvt.d.s', 'd', 's'),
  compare('feq.d', 2, 'eq'),
  compare('flt.d', 1, 'lt'),
  compare('fle.d', 0, 'le'),
  classify('fclass.d'),
  toInteger('fcvt.w.d', 0, 'to_w'),
  toInteger('fcvt.wu.d', 1, 'to_wu'),
  fromInteger('fcvt.d.w', 0, 'from_w'),
  fromInteger('fcvt.d.wu', 1, 'from_wu'),

  // RV64D, in addition.
  toInteger('fcvt.l.d', 2, 'to_l'),
  toInteger('fcvt.lu.d', 3, 'to_lu'),
  move('fmv.x.d', 0x1c, 'move_to_x'),
  fromInteger('fcvt.d.l', 2, 'from_l'),
  fromInteger('fcvt.d.lu', 3, 'from_lu'),
  move('fmv.d.x', 0x1e, 'move_from_x'),
];
