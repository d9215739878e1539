// Where functions are left: encodings by hand from the ISA manual, and the committed programs.
import { describe, expect, it } from 'vitest';
import { functionReturns } from '../../tracer/symbols/index.js';
import { ByteWriter } from '../support/elf-builder.js';
import { functionNamed, readFixture } from './fixtures.js';

const low = 0x80001000n;

/** 16-bit parcels and 32-bit words, told apart by their lowest two bits as in the ISA. */
function code(...instructions: number[]): Uint8Array {
  const writer = new ByteWriter();
  for (const instruction of instructions) writer.integer(instruction, (instruction & 3) === 3 ? 4 : 2);
  return writer.bytes();
}

describe('functionReturns', () => {
  it.each([
    ['c.jr ra', code(0x0001, 0x8082), 0x80001002n],
    ['jalr x0, 0(ra)', code(0x00000013, 0x00008067), 0x80001004n],
  ])('finds the return %s', (_, bytes, address) => {
    expect(functionReturns(low, bytes)).toEqual([{ address, kind: 'return' }]);
  });

  it('finds every return, whatever length the instructions between them have', () => {
    // ret; lui a0,0x80820 (whose upper half reads as c.jr ra); ret
    const exits = functionReturns(low, code(0x8082, 0x80820537, 0x8082));
    expect(exits.map((exit) => exit.address)).toEqual([0x80001000n, 0x80001006n]);
  });

  it('takes a jump to code outside for a tail call', () => {
    // jal x0, +16 at 0; c.j -4 at 4 (to 0, so inside); jal x0, -8 at 6 (to -2)
    const bytes = code(0x0100006f, 0xbff5, 0xff9ff06f);
    expect(functionReturns(low, bytes)).toEqual([
      { address: 0x80001000n, kind: 'tail_call', target: 0x80001010n },
      { address: 0x80001006n, kind: 'tail_call', target: 0x80000ffen },
    ]);
    const cold = [{ low: 0x80001010n, high: 0x80001020n }];
    expect(functionReturns(low, bytes, cold).map((exit) => exit.address)).toEqual([0x80001006n]);
  });

  it('follows the far form auipc + jalr', () => {
    // auipc t1, 0x1; jalr x0, 8(t1)
    expect(functionReturns(low, code(0x00001317, 0x00830067))).toEqual([
      { address: 0x80001004n, kind: 'tail_call', target: 0x80002008n },
    ]);
  });

  it('tells jumps through a register apart, and ignores calls and branches', () => {
    // c.jr a5; c.jalr a5; jal ra, +64; beq x0, x0, +64
    expect(functionReturns(low, code(0x8782, 0x9782, 0x040000ef, 0x04000063))).toEqual([
      { address: 0x80001000n, kind: 'indirect' },
    ]);
  });

  it('stops at a last instruction that is cut off', () => {
    expect(functionReturns(low, Uint8Array.of(0x82, 0x80, 0x67))).toHaveLength(1);
    expect(functionReturns(low, new Uint8Array(0))).toEqual([]);
  });
});

describe('exitsOf', () => {
  it('gives the single return of a leaf at its end', () => {
    const { info } = readFixture('dwarf-5');
    const leaf = functionNamed(info, 'leaf');
    const last = leaf.address + BigInt(leaf.size - 2);
    const high = leaf.address + BigInt(leaf.size);
    expect(info.exitsOf({ ranges: [{ low: leaf.address, high }] })).toEqual([
      { address: last, kind: 'return' },
    ]);
  });

  it('finds the tail call that -O2 makes of a call in return position', () => {
    const { info } = readFixture('mixed');
    const handOver = info.function('hand_over');
    const exits = handOver === undefined ? [] : info.exitsOf(handOver);
    expect(exits).toMatchObject([{ kind: 'tail_call', target: functionNamed(info, 'finish').address }]);
  });
});
