// The F extension by IEEE 754-2019 and the specification's own rules (NaN boxing, canonical NaN, saturation).
import {
  DZ,
  NV,
  NX,
  OF,
  S_MAX,
  S_MIN_NORMAL,
  S_MIN_SUBNORMAL,
  S_NAN,
  S_OTHER_NAN,
  S_SIGNALLING,
  S_UNBOXED,
  UF,
} from './float-values.js';
import { always, exact, rounded, s, sBits } from './float-values.js';
import { DATA, MAX, MIN } from './vector.js';
import type { Vector } from './vector.js';

const INF = s(Infinity);
/** 2^-23, the distance from 1 to the next number. */
const ULP = 2 ** -23;

const memory: readonly Vector[] = [
  { name: 'flw', rs1: DATA, memory: 0x1234_5678_3f80_0000n, expect: { rd: s(1), flags: 0 } },
  {
    name: 'flw',
    rs1: DATA + 8n,
    imm: -4,
    memory: 0x7f80_0001_0000_0000n,
    expect: { rd: S_SIGNALLING, flags: 0 },
  },
  { name: 'fsw', rs1: DATA, rs2: s(-1), memory: -1n, expect: { memory: 0xffff_ffff_bf80_0000n, flags: 0 } },
  // The low half is stored whether or not it is boxed.
  {
    name: 'fsw',
    rs1: DATA - 4n,
    imm: 8,
    rs2: 0x1234_5678_9abc_def0n,
    expect: { memory: 0x9abc_def0n << 32n, flags: 0 },
  },
];

const sums: readonly Vector[] = [
  exact('fadd.s', [s(1.5), s(2.25)], s(3.75)),
  // Half a unit in the last place above 1 and below -1, and above an odd number: ties.
  ...rounded('fadd.s', [s(1), s(2 ** -24)], { ...always(s(1)), rup: s(1 + ULP), rmm: s(1 + ULP) }, NX),
  ...rounded('fadd.s', [s(-1), s(-(2 ** -24))], { ...always(s(-1)), rdn: s(-1 - ULP), rmm: s(-1 - ULP) }, NX),
  ...rounded(
    'fadd.s',
    [s(1 + ULP), s(2 ** -24)],
    { ...always(s(1 + 2 * ULP)), rtz: s(1 + ULP), rdn: s(1 + ULP) },
    NX,
  ),
  ...rounded('fadd.s', [S_MAX, S_MAX], { ...always(INF), rtz: S_MAX, rdn: S_MAX }, OF | NX),
  ...rounded(
    'fadd.s',
    [sBits(0xff7fffff), sBits(0xff7fffff)],
    { ...always(s(-Infinity)), rtz: sBits(0xff7fffff), rup: sBits(0xff7fffff) },
    OF | NX,
  ),
  // An exact zero from unlike signs is +0, but -0 when rounding down.
  ...rounded('fadd.s', [s(3), s(-3)], { ...always(s(0)), rdn: s(-0) }, 0),
  ...rounded('fadd.s', [s(-0), s(-0)], always(s(-0)), 0),
  exact('fadd.s', [INF, s(-Infinity)], S_NAN, NV),
  exact('fadd.s', [INF, S_MAX], INF),
  exact('fadd.s', [S_OTHER_NAN, s(1)], S_NAN),
  exact('fadd.s', [s(1), S_SIGNALLING], S_NAN, NV),
  exact('fadd.s', [S_UNBOXED, s(1)], S_NAN),
  exact('fadd.s', [S_MIN_SUBNORMAL, S_MIN_SUBNORMAL], sBits(2)),
  exact('fsub.s', [s(1.5), s(0.25)], s(1.25)),
  ...rounded('fsub.s', [s(1), s(1)], { ...always(s(0)), rdn: s(-0) }, 0),
  // 1 - 2^-25 is half-way between 1 - 2^-24 and 1, whose encoding is even.
  ...rounded(
    'fsub.s',
    [s(1), s(2 ** -25)],
    { ...always(s(1)), rtz: s(1 - 2 ** -24), rdn: s(1 - 2 ** -24) },
    NX,
  ),
  exact('fsub.s', [INF, INF], S_NAN, NV),
  exact('fsub.s', [S_MIN_NORMAL, S_MIN_SUBNORMAL], sBits(0x007fffff)),
];

