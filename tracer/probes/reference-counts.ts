// Turns stores to the reference-count array into changes of a frame's count.
import type { CallSites } from './call-sites.js';
import type { Emitter } from './emitter.js';
import type { RawRecord } from './raw-record.js';
import type { ReferenceCountFacts } from './reference-count-facts.js';

export class ReferenceCounts {
  constructor(
    readonly facts: ReferenceCountFacts,
    private readonly emitter: Emitter,
    private readonly callSites: CallSites,
  ) {}

  /** Physical range of the elements that count frames of RAM. */
  watchedRange(ramStart: number, ramEnd: number): { address: number; bytes: number } {
    const { address, elementBytes, count, firstFrame } = this.facts;
    const first = Math.max(0, (ramStart - firstFrame) / 4096);
    const end = Math.min(count, (ramEnd - firstFrame) / 4096);
    return { address: address + first * elementBytes, bytes: Math.max(0, end - first) * elementBytes };
  }

  /** True when the 8-byte word at the address holds elements. */
  covers(address: number): boolean {
    const { address: start, elementBytes, count } = this.facts;
    return address + 8 > start && address < start + elementBytes * count;
  }

  /** A word of the array changed; every element of it that did is a row. */
  wordChanged(record: RawRecord): void {
    const { elementBytes, address, firstFrame } = this.facts;
    const before = record.big('b');
    const after = record.big('c');
    for (let offset = 0; offset < 8; offset += elementBytes) {
      const old = this.element(before, offset);
      const now = this.element(after, offset);
      const index = (record.low('a') + offset - address) / elementBytes;
      if (old === now || index < 0 || index >= this.facts.count) continue;
      const row = this.emitter.begin('refcount_change', record);
      if (!row) return;
      row.columns.frame.appendNumber(firstFrame + index * 4096);
      row.columns.before.appendValue(old);
      row.columns.after.appendValue(now);
      row.columns.call_site.appendNumber(this.emitter.callSite(this.callSites.ofStore(record)));
    }
  }

  private element(word: bigint, offset: number): bigint {
    const bits = this.facts.elementBytes * 8;
    const value = word >> BigInt(offset * 8);
    return this.facts.isSigned ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
  }
}
