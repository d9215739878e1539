// The host's side of the software TLBs: forgetting entries of all harts when what they promise no longer holds.
import { hartBytes, tlb, workOffset } from '../hart/state.js';
import type { MemoryLayout } from '../memory-layout.js';

export class TranslationBuffers {
  private readonly bytes: Uint8Array;

  constructor(
    memory: WebAssembly.Memory,
    private readonly layout: MemoryLayout,
  ) {
    this.bytes = new Uint8Array(memory.buffer);
  }

  /** Stores must look again: a frame was flagged. */
  forgetStores(): void {
    this.forget(tlb.store, tlb.kindBytes);
  }

  /** Fetches must look again: decoded pages went away. */
  forgetFetches(): void {
    this.forget(tlb.fetch, tlb.kindBytes);
  }

  forgetAll(): void {
    this.forget(0, tlb.contextBytes);
    for (const hart of this.harts())
      this.bytes.fill(0, hart + workOffset.tlbFilled, hart + workOffset.tlbFilled + 4);
  }

  private forget(offset: number, length: number): void {
    for (const hart of this.harts()) {
      for (let context = 0; context < tlb.contexts; context++) {
        const at = hart + tlb.offset + context * tlb.contextBytes + offset;
        this.bytes.fill(0xff, at, at + length);
      }
    }
  }

  private *harts(): Iterable<number> {
    for (let hart = 0; hart < this.layout.harts; hart++) yield this.layout.hartBase + hart * hartBytes;
  }
}
