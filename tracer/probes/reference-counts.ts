// Turns stores to the reference-count array into changes of a frame's count.
import type { CallSites } from './call-sites.js';
import type { Emitter } from './emitter.js';
import type { RawRecord } from './raw-record.js';
import type { ReferenceCountFacts } from './reference-count-facts.js';

const frameBytes = 4096;
const wordBytes = 8;

export class ReferenceCounts {
  /** Physical address of the frame that element 0 counts. */
  firstFrame: number;
  /** Physical address of element 0, and the number of elements; a pointer's array has none until it is placed. */
  private start: number;
  private elements: number;

  constructor(
    readonly facts: ReferenceCountFacts,
    private readonly emitter: Emitter,
    private readonly callSites: CallSites,
  ) {
    this.firstFrame = facts.firstFrame;
    this.start = facts.isPointer ? 0 : facts.address;
    this.elements = facts.count;
  }

  /** Where the array of a pointer turned out to be. */
  place(start: number, elements: number): void {
    this.start = start;
    this.elements = elements;
  }

  /** True when the array lies somewhere: false only for a pointer's, at first. */
  get isPlaced(): boolean {
    return this.elements > 0;
  }

  /** Physical ranges of the elements: all of them, since which of them are for frames of RAM is not known yet. */
  *watchedRanges(): Iterable<{ address: number; bytes: number }> {
    const { stride, elementBytes } = this.facts;
    if (stride === elementBytes) {
      yield { address: this.start, bytes: this.elements * stride };
      return;
    }
    for (let index = 0; index < this.elements; index++)
      yield { address: this.start + index * stride, bytes: elementBytes };
  }

  /** True when the 8-byte word at the address may hold elements. */
  covers(address: number): boolean {
    return address + wordBytes > this.start && address < this.start + this.facts.stride * this.elements;
  }

  /** Index of the first element that the store changed; -1 when it changed none. */
  changedElement(record: RawRecord): number {
    const before = record.big('b');
    const after = record.big('c');
    const word = record.low('a');
    const last = this.lastIn(word);
    for (let index = this.firstIn(word); index <= last; index++)
      if (this.element(before, word, index) !== this.element(after, word, index)) return index;
    return -1;
  }

  /** A word of the array changed; every element of it that did is a row. */
  wordChanged(record: RawRecord): void {
    const before = record.big('b');
    const after = record.big('c');
    const word = record.low('a');
    const last = this.lastIn(word);
    for (let index = this.firstIn(word); index <= last; index++) {
      const old = this.element(before, word, index);
      const now = this.element(after, word, index);
      if (old === now) continue;
      const row = this.emitter.begin('refcount_change', record);
      if (!row) return;
      row.columns.frame.appendNumber(this.firstFrame + index * frameBytes);
      row.columns.before.appendValue(old);
      row.columns.after.appendValue(now);
      row.columns.call_site.appendNumber(this.emitter.callSite(this.callSites.ofStore(record)));
    }
  }

  private firstIn(word: number): number {
    return Math.max(0, Math.ceil((word - this.start) / this.facts.stride));
  }

  private lastIn(word: number): number {
    const { stride, elementBytes } = this.facts;
    const last = Math.floor((word + wordBytes - elementBytes - this.start) / stride);
    return Math.min(this.elements - 1, last);
  }

  private element(value: bigint, word: number, index: number): bigint {
    const { stride, elementBytes, isSigned } = this.facts;
    const shifted = value >> BigInt((this.start + index * stride - word) * 8);
    return isSigned ? BigInt.asIntN(elementBytes * 8, shifted) : BigInt.asUintN(elementBytes * 8, shifted);
  }
}
