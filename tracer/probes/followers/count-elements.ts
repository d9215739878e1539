// The elements of an array that counts references: where they lie, and which of them a store changed.
import { operand, type RawRecord } from '../raw-record.js';
import type { ReferenceCountFacts } from '../discovery/reference-count-facts.js';

const wordBytes = 8;

export class CountElements {
  /** Low and high word of the element read last, extended to 64 bits as its type says; both signed. */
  low = 0;
  high = 0;
  /** Bytes from an element to the next as a power of two; -1 where they are none. */
  private readonly shift: number;
  private readonly end: number;

  /**
   * @param start physical address of element 0
   * @param count elements; 0 for an array of which it is not known yet where it is
   */
  constructor(
    readonly facts: ReferenceCountFacts,
    readonly start: number,
    readonly count: number,
  ) {
    const { stride } = facts;
    const isPower = stride > 0 && (stride & (stride - 1)) === 0;
    this.shift = isPower ? Math.log2(stride) : -1;
    this.end = start + stride * count;
  }

  /** Physical ranges of the elements: all of them, since which of them are for frames of RAM is not known yet. */
  *ranges(): Iterable<{ address: number; bytes: number }> {
    const { stride, elementBytes } = this.facts;
    if (stride === elementBytes) {
      if (this.count > 0) yield { address: this.start, bytes: this.count * stride };
      return;
    }
    for (let index = 0; index < this.count; index++)
      yield { address: this.start + index * stride, bytes: elementBytes };
  }

  /** True when the 8-byte word at the address may hold elements. */
  covers(word: number): boolean {
    return word + wordBytes > this.start && word < this.end;
  }

  /** Index of the first element in the word. */
  firstIn(word: number): number {
    return Math.max(0, this.quotient(word - this.start + this.facts.stride - 1));
  }

  /** Index of the last element that is in the word whole. */
  lastIn(word: number): number {
    const { elementBytes } = this.facts;
    return Math.min(this.count - 1, this.quotient(word + wordBytes - elementBytes - this.start));
  }

  /** Strides in a distance, rounded down; the distance is of a word that the array covers. */
  private quotient(distance: number): number {
    return this.shift >= 0 ? distance >> this.shift : Math.floor(distance / this.facts.stride);
  }

  /** Whether the element's value is another one after the store than before. */
  changed(record: RawRecord, word: number, index: number): boolean {
    this.read(record, operand.b, word, index);
    const { low, high } = this;
    this.read(record, operand.c, word, index);
    return low !== this.low || high !== this.high;
  }

  /** Whether the store took the element from zero to below it, in the element's width. */
  fellBelowZero(record: RawRecord, word: number, index: number): boolean {
    this.read(record, operand.b, word, index);
    if (this.low !== 0 || this.high !== 0) return false;
    this.read(record, operand.c, word, index);
    const { elementBytes, isSigned } = this.facts;
    return this.low === (isSigned || elementBytes >= 4 ? -1 : 2 ** (elementBytes * 8) - 1);
  }

  /** Reads the element out of the word that a field of the record holds, into `low` and `high`. */
  read(record: RawRecord, field: number, word: number, index: number): void {
    const { stride, elementBytes, isSigned } = this.facts;
    this.low = record.low(field);
    this.high = record.high(field);
    if (elementBytes === wordBytes) return;
    const shift = (this.start + index * stride - word) * 8;
    let bits = this.low;
    if (shift >= 32) bits = this.high >>> (shift - 32);
    else if (shift > 0) bits = (this.low >>> shift) | (this.high << (32 - shift));
    const unused = 32 - elementBytes * 8;
    this.low = (isSigned ? (bits << unused) >> unused : (bits << unused) >>> unused) | 0;
    this.high = isSigned && this.low < 0 ? -1 : 0;
  }
}
