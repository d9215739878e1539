// Legality and text of instruction words, judged by GNU objdump where it is installed.
import { describe, expect, it } from 'vitest';
import { decode, disassemble } from '../../emulator/isa/index.js';
import { anyWords, randomWords } from '../support/random-words.js';
import { Random } from '../support/random.js';
import { findObjdump, objdump } from './objdump.js';
import { unless } from '../support/skipped.js';

const tool = findObjdump();
const base = 0xffff_ffc0_8000_0000n;

/** Fences whose reserved fields are not zero: hardware shall ignore those fields, objdump shows no instruction. */
function hasReservedFenceFields(word: number): boolean {
  return (word & 0x707f) === 0x100f
    ? word >>> 0 !== 0x100f
    : (word & 0x707f) === 0x000f && (word & 0xf00f8f80) !== 0;
}

/** Conversions that are always exact; older objdumps know them with a zero rounding mode only, and never print it. */
const EXACT_CONVERSIONS = /^(fcvt\.d\.(?:wu?|s) \w+,\w+),?.*$/;

/** What objdump of any version and we write alike. */
function normalised(text: string | undefined): string | undefined {
  return text
    ?.replace(EXACT_CONVERSIONS, '$1')
    .replace(/^(csrr\w+ \w+),\w+,/, '$1,CSR,')
    .replace(',unknown', '');
}

function ours(word: number, pc: bigint): string | undefined {
  return decode(word) === undefined ? undefined : disassemble(word, pc);
}

/** Base instructions for the mnemonics that objdump prints, and how their operands become the base's. */
const EXPANSIONS: Readonly<Record<string, (operands: string) => string>> = {
  'c.nop': (x) => `addi zero,zero,${x || '0'}`,
  'c.addi': (x) => `addi ${twice(x)}`,
  'c.addiw': (x) => `addiw ${twice(x)}`,
  'c.li': (x) => `addi ${x.replace(',', ',zero,')}`,
  'c.addi16sp': (x) => `addi sp,${x}`,
  'c.addi4spn': (x) => `addi ${x}`,
  'c.andi': (x) => `andi ${twice(x)}`,
  'c.slli': (x) => `slli ${twice(x)}`,
  'c.srli': (x) => `srli ${twice(x)}`,
  'c.srai': (x) => `srai ${twice(x)}`,
  'c.slli64': (x) => `slli ${x},${x},0x0`,
  'c.srli64': (x) => `srli ${x},${x},0x0`,
  'c.srai64': (x) => `srai ${x},${x},0x0`,
  'c.mv': (x) => `add ${x.replace(',', ',zero,')}`,
  'c.j': (x) => `jal zero,${x}`,
  'c.jr': (x) => `jalr zero,0(${x})`,
  'c.jalr': (x) => `jalr ra,0(${x})`,
  'c.beqz': (x) => `beq ${x.replace(',', ',zero,')}`,
  'c.bnez': (x) => `bne ${x.replace(',', ',zero,')}`,
};
for (const name of ['add', 'sub', 'and', 'or', 'xor', 'addw', 'subw']) {
  Object.assign(EXPANSIONS, { [`c.${name}`]: (x: string) => `${name} ${twice(x)}` });
}

/** `a0,1` as `a0,a0,1` */
function twice(operands: string): string {
  return operands.replace(/^(\w+),/, '$1,$1,');
}

/** objdump's text of a compressed instruction as that of its expansion. */
function expanded(text: string | undefined): string | undefined {
  if (text === undefined || text === 'c.unimp') return undefined;
  const [mnemonic, operands = ''] = text.split(' ');
  return EXPANSIONS[mnemonic]?.(operands) ?? text.replace(/^c\./, '').replace(/sp (?=.*\(sp\))/, ' ');
}

function compare(
  words: readonly number[],
  bytes: 2 | 4,
  expected: (text: string | undefined) => string | undefined,
) {
  if (tool === undefined) throw new Error('these tests are skipped without objdump');
  const texts = objdump(tool, words, bytes, base);
  const differences: string[] = [];
  words.forEach((word, index) => {
    const text = normalised(ours(word, base + BigInt(index * bytes)));
    const wanted = normalised(expected(texts[index]));
    if (text !== wanted) differences.push(`0x${word.toString(16)}: ${text}, objdump ${texts[index]}`);
  });
  expect(differences.slice(0, 20)).toEqual([]);
}

describe.skipIf(tool === undefined)(`objdump agrees${unless(tool !== undefined, 'RISC-V objdump')}`, () => {
  const random = new Random(2);

  /** Leaves out what objdump is known to judge otherwise, for the reasons given above. */
  function comparable(word: number): boolean {
    const exact = EXACT_CONVERSIONS.test(disassemble(word)) && ((word >>> 12) & 7) !== 0;
    return !hasReservedFenceFields(word) && !exact;
  }

  it('on random operands of every row', () => {
    const words = [...randomWords(random, 100)];
    const judged = words.filter(comparable);
    expect(judged.length).toBeGreaterThan(words.length * 0.9);
    compare(judged, 4, (text) => text);
  });

  it('on random 32-bit words', () => {
    compare([...anyWords(random, 50_000)].filter(comparable), 4, (text) => text);
  });

  it('on words one bit away from legal ones', () => {
    const words = [...randomWords(random, 100)].map((word) => (word ^ (1 << (2 + random.below(30)))) >>> 0);
    // Low bits 11111 start a longer encoding.
    compare(
      words.filter((word) => (word & 0x1f) !== 0x1f && comparable(word)),
      4,
      (text) => text,
    );
  });

  it('on every 16-bit word', () => {
    const halfwords = Array.from({ length: 0x10000 }, (_, halfword) => halfword).filter((h) => (h & 3) !== 3);
    // c.addi16sp with immediate 0 is reserved; objdump prints it all the same.
    compare(
      halfwords.filter((halfword) => halfword !== 0x6101),
      2,
      expanded,
    );
  });
});
