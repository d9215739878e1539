// Turns stores to the reference-count array into changes of a frame's count.
import type { EventFileWriter } from '../../arrow/index.js';
import type { CallSites } from './call-sites.js';
import { CountElements } from './count-elements.js';
import type { Emitter } from '../emitter.js';
import { operand, type RawRecord } from '../raw-record.js';
import type { ReferenceCountFacts } from '../discovery/reference-count-facts.js';

const frameBytes = 4096;

export class ReferenceCounts {
  /** Physical address of the frame that element 0 counts. */
  firstFrame: number;
  /** Bytes of memory from an element to the next: less than a frame where some elements count nothing. */
  spacing = frameBytes;
  private elements: CountElements;
  /** Of an array of unknown length: where its elements would count what is no frame. */
  private framesEnd = Infinity;
  private readonly rows: EventFileWriter<'refcount_change'> | undefined;

  constructor(
    readonly facts: ReferenceCountFacts,
    private readonly emitter: Emitter,
    private readonly callSites: CallSites,
  ) {
    this.firstFrame = facts.firstFrame;
    this.elements = elementsOf(facts);
    this.rows = emitter.rows('refcount_change');
  }

  /** Where the array of a pointer turned out to be. */
  place(start: number, count: number, framesEnd: number): void {
    this.elements = new CountElements(this.facts, start, count);
    this.framesEnd = framesEnd;
  }

  /** True when the array lies somewhere: false only for a pointer's, at first. */
  get isPlaced(): boolean {
    return this.elements.count > 0;
  }

  /** True when the 8-byte word at the address may hold elements. */
  covers(address: number): boolean {
    return this.elements.covers(address);
  }

  /** Index of the first element that the store changed; -1 when it changed none. */
  changedElement(record: RawRecord): number {
    const word = record.address(operand.a);
    const last = this.elements.lastIn(word);
    for (let index = this.elements.firstIn(word); index <= last; index++)
      if (this.elements.changed(record, word, index)) return index;
    return -1;
  }

  /** Whether the store took an element from zero to below it. */
  fellBelowZero(record: RawRecord, index: number): boolean {
    return this.elements.fellBelowZero(record, record.address(operand.a), index);
  }

  /** A word of the array changed; every element of it that did is a row. */
  wordChanged(record: RawRecord): void {
    const { rows, elements } = this;
    if (!rows) return;
    const word = record.address(operand.a);
    const last = elements.lastIn(word);
    for (let index = elements.firstIn(word); index <= last; index++)
      if (elements.changed(record, word, index)) this.emit(rows, record, word, index);
  }

  private emit(
    rows: EventFileWriter<'refcount_change'>,
    record: RawRecord,
    word: number,
    index: number,
  ): void {
    const { elements } = this;
    const frame = this.firstFrame + index * this.spacing;
    if (frame >= this.framesEnd) return;
    this.emitter.begin(rows, record);
    rows.columns.frame.appendNumber(frame);
    elements.read(record, operand.b, word, index);
    rows.columns.before.append(elements.low, elements.high);
    elements.read(record, operand.c, word, index);
    rows.columns.after.append(elements.low, elements.high);
    this.callSites.appendOfStore(rows.columns.call_site, record);
    rows.columns.locks.append(record.high(operand.d));
  }
}

/** The array as it is known from the symbols: of a pointer there is none yet. */
export function elementsOf(facts: ReferenceCountFacts): CountElements {
  return new CountElements(facts, facts.isPointer ? 0 : facts.address, facts.count);
}