const products: readonly Vector[] = [
  exact('fmul.s', [s(1.5), s(-1.5)], s(-2.25)),
  exact('fmul.s', [s(0), INF], S_NAN, NV),
  exact('fmul.s', [s(-0), s(5)], s(-0)),
  // Subnormal results: exact ones raise nothing.
  exact('fmul.s', [S_MIN_NORMAL, s(0.5)], sBits(0x00400000)),
  ...rounded(
    'fmul.s',
    [S_MIN_SUBNORMAL, s(0.5)],
    { ...always(s(0)), rup: S_MIN_SUBNORMAL, rmm: S_MIN_SUBNORMAL },
    UF | NX,
  ),
  ...rounded(
    'fmul.s',
    [S_MIN_SUBNORMAL, s(-0.5)],
    { ...always(s(-0)), rdn: sBits(0x80000001), rmm: sBits(0x80000001) },
    UF | NX,
  ),
  // (1 + 2^-23)(2^-126 - 2^-149) = 2^-126 (1 - 2^-46) rounds to the smallest normal: not tiny after rounding.
  ...rounded(
    'fmul.s',
    [s(1 + ULP), sBits(0x007fffff)],
    { rne: S_MIN_NORMAL, rup: S_MIN_NORMAL, rmm: S_MIN_NORMAL },
    NX,
  ),
  ...rounded(
    'fmul.s',
    [s(1 + ULP), sBits(0x007fffff)],
    { rtz: sBits(0x007fffff), rdn: sBits(0x007fffff) },
    UF | NX,
  ),
  // (1 - 2^-24) 2^-126 has 24 significant bits, so it is tiny, though it rounds to the smallest normal here.
  ...rounded(
    'fmul.s',
    [s(1 - 2 ** -24), S_MIN_NORMAL],
    { rne: S_MIN_NORMAL, rup: S_MIN_NORMAL, rtz: sBits(0x007fffff) },
    UF | NX,
  ),
  ...rounded('fmul.s', [S_MAX, s(2)], { ...always(INF), rtz: S_MAX, rdn: S_MAX }, OF | NX),
];

const quotients: readonly Vector[] = [
  ...rounded(
    'fdiv.s',
    [s(1), s(3)],
    { ...always(sBits(0x3eaaaaab)), rtz: sBits(0x3eaaaaaa), rdn: sBits(0x3eaaaaaa) },
    NX,
  ),
  exact('fdiv.s', [s(-7), s(2)], s(-3.5)),
  exact('fdiv.s', [s(1), s(0)], INF, DZ),
  exact('fdiv.s', [s(1), s(-0)], s(-Infinity), DZ),
  exact('fdiv.s', [s(0), s(0)], S_NAN, NV),
  exact('fdiv.s', [INF, INF], S_NAN, NV),
  exact('fdiv.s', [INF, s(0)], INF),
  exact('fdiv.s', [s(-1), INF], s(-0)),
  exact('fdiv.s', [S_NAN, s(0)], S_NAN),
  exact('fsqrt.s', [s(4)], s(2)),
  // The square root of 2 is 1.41421356237...; 0x3fb504f3 is 1.41421353816...
  ...rounded('fsqrt.s', [s(2)], { ...always(sBits(0x3fb504f3)), rup: sBits(0x3fb504f4) }, NX),
  exact('fsqrt.s', [s(-1)], S_NAN, NV),
  exact('fsqrt.s', [s(-0)], s(-0)),
  exact('fsqrt.s', [INF], INF),
  exact('fsqrt.s', [S_MIN_SUBNORMAL], sBits(0x1a3504f3), NX),
];

const fused: readonly Vector[] = [
  exact('fmadd.s', [s(2), s(3), s(1)], s(7)),
  exact('fmsub.s', [s(2), s(3), s(1)], s(5)),
  exact('fnmsub.s', [s(2), s(3), s(1)], s(-5)),
  exact('fnmadd.s', [s(2), s(3), s(1)], s(-7)),
  // (1 + 2^-23)(1 - 2^-23) - 1 = -2^-46: rounding the product first would give 0.
  exact('fmadd.s', [s(1 + ULP), s(1 - ULP), s(-1)], s(-(2 ** -46))),
  exact('fmsub.s', [s(1 + ULP), s(1 - ULP), s(1)], s(-(2 ** -46))),
  exact('fnmsub.s', [s(1 + ULP), s(1 - ULP), s(1)], s(2 ** -46)),
  exact('fnmadd.s', [s(1 + ULP), s(1 - ULP), s(-1)], s(2 ** -46)),
  // Infinity times zero is invalid even when a quiet NaN is added.
  exact('fmadd.s', [INF, s(0), S_NAN], S_NAN, NV),
  exact('fmadd.s', [INF, s(1), s(-Infinity)], S_NAN, NV),
  ...rounded('fmadd.s', [s(1), s(1), s(-1)], { ...always(s(0)), rdn: s(-0) }, 0),
  ...rounded('fnmadd.s', [s(1), s(-1), s(1)], { ...always(s(0)), rdn: s(-0) }, 0),
  ...rounded(
    'fmsub.s',
    [s(1), s(1), s(-(2 ** -24))],
    { ...always(s(1)), rup: s(1 + ULP), rmm: s(1 + ULP) },
    NX,
  ),
  ...rounded(
    'fnmsub.s',
    [s(1), s(1), s(-(2 ** -24))],
    { ...always(s(-1)), rdn: s(-1 - ULP), rmm: s(-1 - ULP) },
    NX,
  ),
];

