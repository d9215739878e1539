// What bodies are made of: LZ4 frames by the book, and columns of differences.
import { describe, expect, test } from 'vitest';
import { fromDeltas, fromDeltas64, toDeltas, toDeltas64 } from '../../tracer/arrow/deltas.js';
import { decodeLz4Frame, encodeLz4Frame } from '../../tracer/arrow/lz4-frame.js';
import { plainLz4Frame } from '../support/lz4.js';
import { Random } from '../support/random.js';

const random = new Random(7);
const bytes = (length: number, values: number): Uint8Array =>
  Uint8Array.from({ length }, () => random.below(values));

describe('an LZ4 frame', () => {
  test.each([
    ['one byte', Uint8Array.of(7)],
    ['zeros', new Uint8Array(100_000)],
    ['few values', bytes(70_000, 3)],
    ['noise, which is stored', bytes(70_000, 256)],
    ['a repeating pattern', Uint8Array.from({ length: 50_000 }, (_, at) => (at % 24) * 9)],
    ['more than a block', new Uint8Array((4 << 20) + 17).fill(5)],
  ])('of %s is read by the book and by us', (_, content) => {
    const frame = encodeLz4Frame(content);
    expect(Buffer.compare(plainLz4Frame(frame), content)).toBe(0);
    expect(Buffer.compare(decodeLz4Frame(frame, content.length), content)).toBe(0);
    expect(() => decodeLz4Frame(frame, content.length + 1)).toThrow(RangeError);
    expect(() => decodeLz4Frame(frame, content.length - 1)).toThrow(RangeError);
    expect(() => decodeLz4Frame(frame.subarray(0, frame.length - 5), content.length)).toThrow(RangeError);
  });
});

describe('differences', () => {
  test('of 64-bit values give them back, whatever they are', () => {
    const edges = [0n, 1n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];
    const values = BigUint64Array.from({ length: 2000 }, () => {
      const [high, low] = [random.below(2 ** 31), random.below(2 ** 31)];
      return random.below(3) === 0
        ? edges[random.below(edges.length)]
        : BigInt(high) * 5n ** 14n + BigInt(low);
    });
    const expected = values.slice();
    toDeltas64(new Uint32Array(values.buffer), values.length);
    for (let at = 1; at < values.length; at++)
      expect(values[at]).toBe(BigInt.asUintN(64, expected[at] - expected[at - 1]));
    fromDeltas64(new Uint32Array(values.buffer));
    expect(values).toEqual(expected);
  });

  test('of narrow values wrap around, and rows behind the last are left alone', () => {
    const values = Uint32Array.of(3, 0xffff_ffff, 0, 5, 77);
    toDeltas(values, 4);
    expect([...values]).toEqual([3, 0xffff_fffc, 1, 5, 77]);
    fromDeltas(values.subarray(0, 4));
    expect([...values]).toEqual([3, 0xffff_ffff, 0, 5, 77]);
  });
});
