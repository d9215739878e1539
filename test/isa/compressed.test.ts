// Compressed words expand to what the specification says.
import { describe, expect, it } from 'vitest';
import { compressed } from '../../emulator/isa/compressed.js';
import { findCompressed } from '../../emulator/isa/decode.js';
import { decode, disassemble } from '../../emulator/isa/index.js';
import { compressedHints, compressedVectors } from './compressed.vectors.js';

describe('compressed instructions', () => {
  it.each([...compressedVectors, ...compressedHints])('%i %s is %s', (halfword, assembler, expansion) => {
    expect(findCompressed(halfword)?.name).toBe(assembler.split(' ')[0]);
    expect(disassemble(halfword)).toBe(expansion);
    expect(decode(halfword)?.length).toBe(2);
  });

  it('have a vector for every row', () => {
    const names = new Set(compressedVectors.map(([halfword]) => findCompressed(halfword)?.name));
    expect(compressed.filter(({ name }) => !names.has(name))).toEqual([]);
  });

  it('take no notice of the upper half of the word', () => {
    expect(decode(0xffff_4501)).toBe(decode(0x0000_4501));
  });
});