const signsAndExtremes: readonly Vector[] = [
  exact('fsgnj.s', [s(1), s(-2)], s(-1)),
  exact('fsgnj.s', [S_SIGNALLING, s(-0)], sBits(0xff800001)),
  exact('fsgnj.s', [S_UNBOXED, s(-1)], sBits(0xffc00000)),
  exact('fsgnjn.s', [s(1), s(2)], s(-1)),
  exact('fsgnjn.s', [s(-1), s(-2)], s(1)),
  exact('fsgnjx.s', [s(-1), s(-2)], s(1)),
  exact('fsgnjx.s', [s(1), s(-2)], s(-1)),
  exact('fmin.s', [s(1), s(-2)], s(-2)),
  exact('fmin.s', [s(0), s(-0)], s(-0)),
  exact('fmin.s', [s(-0), s(0)], s(-0)),
  exact('fmin.s', [S_OTHER_NAN, s(1)], s(1)),
  exact('fmin.s', [s(1), S_SIGNALLING], s(1), NV),
  exact('fmin.s', [S_OTHER_NAN, S_OTHER_NAN], S_NAN),
  exact('fmax.s', [s(1), s(-2)], s(1)),
  exact('fmax.s', [s(0), s(-0)], s(0)),
  exact('fmax.s', [s(-0), s(0)], s(0)),
  exact('fmax.s', [s(-1), S_NAN], s(-1)),
  exact('fmax.s', [S_SIGNALLING, S_NAN], S_NAN, NV),
  exact('fmax.s', [S_UNBOXED, s(-5)], s(-5)),
];

const comparisons: readonly Vector[] = [
  exact('feq.s', [s(1), s(1)], 1n),
  exact('feq.s', [s(0), s(-0)], 1n),
  exact('feq.s', [s(1), s(2)], 0n),
  exact('feq.s', [S_NAN, S_NAN], 0n),
  exact('feq.s', [S_SIGNALLING, s(1)], 0n, NV),
  exact('feq.s', [S_UNBOXED, s(1)], 0n),
  exact('flt.s', [s(-1), s(1)], 1n),
  exact('flt.s', [s(-0), s(0)], 0n),
  exact('flt.s', [s(-2), s(-1)], 1n),
  exact('flt.s', [s(1), S_NAN], 0n, NV),
  exact('fle.s', [s(-0), s(0)], 1n),
  exact('fle.s', [s(0), s(-0)], 1n),
  exact('fle.s', [s(2), s(1)], 0n),
  exact('fle.s', [s(-Infinity), S_MAX], 1n),
  exact('fle.s', [S_NAN, s(1)], 0n, NV),
  exact('fclass.s', [s(-Infinity)], 1n << 0n),
  exact('fclass.s', [s(-1)], 1n << 1n),
  exact('fclass.s', [sBits(0x807fffff)], 1n << 2n),
  exact('fclass.s', [s(-0)], 1n << 3n),
  exact('fclass.s', [s(0)], 1n << 4n),
  exact('fclass.s', [S_MIN_SUBNORMAL], 1n << 5n),
  exact('fclass.s', [S_MIN_NORMAL], 1n << 6n),
  exact('fclass.s', [INF], 1n << 7n),
  exact('fclass.s', [S_SIGNALLING], 1n << 8n),
  exact('fclass.s', [S_OTHER_NAN], 1n << 9n),
  exact('fclass.s', [S_UNBOXED], 1n << 9n),
];

