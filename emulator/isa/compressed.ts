// The C extension for RV64 with D: each 16-bit encoding and the base instruction it stands for. Reserved encodings
// have no row and are illegal; HINTs need none of their own, since their expansion changes nothing.

/** An operand of the expansion: a fixed number, or read from the 16-bit word. */
export type Operand = number | ((word: number) => number);

/** One compressed encoding. */
export interface Compressed {
  readonly name: string;
  /** A halfword h is this encoding when (h & mask) === match and no exception below holds. */
  readonly match: number;
  readonly mask: number;
  /** Name of the base instruction. */
  readonly expands: string;
  readonly rd: Operand;
  readonly rs1: Operand;
  readonly rs2: Operand;
  readonly imm: Operand;
  /** Not this encoding when (h & mask) === value: reserved, or another row's. */
  readonly except: readonly (readonly [mask: number, value: number])[];
}

type Operands = Partial<Pick<Compressed, 'rd' | 'rs1' | 'rs2' | 'imm' | 'except'>>;

const absent = { rd: 0, rs1: 0, rs2: 0, imm: 0, except: [] };

/** A row whose fixed bits are written from bit 15 down as in the listing; anything but 0 and 1 is an operand bit. */
function C(bits: string, name: string, expands: string, operands: Operands): Compressed {
  const text = bits.replaceAll(' ', '');
  let match = 0;
  let mask = 0;
  for (const bit of text) {
    match = (match << 1) | (bit === '1' ? 1 : 0);
    mask = (mask << 1) | (bit === '1' || bit === '0' ? 1 : 0);
  }
  return { ...absent, name, match, mask, expands, ...operands };
}

/**
 * An unsigned immediate, as the listing prints it: '5:3@12 2|6@6' puts immediate bits 5..3 at instruction bits
 * 12..10, immediate bit 2 at bit 6 and immediate bit 6 at bit 5.
 */
function unsigned(layout: string): (word: number) => number {
  const moves: { from: number; to: number }[] = [];
  for (const part of layout.split(' ')) {
    const [bits, top] = part.split('@');
    let from = Number(top);
    for (const range of bits.split('|')) {
      const [high, low = high] = range.split(':').map(Number);
      for (let to = high; to >= low; to--) moves.push({ from: from--, to });
    }
  }
  return (word) => moves.reduce((imm, { from, to }) => imm | (((word >>> from) & 1) << to), 0);
}

/** As `unsigned`, sign-extended from the bit that instruction bit 12 holds: always the immediate's highest. */
function signed(layout: string, width: number): (word: number) => number {
  const read = unsigned(layout);
  return (word) => (read(word) << (32 - width)) >> (32 - width);
}

const ZERO = 0;
const RA = 1;
const SP = 2;

/** A full register field at bits 11..7 or 6..2. */
const high = (word: number): number => (word >>> 7) & 31;
const low = (word: number): number => (word >>> 2) & 31;
/** A three-bit field that names x8..x15 (or f8..f15), at bits 9..7 or 4..2. */
const high3 = (word: number): number => 8 + ((word >>> 7) & 7);
const low3 = (word: number): number => 8 + ((word >>> 2) & 7);

const MASK_HIGH = 31 << 7;
const MASK_LOW = 31 << 2;
const MASK_SIGNED6 = (1 << 12) | MASK_LOW;

const word = unsigned('5:3@12 2|6@6');
const double = unsigned('5:3@12 7:6@6');
const wordFromStack = unsigned('5@12 4:2|7:6@6');
const doubleFromStack = unsigned('5@12 4:3|8:6@6');
const wordToStack = unsigned('5:2|7:6@12');
const doubleToStack = unsigned('5:3|8:6@12');
const signed6 = signed('5@12 4:0@6', 6);
const upper = signed('17@12 16:12@6', 18);
const amount = unsigned('5@12 4:0@6');
const jump = signed('11|4|9:8|10|6|7|3:1|5@12', 12);
const branch = signed('8|4:3@12 7:6|2:1|5@6', 9);

const quadrant0: readonly Compressed[] = [
  C('000 ........ ... 00', 'c.addi4spn', 'addi', {
    rd: low3,
    rs1: SP,
    imm: unsigned('5:4|9:6|2|3@12'),
    except: [[0x1fe0, 0]],
  }),
  C('001 ... ... .. ... 00', 'c.fld', 'fld', { rd: low3, rs1: high3, imm: double }),
  C('010 ... ... .. ... 00', 'c.lw', 'lw', { rd: low3, rs1: high3, imm: word }),
  C('011 ... ... .. ... 00', 'c.ld', 'ld', { rd: low3, rs1: high3, imm: double }),
  C('101 ... ... .. ... 00', 'c.fsd', 'fsd', { rs1: high3, rs2: low3, imm: double }),
  C('110 ... ... .. ... 00', 'c.sw', 'sw', { rs1: high3, rs2: low3, imm: word }),
  C('111 ... ... .. ... 00', 'c.sd', 'sd', { rs1: high3, rs2: low3, imm: double }),
];

