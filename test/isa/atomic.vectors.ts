// The A extension by the specification. Words are tried in both halves of the doubleword; the other half must stay.
import { DATA, MAX, MIN } from './vector.js';
import type { Vector } from './vector.js';

/** An atomic on the low word at DATA, whose upper half is 0x55555555. `rd` is the old word, sign-extended. */
function word(name: string, old: bigint, rs2: bigint, stored: bigint, rd: bigint): Vector {
  const upper = 0x5555_5555n << 32n;
  return { name, rs1: DATA, rs2, memory: upper | old, expect: { rd, memory: upper | stored } };
}

/** The same on the high word, with acquire and release. */
function highWord(name: string, old: bigint, rs2: bigint, stored: bigint, rd: bigint): Vector {
  const lower = 0xaaaa_aaaan;
  return {
    name,
    rs1: DATA + 4n,
    rs2,
    imm: 3,
    memory: (old << 32n) | lower,
    expect: { rd, memory: (stored << 32n) | lower },
  };
}

function double(name: string, old: bigint, rs2: bigint, stored: bigint, imm = 0): Vector {
  return { name, rs1: DATA, rs2, imm, memory: old, expect: { rd: old, memory: stored } };
}

const reservations: readonly Vector[] = [
  { name: 'lr.w', rs1: DATA, memory: 0x5555_5555_8000_0001n, expect: { rd: -0x7fff_ffffn, reserved: true } },
  { name: 'lr.w', rs1: DATA, imm: 2, memory: -1n << 32n, expect: { rd: 0n, reserved: true } },
  { name: 'lr.d', rs1: DATA, memory: 0x8000_0000_0000_0001n, expect: { rd: MIN + 1n, reserved: true } },
  { name: 'lr.d', rs1: DATA, imm: 3, memory: 7n, reserved: true, expect: { rd: 7n, reserved: true } },
  {
    name: 'sc.w',
    rs1: DATA,
    rs2: 0x9999_9999_1234_5678n,
    memory: -1n,
    reserved: true,
    expect: { rd: 0n, memory: 0xffff_ffff_1234_5678n, reserved: false },
  },
  { name: 'sc.w', rs1: DATA, rs2: 5n, memory: -1n, reserved: false, expect: { rd: 1n, reserved: false } },
  {
    name: 'sc.d',
    rs1: DATA,
    rs2: MIN + 5n,
    imm: 1,
    memory: -1n,
    reserved: true,
    expect: { rd: 0n, memory: MIN + 5n, reserved: false },
  },
  { name: 'sc.d', rs1: DATA, rs2: 5n, memory: -1n, reserved: false, expect: { rd: 1n, reserved: false } },
];

const words: readonly Vector[] = [
  word('amoswap.w', 0x8000_0001n, 0x1_7fff_ffffn, 0x7fff_ffffn, -0x7fff_ffffn),
  highWord('amoswap.w', 5n, -1n, 0xffff_ffffn, 5n),
  word('amoadd.w', 0xffff_ffffn, 1n, 0n, -1n),
  highWord('amoadd.w', 0x7fff_ffffn, 1n, 0x8000_0000n, 0x7fff_ffffn),
  word('amoadd.w', 2n, 0x3_0000_0003n, 5n, 2n),
  word('amoxor.w', 0xff00_ff00n, 0x0ff0_0ff0n, 0xf0f0_f0f0n, -0x00ff_0100n),
  highWord('amoxor.w', 0x1234_5678n, -1n, 0xedcb_a987n, 0x1234_5678n),
  word('amoand.w', 0xff00_ff00n, 0x0ff0_0ff0n, 0x0f00_0f00n, -0x00ff_0100n),
  highWord('amoand.w', 0x1234_5678n, -16n, 0x1234_5670n, 0x1234_5678n),
  word('amoor.w', 0xff00_ff00n, 0x0ff0_0ff0n, 0xfff0_fff0n, -0x00ff_0100n),
  highWord('amoor.w', 0n, 0x9_8000_0000n, 0x8000_0000n, 0n),
  word('amomin.w', 0x8000_0000n, 0x7fff_ffffn, 0x8000_0000n, -0x8000_0000n),
  word('amomin.w', 1n, -1n, 0xffff_ffffn, 1n),
  highWord('amomin.w', 5n, 0x9_0000_0003n, 3n, 5n),
  word('amomax.w', 0x8000_0000n, 0x7fff_ffffn, 0x7fff_ffffn, -0x8000_0000n),
  word('amomax.w', 1n, -1n, 1n, 1n),
  highWord('amomax.w', 5n, 0x9_0000_0003n, 5n, 5n),
  word('amominu.w', 0x8000_0000n, 0x7fff_ffffn, 0x7fff_ffffn, -0x8000_0000n),
  word('amominu.w', 1n, -1n, 1n, 1n),
  highWord('amominu.w', 0xffff_ffffn, 0x1_0000_0003n, 3n, -1n),
  word('amomaxu.w', 0x8000_0000n, 0x7fff_ffffn, 0x8000_0000n, -0x8000_0000n),
  word('amomaxu.w', 1n, -1n, 0xffff_ffffn, 1n),
  highWord('amomaxu.w', 5n, 0x9_0000_0003n, 5n, 5n),
];

const doubles: readonly Vector[] = [
  double('amoswap.d', 0x8000_0000_0000_0001n, 0x1234n, 0x1234n),
  double('amoswap.d', 5n, -1n, -1n, 3),
  double('amoadd.d', -1n, 1n, 0n),
  double('amoadd.d', MAX, 1n, MIN, 2),
  double('amoxor.d', 0xff00_0000_0000_ff00n, 0x0ff0_0000_0000_0ff0n, 0xf0f0_0000_0000_f0f0n),
  double('amoxor.d', 5n, -1n, -6n, 1),
  double('amoand.d', 0xff00_0000_0000_ff00n, 0x0ff0_0000_0000_0ff0n, 0x0f00_0000_0000_0f00n),
  double('amoand.d', -1n, MIN, MIN),
  double('amoor.d', 0xff00_0000_0000_ff00n, 0x0ff0_0000_0000_0ff0n, 0xfff0_0000_0000_fff0n),
  double('amoor.d', 0n, MIN, MIN),
  double('amomin.d', MIN, MAX, MIN),
  double('amomin.d', 1n, -1n, -1n),
  double('amomax.d', MIN, MAX, MAX),
  double('amomax.d', 1n, -1n, 1n),
  double('amominu.d', MIN, MAX, MAX),
  double('amominu.d', 1n, -1n, 1n),
  double('amomaxu.d', MIN, MAX, MIN),
  double('amomaxu.d', 1n, -1n, -1n),
];

export const atomicVectors: readonly Vector[] = [...reservations, ...words, ...doubles];
