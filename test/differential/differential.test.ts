// The machinery of the differential run, and a few of its programs; `npm run differential` runs as many as wanted.
import { describe, expect, test } from 'vitest';
import { findMismatch, firstDifference, listing, type Machine } from './compare.js';
import { runOnEmulator } from './on-emulator.js';
import { qemuIsInstalled, runOnQemu } from './on-qemu.js';
import { randomProgram } from './program.js';

describe('random programs', () => {
  test('follow from the seed', () => {
    const { image } = randomProgram(7, 50);
    expect(Buffer.compare(image, randomProgram(7, 50).image)).toBe(0);
    expect(Buffer.compare(image, randomProgram(8, 50).image)).not.toBe(0);
  });

  test('cut short, begin the same', () => {
    const { lastItem } = randomProgram(7, 50);
    const longer = randomProgram(7, 80).image;
    const offset = lastItem.address - 0x8000_0000;
    expect(longer.subarray(offset, offset + lastItem.bytes.length)).toEqual(lastItem.bytes);
  });

  test('print registers, memory and traps, and power off', () => {
    const lines = runOnEmulator(randomProgram(7, 200).image).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.length).toBeGreaterThan(67 + 256);
    for (const line of lines) expect(line).toMatch(/^[0-9a-f]{16}$/);
    expect(lines[0]).toBe('0000000000000000'); // x0
    expect(Number(`0x${lines[66]}`)).toBeGreaterThan(0); // traps
  });

  // A function that loses its way back goes round for ever: one in six long programs did.
  test('come to their end, long ones too', () => {
    const seeds = Array.from({ length: 20 }, (_, i) => 1000 + i);
    expect(seeds.filter((seed) => runOnEmulator(randomProgram(seed, 1000).image).includes('limit'))).toEqual(
      [],
    );
  });
});

describe('the comparison', () => {
  test('names what differs', () => {
    const same = Array.from({ length: 400 }, () => '0').join('\n');
    const with1 = (line: number) => same.split('\n').with(line, '1').join('\n');
    expect(firstDifference(same, same)).toBeUndefined();
    expect(firstDifference(with1(5), same)).toBe('x5 is 0, on QEMU 1');
    expect(firstDifference(with1(35), same)).toBe('f3 is 0, on QEMU 1');
    expect(firstDifference(with1(65), same)).toBe('fcsr is 0, on QEMU 1');
    expect(firstDifference(with1(68), same)).toBe('scratch, at 0x80100008, is 0, on QEMU 1');
    expect(firstDifference(same, `${same}\n0`)).toBe('1 lines more were printed than on QEMU');
  });

  test('finds the first item that matters', () => {
    // A machine that goes wrong once a program is longer than that of 37 items.
    const limit = randomProgram(7, 37).lastItem;
    const faulty: Machine = (image) => {
      const end = limit.address + limit.bytes.length - 0x8000_0000;
      const isLonger = image[end] !== 0x73 || image[end + 2] !== 0x10; // ebreak, which ends the shorter ones
      const isWritten = image.subarray(end, end + 4).some((byte) => byte !== 0);
      return isLonger && isWritten ? '1' : '0';
    };
    const mismatch = findMismatch(7, 100, () => '0', faulty);
    expect(mismatch?.program.items).toBe(38);
    expect(listing(mismatch!.program)).toMatch(/^ {2}80002[0-9a-f]{3}: [0-9a-f]{4,8} +\S+/);
    expect(findMismatch(7, 37, () => '0', faulty)).toBeUndefined();
  });
});

const absent = !qemuIsInstalled();
describe.skipIf(absent)(`QEMU prints the same${absent ? ' (skipped: no qemu-system-riscv64)' : ''}`, () => {
  test.each([1, 2, 3, 4, 5, 6])('seed %i', (seed) => {
    expect(findMismatch(seed, 300, runOnQemu, runOnEmulator)?.difference).toBeUndefined();
  });
});
