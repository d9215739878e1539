// Columns whose file holds differences (`encoding: 'delta'` in the schema): the first row of a batch as it is, every
// other one as its difference from the row before, modulo the width of the type. Counters and addresses become small
// repeating numbers, which is what the compressor is good at.

/** Integers of up to 32 bits. */
export type NarrowArray = Uint8Array | Uint16Array | Uint32Array | Int32Array;

/** Replaces the first `length` values by their differences. */
export function toDeltas(values: NarrowArray, length: number): void {
  for (let at = length - 1; at > 0; at--) values[at] -= values[at - 1];
}

/** Replaces differences by the values they came from. */
export function fromDeltas(values: NarrowArray): void {
  for (let at = 1; at < values.length; at++) values[at] += values[at - 1];
}

/** `toDeltas` for 64-bit values, each a low and a high word. */
export function toDeltas64(words: Uint32Array, length: number): void {
  for (let at = 2 * length - 2; at > 0; at -= 2) {
    const borrow = words[at] < words[at - 2] ? 1 : 0;
    words[at] -= words[at - 2];
    words[at + 1] -= words[at - 1] + borrow;
  }
}

/** `fromDeltas` for 64-bit values, each a low and a high word. */
export function fromDeltas64(words: Uint32Array): void {
  let low = 0;
  let high = 0;
  for (let at = 0; at < words.length; at += 2) {
    const sum = low + words[at];
    low = sum >>> 0;
    high = (high + words[at + 1] + (sum > low ? 1 : 0)) >>> 0;
    words[at] = low;
    words[at + 1] = high;
  }
}
