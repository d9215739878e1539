// A cursor over raw records of the emulator's ring: one object, moved from record to record. Halves of 64-bit fields
// are signed: what runs this keeps a number of 32 bits in a register, and any larger one in an object of its own.
import { recordBytes, recordField } from '../../emulator/ring/records.js';

/** Words of 32 bits in a record; a field's low half is at its word, the high half behind it. */
export const recordWords = recordBytes / 4;

const word = {
  context: recordField.context >> 2,
  cycle: recordField.cycle >> 2,
  pc: recordField.pc >> 2,
} as const;

const twoTo32 = 2 ** 32;

/** Fields that records of each kind fill in their own way: the word of the low half. */
export const operand = {
  a: recordField.a >> 2,
  b: recordField.b >> 2,
  c: recordField.c >> 2,
  d: recordField.d >> 2,
  e: recordField.e >> 2,
} as const;

/**
 * A cycle from its signed halves. V8 compiles `low >>> 0` for what it has given so far, and everything around it anew
 * when cycles pass 2^31.
 */
export function cycleOf(low: number, high: number): number {
  return high * twoTo32 + low + (low < 0 ? twoTo32 : 0);
}

export class RawRecord {
  kind = 0;
  hart = 0;
  size = 0;
  /** The hart's context word: the pid, where the kernel's current process was found. */
  context = 0;
  private at = 0;
  private words: Int32Array = new Int32Array(recordWords);

  /** Moves to the record that begins at an index of the words. */
  move(words: Int32Array, at: number): void {
    const first = words[at];
    this.words = words;
    this.at = at;
    this.kind = first & 0xff;
    this.hart = (first >>> 8) & 0xff;
    this.size = (first >>> 16) & 0xff;
    this.context = words[at + word.context];
  }

  /** Copies the record to the beginning of words of its own. */
  copyTo(words: Int32Array): void {
    words.set(this.words.subarray(this.at, this.at + recordWords));
  }

  get cycleLow(): number {
    return this.words[this.at + word.cycle];
  }

  get cycleHigh(): number {
    return this.words[this.at + word.cycle + 1];
  }

  get cycle(): number {
    return cycleOf(this.cycleLow, this.cycleHigh);
  }

  get pcLow(): number {
    return this.words[this.at + word.pc];
  }

  get pcHigh(): number {
    return this.words[this.at + word.pc + 1];
  }

  /** The pc as a number: exact for kernel and user addresses, which lie below 2^53. */
  get pc(): number {
    return (this.pcLow >>> 0) + (this.pcHigh >>> 0) * twoTo32;
  }

  /** Low half of a field, signed. */
  low(field: number): number {
    return this.words[this.at + field];
  }

  /** High half of a field, signed. */
  high(field: number): number {
    return this.words[this.at + field + 1];
  }

  /** The low half as a number without sign: a physical address. */
  address(field: number): number {
    return this.words[this.at + field] >>> 0;
  }

  /** A field as a number: exact below 2^53. */
  number(field: number): number {
    return (this.low(field) >>> 0) + (this.high(field) >>> 0) * twoTo32;
  }
}
