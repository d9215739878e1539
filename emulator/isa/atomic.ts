// The A extension: load-reserved, store-conditional and atomic read-modify-write, for words and doublewords.
// `combine` of a word gets both values sign-extended from 32 bits; the back end truncates what is stored.
import type { Effect, Instruction, RegisterFiles } from './instruction.js';
import { OPCODE, pattern, row } from './rows.js';
import type { Binary } from './rows.js';

/** Everything but operands and the aq and rl bits. */
const MASK_AMO = 0xf800707f;
/** Load-reserved also has a zero in place of rs2. */
const MASK_LOAD_RESERVED = 0xf9f0707f;

const FUNCT3 = { 4: 2, 8: 3 } as const;

function A(name: string, funct5: number, bytes: 4 | 8, mask: number, effect: Effect): Instruction {
  const registers: RegisterFiles =
    effect.kind === 'load_reserved' ? { rd: 'x', rs1: 'x' } : { rd: 'x', rs1: 'x', rs2: 'x' };
  const match = pattern(funct5 << 2, FUNCT3[bytes], OPCODE.AMO);
  return row('A', name, 'amo', match, mask, registers, effect);
}

const LR = (name: string, bytes: 4 | 8) =>
  A(name, 0x02, bytes, MASK_LOAD_RESERVED, { kind: 'load_reserved', bytes });
const SC = (name: string, bytes: 4 | 8) =>
  A(name, 0x03, bytes, MASK_AMO, { kind: 'store_conditional', bytes });
const W = (name: string, funct5: number, combine: Binary) =>
  A(name, funct5, 4, MASK_AMO, { kind: 'amo', bytes: 4, combine });
const D = (name: string, funct5: number, combine: Binary) =>
  A(name, funct5, 8, MASK_AMO, { kind: 'amo', bytes: 8, combine });

export const atomic: readonly Instruction[] = [
  LR('lr.w', 4),
  SC('sc.w', 4),
  W('amoswap.w', 0x01, (_o, _old, b) => b),
  W('amoadd.w', 0x00, (o, old, b) => o.add(old, b)),
  W('amoxor.w', 0x04, (o, old, b) => o.xor(old, b)),
  W('amoand.w', 0x0c, (o, old, b) => o.and(old, b)),
  W('amoor.w', 0x08, (o, old, b) => o.or(old, b)),
  W('amomin.w', 0x10, (o, old, b) => o.select(o.ltS(old, b), old, b)),
  W('amomax.w', 0x14, (o, old, b) => o.select(o.ltS(old, b), b, old)),
  W('amominu.w', 0x18, (o, old, b) => o.select(o.ltU(o.zext32(old), o.zext32(b)), old, b)),
  W('amomaxu.w', 0x1c, (o, old, b) => o.select(o.ltU(o.zext32(old), o.zext32(b)), b, old)),
  LR('lr.d', 8),
  SC('sc.d', 8),
  D('amoswap.d', 0x01, (_o, _old, b) => b),
  D('amoadd.d', 0x00, (o, old, b) => o.add(old, b)),
  D('amoxor.d', 0x04, (o, old, b) => o.xor(old, b)),
  D('amoand.d', 0x0c, (o, old, b) => o.and(old, b)),
  D('amoor.d', 0x08, (o, old, b) => o.or(old, b)),
  D('amomin.d', 0x10, (o, old, b) => o.select(o.ltS(old, b), old, b)),
  D('amomax.d', 0x14, (o, old, b) => o.select(o.ltS(old, b), b, old)),
  D('amominu.d', 0x18, (o, old, b) => o.select(o.ltU(old, b), old, b)),
  D('amomaxu.d', 0x1c, (o, old, b) => o.select(o.ltU(old, b), b, old)),
];
