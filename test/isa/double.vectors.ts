// The D extension by IEEE 754-2019 and the specification's own rules. Cases that differ from single precision only
// in width are fewer here.
import {
  DZ,
  D_MAX,
  D_MIN_NORMAL,
  D_MIN_SUBNORMAL,
  D_NAN,
  D_OTHER_NAN,
  D_SIGNALLING,
  NV,
  NX,
  OF,
  S_MAX,
  S_MIN_SUBNORMAL,
  S_NAN,
  S_SIGNALLING,
  S_UNBOXED,
  UF,
} from './float-values.js';
import { always, d, exact, rounded, s, sBits } from './float-values.js';
import { DATA, MAX, MIN } from './vector.js';
import type { Vector } from './vector.js';

const INF = d(Infinity);
/** 2^-52, the distance from 1 to the next number. */
const ULP = 2 ** -52;

const memory: readonly Vector[] = [
  { name: 'fld', rs1: DATA, memory: d(-1.5), expect: { rd: d(-1.5), flags: 0 } },
  { name: 'fld', rs1: DATA + 16n, imm: -16, memory: D_SIGNALLING, expect: { rd: D_SIGNALLING, flags: 0 } },
  { name: 'fsd', rs1: DATA, rs2: d(-1.5), expect: { memory: d(-1.5), flags: 0 } },
  { name: 'fsd', rs1: DATA - 8n, imm: 8, rs2: s(1), expect: { memory: s(1), flags: 0 } },
];

const sums: readonly Vector[] = [
  exact('fadd.d', [d(1.5), d(2.25)], d(3.75)),
  ...rounded('fadd.d', [d(1), d(2 ** -53)], { ...always(d(1)), rup: d(1 + ULP), rmm: d(1 + ULP) }, NX),
  ...rounded('fadd.d', [d(-1), d(-(2 ** -53))], { ...always(d(-1)), rdn: d(-1 - ULP), rmm: d(-1 - ULP) }, NX),
  ...rounded('fadd.d', [D_MAX, D_MAX], { ...always(INF), rtz: D_MAX, rdn: D_MAX }, OF | NX),
  ...rounded('fadd.d', [d(3), d(-3)], { ...always(d(0)), rdn: d(-0) }, 0),
  exact('fadd.d', [INF, d(-Infinity)], D_NAN, NV),
  exact('fadd.d', [D_OTHER_NAN, d(1)], D_NAN),
  exact('fadd.d', [d(1), D_SIGNALLING], D_NAN, NV),
  // A boxed single is a quiet NaN to double arithmetic.
  exact('fadd.d', [s(1), d(1)], D_NAN),
  exact('fsub.d', [d(1.5), d(0.25)], d(1.25)),
  ...rounded(
    'fsub.d',
    [d(1), d(2 ** -54)],
    { ...always(d(1)), rtz: d(1 - 2 ** -53), rdn: d(1 - 2 ** -53) },
    NX,
  ),
  exact('fsub.d', [INF, INF], D_NAN, NV),
  exact('fsub.d', [D_MIN_NORMAL, D_MIN_SUBNORMAL], 0x000f_ffff_ffff_ffffn),
];

const productsAndQuotients: readonly Vector[] = [
  exact('fmul.d', [d(1.5), d(-1.5)], d(-2.25)),
  exact('fmul.d', [INF, d(-0)], D_NAN, NV),
  ...rounded(
    'fmul.d',
    [D_MIN_SUBNORMAL, d(0.5)],
    { ...always(0n), rup: D_MIN_SUBNORMAL, rmm: D_MIN_SUBNORMAL },
    UF | NX,
  ),
  // (1 + 2^-52)(2^-1022 - 2^-1074) rounds to the smallest normal and is not tiny after rounding.
  ...rounded(
    'fmul.d',
    [d(1 + ULP), 0x000f_ffff_ffff_ffffn],
    { rne: D_MIN_NORMAL, rup: D_MIN_NORMAL, rmm: D_MIN_NORMAL },
    NX,
  ),
  ...rounded('fmul.d', [d(1 + ULP), 0x000f_ffff_ffff_ffffn], { rtz: 0x000f_ffff_ffff_ffffn }, UF | NX),
  ...rounded(
    'fmul.d',
    [D_MAX, d(-2)],
    { ...always(d(-Infinity)), rtz: D_MAX | (1n << 63n), rup: D_MAX | (1n << 63n) },
    OF | NX,
  ),
  ...rounded('fdiv.d', [d(1), d(3)], { ...always(0x3fd5_5555_5555_5555n), rup: 0x3fd5_5555_5555_5556n }, NX),
  exact('fdiv.d', [d(-1), d(0)], d(-Infinity), DZ),
  exact('fdiv.d', [d(0), d(0)], D_NAN, NV),
  exact('fdiv.d', [INF, d(0)], INF),
  exact('fsqrt.d', [d(2.25)], d(1.5)),
  // The square root of 2 is 1.41421356237309504...; 0x3ff6a09e667f3bcd is 1.41421356237309514...
  ...rounded(
    'fsqrt.d',
    [d(2)],
    { ...always(0x3ff6_a09e_667f_3bcdn), rtz: 0x3ff6_a09e_667f_3bccn, rdn: 0x3ff6_a09e_667f_3bccn },
    NX,
  ),
  exact('fsqrt.d', [d(-4)], D_NAN, NV),
  exact('fsqrt.d', [d(-0)], d(-0)),
];

