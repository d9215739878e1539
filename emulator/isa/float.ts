// The F extension: single-precision loads, stores, arithmetic, comparison and conversion. What an operation computes
// is named here and carried out by the exact arithmetic of `float/`.
import {
  arithmetic,
  classify,
  compare,
  fromInteger,
  fused,
  load,
  moveFromX,
  moveToX,
  pair,
  squareRoot,
  store,
  toInteger,
} from './float-rows.js';
import type { Instruction } from './instruction.js';
import { OPCODE } from './rows.js';

export const float: readonly Instruction[] = [
  load('flw', 's'),
  store('fsw', 's'),
  fused('fmadd.s', 's', OPCODE.MADD, 'madd'),
  fused('fmsub.s', 's', OPCODE.MSUB, 'msub'),
  fused('fnmsub.s', 's', OPCODE.NMSUB, 'nmsub'),
  fused('fnmadd.s', 's', OPCODE.NMADD, 'nmadd'),
  arithmetic('fadd.s', 's', 0x00, 'add'),
  arithmetic('fsub.s', 's', 0x01, 'sub'),
  arithmetic('fmul.s', 's', 0x02, 'mul'),
  arithmetic('fdiv.s', 's', 0x03, 'div'),
  squareRoot('fsqrt.s', 's'),
  pair('fsgnj.s', 's', 0x04, 0, 'sgnj'),
  pair('fsgnjn.s', 's', 0x04, 1, 'sgnjn'),
  pair('fsgnjx.s', 's', 0x04, 2, 'sgnjx'),
  pair('fmin.s', 's', 0x05, 0, 'min'),
  pair('fmax.s', 's', 0x05, 1, 'max'),
  toInteger('fcvt.w.s', 's', 0, 'to_w'),
  toInteger('fcvt.wu.s', 's', 1, 'to_wu'),
  moveToX('fmv.x.w', 's'),
  compare('feq.s', 's', 2, 'eq'),
  compare('flt.s', 's', 1, 'lt'),
  compare('fle.s', 's', 0, 'le'),
  classify('fclass.s', 's'),
  fromInteger('fcvt.s.w', 's', 0, 'from_w'),
  fromInteger('fcvt.s.wu', 's', 1, 'from_wu'),
  moveFromX('fmv.w.x', 's'),

  // RV64F, in addition.
  toInteger('fcvt.l.s', 's', 2, 'to_l'),
  toInteger('fcvt.lu.s', 's', 3, 'to_lu'),
  fromInteger('fcvt.s.l', 's', 2, 'from_l'),
  fromInteger('fcvt.s.lu', 's', 3, 'from_lu'),
];