const toIntegers: readonly Vector[] = [
  ...rounded('fcvt.w.s', [s(1.5)], { rne: 2n, rtz: 1n, rdn: 1n, rup: 2n, rmm: 2n }, NX),
  ...rounded('fcvt.w.s', [s(2.5)], { rne: 2n, rtz: 2n, rdn: 2n, rup: 3n, rmm: 3n }, NX),
  ...rounded('fcvt.w.s', [s(-1.5)], { rne: -2n, rtz: -1n, rdn: -2n, rup: -1n, rmm: -2n }, NX),
  exact('fcvt.w.s', [s(-(2 ** 31))], -0x8000_0000n),
  exact('fcvt.w.s', [s(2 ** 31)], 0x7fff_ffffn, NV),
  exact('fcvt.w.s', [s(-Infinity)], -0x8000_0000n, NV),
  exact('fcvt.w.s', [INF], 0x7fff_ffffn, NV),
  exact('fcvt.w.s', [S_OTHER_NAN], 0x7fff_ffffn, NV),
  // The unsigned word is sign-extended all the same.
  exact('fcvt.wu.s', [s(3_000_000_000)], 3_000_000_000n - (1n << 32n)),
  exact('fcvt.wu.s', [s(2 ** 32)], -1n, NV),
  exact('fcvt.wu.s', [s(-1)], 0n, NV),
  ...rounded('fcvt.wu.s', [s(-0.5)], { rne: 0n, rtz: 0n, rup: 0n }, NX),
  ...rounded('fcvt.wu.s', [s(-0.5)], { rdn: 0n, rmm: 0n }, NV),
  exact('fcvt.wu.s', [S_NAN], -1n, NV),
  exact('fcvt.wu.s', [s(-Infinity)], 0n, NV),
  exact('fcvt.l.s', [s(-(2 ** 40))], -(1n << 40n)),
  exact('fcvt.l.s', [s(-(2 ** 63))], MIN),
  exact('fcvt.l.s', [s(2 ** 63)], MAX, NV),
  exact('fcvt.l.s', [S_NAN], MAX, NV),
  exact('fcvt.l.s', [s(-Infinity)], MIN, NV),
  exact('fcvt.lu.s', [s(2 ** 63)], MIN),
  exact('fcvt.lu.s', [s(2 ** 64)], -1n, NV),
  exact('fcvt.lu.s', [s(-1)], 0n, NV),
  exact('fcvt.lu.s', [S_UNBOXED], -1n, NV),
];

const fromIntegers: readonly Vector[] = [
  exact('fcvt.s.w', [-1n], s(-1)),
  exact('fcvt.s.w', [0x5_0000_0001n], s(1)),
  exact('fcvt.s.w', [0n], s(0)),
  // 2^24 + 1 is half-way between neighbours.
  ...rounded(
    'fcvt.s.w',
    [16_777_217n],
    { ...always(s(16_777_216)), rup: s(16_777_218), rmm: s(16_777_218) },
    NX,
  ),
  ...rounded(
    'fcvt.s.w',
    [0x7fff_ffffn],
    { ...always(s(2 ** 31)), rtz: sBits(0x4effffff), rdn: sBits(0x4effffff) },
    NX,
  ),
  exact('fcvt.s.wu', [0x8000_0000n], s(2 ** 31)),
  ...rounded(
    'fcvt.s.wu',
    [-1n],
    { ...always(s(2 ** 32)), rtz: sBits(0x4f7fffff), rdn: sBits(0x4f7fffff) },
    NX,
  ),
  exact('fcvt.s.l', [MIN], s(-(2 ** 63))),
  ...rounded(
    'fcvt.s.l',
    [MAX],
    { ...always(s(2 ** 63)), rtz: sBits(0x5effffff), rdn: sBits(0x5effffff) },
    NX,
  ),
  exact('fcvt.s.lu', [MIN], s(2 ** 63)),
  ...rounded(
    'fcvt.s.lu',
    [-1n],
    { ...always(s(2 ** 64)), rtz: sBits(0x5f7fffff), rdn: sBits(0x5f7fffff) },
    NX,
  ),
  { name: 'fmv.x.w', rs1: s(-0), expect: { rd: -0x8000_0000n, flags: 0 } },
  // A move does not look at the boxing.
  { name: 'fmv.x.w', rs1: 0x1234_5678_1abc_def0n, expect: { rd: 0x1abc_def0n, flags: 0 } },
  { name: 'fmv.w.x', rs1: 0x1_3f80_0000n, expect: { rd: s(1), flags: 0 } },
  { name: 'fmv.w.x', rs1: 0x7f80_0001n, expect: { rd: S_SIGNALLING, flags: 0 } },
];

export const floatVectors: readonly Vector[] = [
  ...memory,
  ...sums,
  ...products,
  ...quotients,
  ...fused,
  ...signsAndExtremes,
  ...comparisons,
  ...toIntegers,
  ...fromIntegers,
];