const quadrant1: readonly Compressed[] = [
  C('000 . 00000 ..... 01', 'c.nop', 'addi', { imm: signed6 }),
  C('000 . ..... ..... 01', 'c.addi', 'addi', {
    rd: high,
    rs1: high,
    imm: signed6,
    except: [[MASK_HIGH, 0]],
  }),
  C('001 . ..... ..... 01', 'c.addiw', 'addiw', {
    rd: high,
    rs1: high,
    imm: signed6,
    except: [[MASK_HIGH, 0]],
  }),
  C('010 . ..... ..... 01', 'c.li', 'addi', { rd: high, rs1: ZERO, imm: signed6 }),
  C('011 . 00010 ..... 01', 'c.addi16sp', 'addi', {
    rd: SP,
    rs1: SP,
    imm: signed('9@12 4|6|8:7|5@6', 10),
    except: [[MASK_SIGNED6, 0]],
  }),
  C('011 . ..... ..... 01', 'c.lui', 'lui', {
    rd: high,
    imm: upper,
    except: [
      [MASK_SIGNED6, 0],
      [MASK_HIGH, SP << 7],
    ],
  }),
  C('100 . 00 ... ..... 01', 'c.srli', 'srli', { rd: high3, rs1: high3, imm: amount }),
  C('100 . 01 ... ..... 01', 'c.srai', 'srai', { rd: high3, rs1: high3, imm: amount }),
  C('100 . 10 ... ..... 01', 'c.andi', 'andi', { rd: high3, rs1: high3, imm: signed6 }),
  C('100 0 11 ... 00 ... 01', 'c.sub', 'sub', { rd: high3, rs1: high3, rs2: low3 }),
  C('100 0 11 ... 01 ... 01', 'c.xor', 'xor', { rd: high3, rs1: high3, rs2: low3 }),
  C('100 0 11 ... 10 ... 01', 'c.or', 'or', { rd: high3, rs1: high3, rs2: low3 }),
  C('100 0 11 ... 11 ... 01', 'c.and', 'and', { rd: high3, rs1: high3, rs2: low3 }),
  C('100 1 11 ... 00 ... 01', 'c.subw', 'subw', { rd: high3, rs1: high3, rs2: low3 }),
  C('100 1 11 ... 01 ... 01', 'c.addw', 'addw', { rd: high3, rs1: high3, rs2: low3 }),
  C('101 ........... 01', 'c.j', 'jal', { rd: ZERO, imm: jump }),
  C('110 ... ... ..... 01', 'c.beqz', 'beq', { rs1: high3, rs2: ZERO, imm: branch }),
  C('111 ... ... ..... 01', 'c.bnez', 'bne', { rs1: high3, rs2: ZERO, imm: branch }),
];

const quadrant2: readonly Compressed[] = [
  C('000 . ..... ..... 10', 'c.slli', 'slli', { rd: high, rs1: high, imm: amount }),
  C('001 . ..... ..... 10', 'c.fldsp', 'fld', { rd: high, rs1: SP, imm: doubleFromStack }),
  C('010 . ..... ..... 10', 'c.lwsp', 'lw', {
    rd: high,
    rs1: SP,
    imm: wordFromStack,
    except: [[MASK_HIGH, 0]],
  }),
  C('011 . ..... ..... 10', 'c.ldsp', 'ld', {
    rd: high,
    rs1: SP,
    imm: doubleFromStack,
    except: [[MASK_HIGH, 0]],
  }),
  C('100 0 ..... 00000 10', 'c.jr', 'jalr', { rd: ZERO, rs1: high, except: [[MASK_HIGH, 0]] }),
  C('100 0 ..... ..... 10', 'c.mv', 'add', { rd: high, rs1: ZERO, rs2: low, except: [[MASK_LOW, 0]] }),
  C('100 1 00000 00000 10', 'c.ebreak', 'ebreak', {}),
  C('100 1 ..... 00000 10', 'c.jalr', 'jalr', { rd: RA, rs1: high, except: [[MASK_HIGH, 0]] }),
  C('100 1 ..... ..... 10', 'c.add', 'add', { rd: high, rs1: high, rs2: low, except: [[MASK_LOW, 0]] }),
  C('101 ...... ..... 10', 'c.fsdsp', 'fsd', { rs1: SP, rs2: low, imm: doubleToStack }),
  C('110 ...... ..... 10', 'c.swsp', 'sw', { rs1: SP, rs2: low, imm: wordToStack }),
  C('111 ...... ..... 10', 'c.sdsp', 'sd', { rs1: SP, rs2: low, imm: doubleToStack }),
];

/** Every encoding, in the order of the specification's listing. */
export const compressed: readonly Compressed[] = [...quadrant0, ...quadrant1, ...quadrant2];
