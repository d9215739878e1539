// Results of F and D derived by hand from IEEE 754 and the unprivileged specification, for machines without the
// oracle, and for the rare cases that random operands seldom meet.
//
// A line is: mnemonic, rounding mode, register images, "=", the image of rd, flags, "|", why. Eight digits are a
// single, boxed in its register; sixteen are the whole register.

const text = `
fadd.s rne 3f800000 33800000 = 3f800000 NX | 1 + 2^-24 is half way; 1 is even
fadd.s rmm 3f800000 33800000 = 3f800001 NX | the same tie away from zero
fadd.s rup 3f800000 33800000 = 3f800001 NX | the same upwards
fadd.s rdn 3f800000 33800000 = 3f800000 NX | the same downwards
fadd.s rtz bf800000 b3800000 = bf800000 NX | towards zero
fadd.s rdn bf800000 b3800000 = bf800001 NX | downwards is away from zero below it
fadd.s rne 3f800001 33800000 = 3f800002 NX | half way, and the upper neighbour is even
fadd.s rne 3f800000 00000001 = 3f800000 NX | a far smaller operand still makes it inexact
fadd.s rup 3f800000 00000001 = 3f800001 NX | and still moves a directed rounding
fadd.s rdn 3f800000 80000001 = 3f7fffff NX | the neighbour below a power of two is half as far
fadd.s rne 3f800000 bf800000 = 00000000 - | an exact cancellation is +0
fadd.s rdn 3f800000 bf800000 = 80000000 - | but -0 when rounding down
fadd.s rne 80000000 80000000 = 80000000 - | -0 + -0
fadd.s rdn 00000000 00000000 = 00000000 - | +0 + +0 whatever the mode
fadd.s rne 7f7fffff 7f7fffff = 7f800000 OF,NX | overflow to infinity
fadd.s rtz 7f7fffff 7f7fffff = 7f7fffff OF,NX | overflow to the largest finite number
fadd.s rdn 7f7fffff 7f7fffff = 7f7fffff OF,NX | the same from above when rounding down
fadd.s rdn ff7fffff ff7fffff = ff800000 OF,NX | below, down is towards infinity
fadd.s rup ff7fffff ff7fffff = ff7fffff OF,NX | and up is not
fadd.s rne 7f7fffff 73000000 = 7f800000 OF,NX | half an ulp past the largest rounds to even: infinity
fadd.s rne 7f7fffff 72ffffff = 7f7fffff NX | just under half an ulp is no overflow
fadd.s rne 7f800000 ff800000 = 7fc00000 NV | infinity less infinity
fadd.s rne 7f800000 7f800000 = 7f800000 - | infinity plus infinity
fadd.s rne 7fc12345 3f800000 = 7fc00000 - | NaN results are canonical, payloads are lost
fadd.s rne ffc00000 3f800000 = 7fc00000 - | and so is the sign
fadd.s rne 7f800001 3f800000 = 7fc00000 NV | a signaling NaN is invalid
fadd.s rne 00000000_3f800000 3f800000 = 7fc00000 - | a single that is not boxed reads as a quiet NaN
fadd.s rne fffffffe_3f800000 3f800000 = 7fc00000 - | boxed means every upper bit
fadd.s rne 00000001 00000001 = 00000002 - | subnormal sums are exact
fadd.s rne 007fffff 00000001 = 00800000 - | and may become normal
fadd.d rne 3ff0000000000000 3ca0000000000000 = 3ff0000000000000 NX | 1 + 2^-53 is half way
fadd.d rmm 3ff0000000000000 3ca0000000000000 = 3ff0000000000001 NX | and goes up with RMM
fadd.d rne 7fefffffffffffff 7c90000000000000 = 7ff0000000000000 OF,NX | half an ulp past the largest
fsub.d rne 3ff0000000000000 3ff0000000000000 = 0000000000000000 - | an exact cancellation
fsub.d rdn 0000000000000000 0000000000000000 = 8000000000000000 - | +0 - +0 downwards
fsub.s rne 7f800000 7f800000 = 7fc00000 NV | infinity less infinity
fsub.s rne 3f800000 33000000 = 3f800000 NX | 1 - 2^-25: half way between 1 - 2^-24 and 1, which is even
fmul.s rne 40000000 c0400000 = c0c00000 - | 2 * -3
fmul.s rne 7f800000 80000000 = 7fc00000 NV | infinity times zero
fmul.s rne ff800000 40000000 = ff800000 - | infinity times two
fmul.s rne 00000001 3f000000 = 00000000 UF,NX | half of the least subnormal ties to zero
fmul.s rmm 00000001 3f000000 = 00000001 UF,NX | or away from it
fmul.s rup 80000001 3f000000 = 80000000 UF,NX | upwards to -0
fmul.s rne 00800000 3f000000 = 00400000 - | a subnormal result that is exact does not underflow
fmul.s rne 00800000 3f7fffff = 00800000 UF,NX | 2^-126 (1 - 2^-24) has 24 bits: tiny, though it rounds to normal
fmul.s rne 3f800001 007ffffe = 007fffff UF,NX | (1 + 2^-23)(2^-126 - 2^-148) lies just below 2^-126 - 2^-149
fmul.d rne 0010000000000000 3fefffffffffffff = 0010000000000000 UF,NX | tiny, as for singles
fmul.d rne 7fefffffffffffff 4000000000000000 = 7ff0000000000000 OF,NX | overflow
fmul.d rne 3ff0000000000001 3ff0000000000001 = 3ff0000000000002 NX | (1 + u)^2 loses u^2
fmul.d rup 3ff0000000000001 3ff0000000000001 = 3ff0000000000003 NX | or rounds it up
fdiv.s rne 3f800000 40400000 = 3eaaaaab NX | 1/3: the bits cut off start with 10…
fdiv.s rtz 3f800000 40400000 = 3eaaaaaa NX | truncated
fdiv.s rne 40c00000 40000000 = 40400000 - | 6 / 2
fdiv.s rne 3f800000 80000000 = ff800000 DZ | division by zero keeps the signs' product
fdiv.s rne 00000000 00000000 = 7fc00000 NV | zero by zero is invalid instead
fdiv.s rne 7f800000 7f800000 = 7fc00000 NV | infinity by infinity
fdiv.s rne 7f800000 00000000 = 7f800000 - | infinity by zero raises nothing
fdiv.s rne 3f800000 ff800000 = 80000000 - | a number by infinity
fdiv.s rne 7f7fffff 00000001 = 7f800000 OF,NX | overflow of a quotient
fdiv.s rne 00000001 40000000 = 00000000 UF,NX | half of the least subnormal
fdiv.d rne 3ff0000000000000 4008000000000000 = 3fd5555555555555 NX | 1/3: the bits cut off start with 01…
fdiv.d rup 3ff0000000000000 4008000000000000 = 3fd5555555555556 NX | rounded up
fdiv.d rne 0000000000000001 3ff0000000000000 = 0000000000000001 - | a subnormal by one
fsqrt.s rne 40800000 = 40000000 - | root of 4
fsqrt.s rne 40000000 = 3fb504f3 NX | root of 2
fsqrt.s rne 80000000 = 80000000 - | root of -0
fsqrt.s rne bf800000 = 7fc00000 NV | root of -1
fsqrt.s rne ff800000 = 7fc00000 NV | root of -infinity
fsqrt.s rne 7f800000 = 7f800000 - | root of infinity
fsqrt.s rne 00000001 = 1a3504f3 NX | root of 2^-149 is 2^-75 times root of 2
fsqrt.d rne 4000000000000000 = 3ff6a09e667f3bcd NX | root of 2: 1.6a09e667f3bcc9…
fsqrt.d rtz 4000000000000000 = 3ff6a09e667f3bcc NX | truncated
fsqrt.d rne 0000000000000001 = 1e60000000000000 - | root of 2^-1074 is 2^-537
fmadd.s rne 3f800001 3f800001 bf800002 = 28800000 - | (1 + u)^2 - (1 + 2u) is u^2 = 2^-46 exactly: one rounding
fmadd.s rne 7f800000 00000000 7fc00000 = 7fc00000 NV | infinity times zero is invalid beside a quiet NaN too
fmadd.s rne 7f800000 3f800000 ff800000 = 7fc00000 NV | infinite product less infinity
fmadd.s rne 7f7fffff 40000000 ff7fffff = 7f7fffff - | the product may exceed the range
fmadd.s rne 3f800000 00000000 80000000 = 00000000 - | +0 + -0
fmadd.s rdn 3f800000 00000000 80000000 = 80000000 - | downwards
fmadd.s rne 00000001 80000001 00800000 = 00800000 NX | just under 2^-126: rounds up with unbounded exponent, so is not tiny
fmadd.s rtz 00000001 80000001 00800000 = 007fffff UF,NX | towards zero it is
fmadd.d rne 3ff0000000000001 3ff0000000000001 bff0000000000002 = 3970000000000000 - | u^2 = 2^-104
fmsub.s rne 40000000 40400000 3f800000 = 40a00000 - | 2 * 3 - 1
fnmsub.s rne 40000000 40400000 3f800000 = c0a00000 - | -(2 * 3) + 1
fnmadd.s rne 40000000 40400000 3f800000 = c0e00000 - | -(2 * 3) - 1
fnmadd.s rne 3f800000 3f800000 bf800000 = 00000000 - | -1 + 1 is +0: the sum is not negated afterwards
fmsub.s rne 7f800001 3f800000 3f800000 = 7fc00000 NV | a signaling operand
fsgnj.s rne 3f800000 80000000 = bf800000 - | sign of the second
fsgnjn.s rne 3f800000 80000000 = 3f800000 - | its opposite
fsgnjx.s rne bf800000 80000000 = 3f800000 - | the product of the signs
fsgnj.s rne 7f800001 80000000 = ff800001 - | a signaling NaN moves unharmed
fsgnj.s rne 00000000_3f800000 80000000 = ffc00000 - | but an unboxed one is the canonical NaN
fsgnj.s rne 3f800000 00000000_80000000 = 3f800000 - | whose sign is plus
fsgnjn.d rne 7ff0000000000001 0000000000000000 = fff0000000000001 - | the double's sign bit
fmin.s rne 00000000 80000000 = 80000000 - | -0 is below +0
fmin.s rne 80000000 00000000 = 80000000 - | either way round
fmax.s rne 80000000 00000000 = 00000000 - | and +0 above
fmin.s rne c0000000 bf800000 = c0000000 - | among negative numbers
fmax.s rne 7fc00000 3f800000 = 3f800000 - | a number beats a quiet NaN
fmax.s rne 3f800000 7f800001 = 3f800000 NV | and a signaling one, which is invalid
fmin.s rne ffc00001 7fc00002 = 7fc00000 - | two NaNs give the canonical one
fmin.d rne fff0000000000000 7ff8000000000000 = fff0000000000000 - | -infinity is a number
feq.s rne 00000000 80000000 = 0000000000000001 - | zeros are equal
feq.s rne 7fc00000 7fc00000 = 0000000000000000 - | NaN is not, quietly
feq.s rne 7f800001 3f800000 = 0000000000000000 NV | not so a signaling one
flt.s rne 80000000 00000000 = 0000000000000000 - | -0 is not less
fle.s rne 80000000 00000000 = 0000000000000001 - | but no more either
flt.s rne 7fc00000 3f800000 = 0000000000000000 NV | order asks for numbers
fle.s rne 3f800000 7fc00000 = 0000000000000000 NV | on either side
flt.d rne bff0000000000000 3ff0000000000000 = 0000000000000001 - | -1 < 1
flt.d rne c000000000000000 bff0000000000000 = 0000000000000001 - | -2 < -1
fclass.s rne ff800000 = 0000000000000001 - | -infinity
fclass.s rne bf800000 = 0000000000000002 - | negative normal
fclass.s rne 807fffff = 0000000000000004 - | negative subnormal
fclass.s rne 80000000 = 0000000000000008 - | -0
fclass.s rne 00000000 = 0000000000000010 - | +0
fclass.s rne 00000001 = 0000000000000020 - | positive subnormal
fclass.s rne 00800000 = 0000000000000040 - | positive normal
fclass.s rne 7f800000 = 0000000000000080 - | infinity
fclass.s rne 7f800001 = 0000000000000100 - | signaling
fclass.s rne 7fc00000 = 0000000000000200 - | quiet
fclass.s rne 00000000_3f800000 = 0000000000000200 - | not boxed
fclass.d rne 000fffffffffffff = 0000000000000020 - | the largest subnormal double
fcvt.w.s rne 40200000 = 0000000000000002 NX | 2.5 to even
fcvt.w.s rmm 40200000 = 0000000000000003 NX | and away
fcvt.w.s rtz c0200000 = fffffffffffffffe NX | -2.5 towards zero
fcvt.w.s rdn c0200000 = fffffffffffffffd NX | and down
fcvt.w.s rne 4f000000 = 000000007fffffff NV | 2^31 saturates, without NX
fcvt.w.s rne cf000000 = ffffffff80000000 - | -2^31 fits
fcvt.w.s rne 7fc00000 = 000000007fffffff NV | NaN is as +infinity
fcvt.w.s rne ff800000 = ffffffff80000000 NV | -infinity
fcvt.w.d rne 41dfffffffe00000 = 000000007fffffff NV | 2^31 - 0.5 ties to 2^31, out of range
fcvt.w.d rtz 41dfffffffe00000 = 000000007fffffff NX | truncated it fits
fcvt.wu.s rne 4f000000 = ffffffff80000000 - | 2^31 fits, and is sign-extended
fcvt.wu.s rne 4f800000 = ffffffffffffffff NV | 2^32 does not
fcvt.wu.s rne bf000000 = 0000000000000000 NX | -0.5 ties to -0
fcvt.wu.s rdn bf000000 = 0000000000000000 NV | downwards it is -1: out of range
fcvt.wu.s rtz bf7fffff = 0000000000000000 NX | just above -1
fcvt.wu.s rtz bf800000 = 0000000000000000 NV | -1
fcvt.wu.s rne 7fc00000 = ffffffffffffffff NV | NaN
fcvt.l.s rne 5f000000 = 7fffffffffffffff NV | 2^63
fcvt.l.d rne c3e0000000000000 = 8000000000000000 - | -2^63 fits
fcvt.l.d rne 7ff0000000000001 = 7fffffffffffffff NV | signaling NaN
fcvt.lu.d rne 43e0000000000000 = 8000000000000000 - | 2^63
fcvt.lu.d rne 43f0000000000000 = ffffffffffffffff NV | 2^64
fcvt.lu.d rup bfefffffffffffff = 0000000000000000 NX | up to -0
fcvt.lu.d rne 0000000000000001 = 0000000000000000 NX | the least subnormal
fcvt.lu.d rup 0000000000000001 = 0000000000000001 NX | upwards
fcvt.s.w rne 00000000_01000001 = 4b800000 NX | 2^24 + 1 ties to even
fcvt.s.w rup 00000000_01000001 = 4b800001 NX | or goes up
fcvt.s.w rne 12345678_ffffffff = bf800000 - | only the low word counts
fcvt.s.wu rne 00000000_ffffffff = 4f800000 NX | 2^32 - 1 rounds up
fcvt.d.wu rne ffffffff_ffffffff = 41efffffffe00000 - | exact as a double
fcvt.s.l rne 8000000000000000 = df000000 - | -2^63
fcvt.s.lu rne ffffffffffffffff = 5f800000 NX | 2^64 - 1 rounds up
fcvt.d.lu rtz ffffffffffffffff = 43efffffffffffff NX | truncated to 53 bits
fcvt.d.l rne 0020000000000001 = 4340000000000000 NX | 2^53 + 1 ties to even
fcvt.d.l rdn 0000000000000000 = 0000000000000000 - | zero is +0 in every mode
fcvt.s.d rne 3ff0000010000000 = 3f800000 NX | 1 + 2^-24 ties to even
fcvt.s.d rne 380fffffffffffff = 00800000 NX | rounds to the least normal even with an unbounded exponent: not tiny
fcvt.s.d rne 380fffffe8000000 = 00800000 UF,NX | rounds to it only for lack of exponents: tiny
fcvt.s.d rne 47efffffefffffff = 7f7fffff NX | just under the edge of overflow
fcvt.s.d rne 47effffff0000000 = 7f800000 OF,NX | on it
fcvt.s.d rne 7ff0000000000001 = 7fc00000 NV | signaling NaN
fcvt.s.d rne fff8000000001234 = 7fc00000 - | quiet NaN
fcvt.s.d rne 8000000000000001 = 80000000 UF,NX | far below any single
fcvt.s.d rdn 8000000000000001 = 80000001 UF,NX | downwards
fcvt.d.s rne 00000001 = 36a0000000000000 - | widening is exact
fcvt.d.s rne ff800000 = fff0000000000000 - | infinity
fcvt.d.s rne 7f800001 = 7ff8000000000000 NV | signaling NaN
fcvt.d.s rne 00000000_3f800000 = 7ff8000000000000 - | not boxed: quiet NaN
fmv.x.w rne 00000000_80000000 = ffffffff80000000 - | sign-extended; boxing does not matter
fmv.x.w rne 7f800001 = 000000007f800001 - | any bits
fmv.w.x rne 12345678_3f800000 = 3f800000 - | boxed
fmv.x.d rne 7ff0000000000001 = 7ff0000000000001 - | any bits
fmv.d.x rne 00000000_3f800000 = 000000003f800000 - | any bits
`;

export interface FloatVector {
  readonly line: string;
  readonly mnemonic: string;
  readonly rounding: number;
  readonly operands: readonly bigint[];
  readonly image: bigint;
  readonly flags: number;
}

const roundingModes = ['rne', 'rtz', 'rdn', 'rup', 'rmm'];
const flagBits: Readonly<Record<string, number>> = { NV: 16, DZ: 8, OF: 4, UF: 2, NX: 1, '-': 0 };

function image(digits: string): bigint {
  const bits = BigInt(`0x${digits.replace('_', '')}`);
  return digits.length === 8 ? 0xffff_ffff_0000_0000n | bits : bits;
}

function parse(line: string): FloatVector {
  const [inputs, outputs] = line.slice(0, line.indexOf('|')).split('=');
  const [mnemonic, mode, ...operands] = inputs.trim().split(/ +/);
  const [result, flags] = outputs.trim().split(/ +/);
  return {
    line,
    mnemonic,
    rounding: roundingModes.indexOf(mode),
    operands: operands.map(image),
    image: image(result),
    flags: flags.split(',').reduce((bits, name) => bits | flagBits[name], 0),
  };
}

export const floatVectors: readonly FloatVector[] = text.trim().split('\n').map(parse);