const fused: readonly Vector[] = [
  exact('fmadd.d', [d(2), d(3), d(1)], d(7)),
  exact('fmsub.d', [d(2), d(3), d(1)], d(5)),
  exact('fnmsub.d', [d(2), d(3), d(1)], d(-5)),
  exact('fnmadd.d', [d(2), d(3), d(1)], d(-7)),
  exact('fmadd.d', [d(1 + ULP), d(1 - ULP), d(-1)], d(-(2 ** -104))),
  exact('fmsub.d', [d(1 + ULP), d(1 - ULP), d(1)], d(-(2 ** -104))),
  exact('fnmsub.d', [d(1 + ULP), d(1 - ULP), d(1)], d(2 ** -104)),
  exact('fnmadd.d', [d(1 + ULP), d(1 - ULP), d(-1)], d(2 ** -104)),
  exact('fmadd.d', [d(0), INF, D_NAN], D_NAN, NV),
];

const signsAndExtremes: readonly Vector[] = [
  exact('fsgnj.d', [d(1), d(-2)], d(-1)),
  exact('fsgnj.d', [D_SIGNALLING, d(-1)], 0xfff0_0000_0000_0001n),
  exact('fsgnjn.d', [d(1), d(2)], d(-1)),
  exact('fsgnjn.d', [d(1), d(-2)], d(1)),
  exact('fsgnjx.d', [d(-1), d(-2)], d(1)),
  exact('fsgnjx.d', [d(-1), d(2)], d(-1)),
  exact('fmin.d', [d(1), d(-2)], d(-2)),
  exact('fmin.d', [d(0), d(-0)], d(-0)),
  exact('fmin.d', [D_SIGNALLING, d(1)], d(1), NV),
  exact('fmin.d', [D_OTHER_NAN, D_OTHER_NAN], D_NAN),
  exact('fmax.d', [d(1), d(-2)], d(1)),
  exact('fmax.d', [d(-0), d(0)], d(0)),
  exact('fmax.d', [d(-1), D_NAN], d(-1)),
];

const comparisons: readonly Vector[] = [
  exact('feq.d', [d(0), d(-0)], 1n),
  exact('feq.d', [D_NAN, D_NAN], 0n),
  exact('feq.d', [D_SIGNALLING, d(1)], 0n, NV),
  exact('flt.d', [d(-1), d(1)], 1n),
  exact('flt.d', [d(1), d(1)], 0n),
  exact('flt.d', [D_NAN, d(1)], 0n, NV),
  exact('fle.d', [d(1), d(1)], 1n),
  exact('fle.d', [d(-1), d(-2)], 0n),
  exact('fle.d', [d(1), D_NAN], 0n, NV),
  exact('fclass.d', [d(-Infinity)], 1n << 0n),
  exact('fclass.d', [d(-1)], 1n << 1n),
  exact('fclass.d', [0x800f_ffff_ffff_ffffn], 1n << 2n),
  exact('fclass.d', [d(-0)], 1n << 3n),
  exact('fclass.d', [d(0)], 1n << 4n),
  exact('fclass.d', [D_MIN_SUBNORMAL], 1n << 5n),
  exact('fclass.d', [D_MIN_NORMAL], 1n << 6n),
  exact('fclass.d', [INF], 1n << 7n),
  exact('fclass.d', [D_SIGNALLING], 1n << 8n),
  exact('fclass.d', [D_OTHER_NAN], 1n << 9n),
];

const betweenFormats: readonly Vector[] = [
  exact('fcvt.s.d', [d(-1.5)], s(-1.5)),
  ...rounded(
    'fcvt.s.d',
    [d(1 + 2 ** -24)],
    { ...always(s(1)), rup: s(1 + 2 ** -23), rmm: s(1 + 2 ** -23) },
    NX,
  ),
  ...rounded('fcvt.s.d', [d(1e300)], { ...always(s(Infinity)), rtz: S_MAX, rdn: S_MAX }, OF | NX),
  ...rounded(
    'fcvt.s.d',
    [d(2 ** -150)],
    { ...always(s(0)), rup: S_MIN_SUBNORMAL, rmm: S_MIN_SUBNORMAL },
    UF | NX,
  ),
  exact('fcvt.s.d', [D_OTHER_NAN], S_NAN),
  exact('fcvt.s.d', [D_SIGNALLING], S_NAN, NV),
  exact('fcvt.d.s', [s(-1.5)], d(-1.5)),
  exact('fcvt.d.s', [S_MIN_SUBNORMAL], d(2 ** -149)),
  exact('fcvt.d.s', [sBits(0xff800000)], d(-Infinity)),
  exact('fcvt.d.s', [S_SIGNALLING], D_NAN, NV),
  exact('fcvt.d.s', [S_UNBOXED], D_NAN),
];

