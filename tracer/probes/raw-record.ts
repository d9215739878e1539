// A cursor over raw records of the emulator's ring: one object, moved from record to record.
import { recordBytes, recordField } from '../../emulator/ring/records.js';

/** Words of 32 bits in a record; a field's low half is at its word, the high half behind it. */
export const recordWords = recordBytes / 4;

const word = {
  kind: recordField.kind >> 2,
  context: recordField.context >> 2,
  cycle: recordField.cycle >> 2,
  pc: recordField.pc >> 2,
  a: recordField.a >> 2,
} as const;

const firstName = 'a'.charCodeAt(0);
const twoTo32 = 2 ** 32;

/** Fields that records of each kind fill in their own way. */
export type OperandField = 'a' | 'b' | 'c' | 'd' | 'e';

/** The operands follow each other; looking a name up in an object takes longer than all else here. */
function wordOf(field: OperandField): number {
  return word.a + 2 * (field.charCodeAt(0) - firstName);
}

export class RawRecord {
  kind = 0;
  hart = 0;
  size = 0;
  /** The hart's context word: the pid, where the kernel's current process was found. */
  context = 0;
  cycle = 0;
  pcLow = 0;
  pcHigh = 0;
  private at = 0;
  private words: Uint32Array = new Uint32Array(recordWords);

  /** Moves to the record that begins at an index of the words. */
  move(words: Uint32Array, at: number): void {
    const first = words[at + word.kind];
    this.words = words;
    this.at = at;
    this.kind = first & 0xff;
    this.hart = (first >>> 8) & 0xff;
    this.size = (first >>> 16) & 0xff;
    this.context = words[at + word.context] | 0;
    this.cycle = words[at + word.cycle] + words[at + word.cycle + 1] * twoTo32;
    this.pcLow = words[at + word.pc];
    this.pcHigh = words[at + word.pc + 1];
  }

  /** The pc as a number: exact for kernel and user addresses, which lie below 2^53. */
  get pc(): number {
    return this.pcLow + this.pcHigh * twoTo32;
  }

  low(field: OperandField): number {
    return this.words[this.at + wordOf(field)];
  }

  high(field: OperandField): number {
    return this.words[this.at + wordOf(field) + 1];
  }

  /** A field as a number: exact below 2^53. */
  number(field: OperandField): number {
    const at = this.at + wordOf(field);
    return this.words[at] + this.words[at + 1] * twoTo32;
  }
}
