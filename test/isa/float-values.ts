// Floating-point register images and flags for vectors, written as numbers where the format holds them exactly.
import type { Vector } from './vector.js';

const view = new DataView(new ArrayBuffer(8));

/** A single-precision encoding in an f register: the upper half is ones. */
export function sBits(bits: number): bigint {
  return 0xffff_ffff_0000_0000n | BigInt(bits >>> 0);
}

/** The image of a number that single precision holds exactly. */
export function s(value: number): bigint {
  if (Math.fround(value) !== value) throw new RangeError(`${value} is not exact in single precision`);
  view.setFloat32(0, value);
  return sBits(view.getUint32(0));
}

/** The image of a number in double precision. */
export function d(value: number): bigint {
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}

export const S_NAN = sBits(0x7fc00000);
/** A quiet NaN that is not the canonical one, and a signalling one. */
export const S_OTHER_NAN = sBits(0xffc12345);
export const S_SIGNALLING = sBits(0x7f800001);
export const S_MAX = sBits(0x7f7fffff);
export const S_MIN_NORMAL = sBits(0x00800000);
export const S_MIN_SUBNORMAL = sBits(0x00000001);
/** 1.0 with a zero in the upper half: not boxed, so it counts as the canonical NaN. */
export const S_UNBOXED = 0x0000_0000_3f80_0000n;

export const D_NAN = 0x7ff8_0000_0000_0000n;
export const D_OTHER_NAN = 0xfff8_1234_5678_9abcn;
export const D_SIGNALLING = 0x7ff0_0000_0000_0001n;
export const D_MAX = 0x7fef_ffff_ffff_ffffn;
export const D_MIN_NORMAL = 0x0010_0000_0000_0000n;
export const D_MIN_SUBNORMAL = 1n;

/** Exception flags, as in fflags. */
export const NX = 1;
export const UF = 2;
export const OF = 4;
export const DZ = 8;
export const NV = 16;

const MODES = ['rne', 'rtz', 'rdn', 'rup', 'rmm'] as const;

export type RoundingMode = (typeof MODES)[number];

/** The same operation in the rounding modes listed, once in the instruction and once through frm. */
export function rounded(
  name: string,
  sources: readonly bigint[],
  results: Partial<Record<RoundingMode, bigint>>,
  flags: number,
): Vector[] {
  const [rs1, rs2, rs3] = sources;
  const operands = {
    name,
    rs1,
    ...(rs2 === undefined ? {} : { rs2 }),
    ...(rs3 === undefined ? {} : { rs3 }),
  };
  return (Object.keys(results) as RoundingMode[]).flatMap((mode) => {
    const number = MODES.indexOf(mode);
    const expect = { rd: results[mode] ?? 0n, flags };
    return [
      { ...operands, imm: number, expect },
      { ...operands, imm: 7, csrs: { frm: BigInt(number) }, expect },
    ];
  });
}

/** A case that comes out alike in every rounding mode, so that one will do. */
export function exact(name: string, sources: readonly bigint[], rd: bigint, flags = 0): Vector {
  return rounded(name, sources, { rne: rd }, flags)[0];
}

/** The same result in all five modes. */
export function always(result: bigint): Record<RoundingMode, bigint> {
  return { rne: result, rtz: result, rdn: result, rup: result, rmm: result };
}