const toIntegers: readonly Vector[] = [
  ...rounded('fcvt.w.d', [d(-2.5)], { rne: -2n, rtz: -2n, rdn: -3n, rup: -2n, rmm: -3n }, NX),
  // Whether a value is in range is decided after rounding.
  ...rounded('fcvt.w.d', [d(2_147_483_647.5)], { rtz: 0x7fff_ffffn, rdn: 0x7fff_ffffn }, NX),
  ...rounded(
    'fcvt.w.d',
    [d(2_147_483_647.5)],
    { rne: 0x7fff_ffffn, rup: 0x7fff_ffffn, rmm: 0x7fff_ffffn },
    NV,
  ),
  ...rounded(
    'fcvt.w.d',
    [d(-2_147_483_648.5)],
    { rne: -0x8000_0000n, rtz: -0x8000_0000n, rup: -0x8000_0000n },
    NX,
  ),
  ...rounded('fcvt.w.d', [d(-2_147_483_648.5)], { rdn: -0x8000_0000n, rmm: -0x8000_0000n }, NV),
  exact('fcvt.w.d', [D_NAN], 0x7fff_ffffn, NV),
  exact('fcvt.wu.d', [d(4_294_967_295)], -1n),
  ...rounded('fcvt.wu.d', [d(4_294_967_295.5)], { rtz: -1n, rdn: -1n }, NX),
  ...rounded('fcvt.wu.d', [d(4_294_967_295.5)], { rne: -1n, rup: -1n, rmm: -1n }, NV),
  exact('fcvt.wu.d', [d(-1)], 0n, NV),
  exact('fcvt.l.d', [d(-(2 ** 63))], MIN),
  exact('fcvt.l.d', [d(2 ** 63)], MAX, NV),
  ...rounded(
    'fcvt.l.d',
    [d(4_503_599_627_370_495.5)],
    { rne: 1n << 52n, rtz: (1n << 52n) - 1n, rmm: 1n << 52n },
    NX,
  ),
  exact('fcvt.l.d', [d(-Infinity)], MIN, NV),
  exact('fcvt.lu.d', [d(2 ** 63)], MIN),
  exact('fcvt.lu.d', [d(2 ** 64)], -1n, NV),
  exact('fcvt.lu.d', [d(-1)], 0n, NV),
  ...rounded('fcvt.lu.d', [d(-0.25)], { rne: 0n, rtz: 0n, rup: 0n, rmm: 0n }, NX),
  exact('fcvt.lu.d', [D_NAN], -1n, NV),
  { name: 'fmv.x.d', rs1: d(-0), expect: { rd: MIN, flags: 0 } },
  { name: 'fmv.x.d', rs1: D_SIGNALLING, expect: { rd: D_SIGNALLING, flags: 0 } },
];

const fromIntegers: readonly Vector[] = [
  ...rounded('fcvt.d.w', [-1n], always(d(-1)), 0),
  exact('fcvt.d.w', [0x5_8000_0000n], d(-(2 ** 31))),
  ...rounded('fcvt.d.wu', [-1n], always(d(4_294_967_295)), 0),
  exact('fcvt.d.wu', [0x5_0000_0001n], d(1)),
  ...rounded(
    'fcvt.d.l',
    [MAX],
    { ...always(d(2 ** 63)), rtz: 0x43df_ffff_ffff_ffffn, rdn: 0x43df_ffff_ffff_ffffn },
    NX,
  ),
  // 2^53 + 1 is half-way between neighbours.
  ...rounded(
    'fcvt.d.l',
    [-9_007_199_254_740_993n],
    { ...always(d(-9_007_199_254_740_992)), rdn: d(-9_007_199_254_740_994), rmm: d(-9_007_199_254_740_994) },
    NX,
  ),
  exact('fcvt.d.lu', [MIN], d(2 ** 63)),
  ...rounded(
    'fcvt.d.lu',
    [-1n],
    { ...always(d(2 ** 64)), rtz: 0x43ef_ffff_ffff_ffffn, rdn: 0x43ef_ffff_ffff_ffffn },
    NX,
  ),
  { name: 'fmv.d.x', rs1: 0x7ff0_0000_0000_0001n, expect: { rd: D_SIGNALLING, flags: 0 } },
  { name: 'fmv.d.x', rs1: -1n, expect: { rd: -1n, flags: 0 } },
];

export const doubleVectors: readonly Vector[] = [
  ...memory,
  ...sums,
  ...productsAndQuotients,
  ...fused,
  ...signsAndExtremes,
  ...comparisons,
  ...betweenFormats,
  ...toIntegers,
  ...fromIntegers,
];
