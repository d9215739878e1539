// The host's side of the software TLBs: forgetting entries of all harts when what they promise no longer holds.
import { hartBytes, tlb, workOffset } from '../hart/state.js';
import { Sync } from '../hart/hart-code.js';
import { control, type MemoryLayout } from '../memory-layout.js';

/** User and supervisor. */
const translatingContexts = [0, 1] as const;

export class TranslationBuffers {
  private readonly bytes: Uint8Array;
  private readonly words: Int32Array;

  constructor(
    memory: WebAssembly.Memory,
    private readonly layout: MemoryLayout,
  ) {
    this.bytes = new Uint8Array(memory.buffer);
    this.words = new Int32Array(memory.buffer);
  }

  /** Stores must look again: a frame was flagged. */
  forgetStores(): void {
    this.forget(tlb.store, tlb.kindBytes);
  }

  /** Loads must look again: a frame was guarded. */
  forgetLoads(): void {
    this.forget(tlb.load, tlb.kindBytes);
  }

  /** Fetches must look again: decoded pages went away. */
  forgetFetches(): void {
    this.forget(tlb.fetch, tlb.kindBytes);
    this.refetchRunning();
  }

  /** Everything must be walked again: a page table changed. Machine mode's addresses are physical and stay. */
  forgetTranslations(): void {
    for (const hart of this.harts()) {
      for (const context of translatingContexts) {
        if (this.bytes[hart + workOffset.tlbFilled + context] === 0) continue;
        const at = hart + tlb.offset + context * tlb.contextBytes;
        this.bytes.fill(0xff, at, at + tlb.contextBytes);
        this.bytes[hart + workOffset.tlbFilled + context] = 0;
      }
    }
    this.refetchRunning();
  }

  /** The hart that has the turn must translate its pc again after the instruction at hand. */
  refetchRunning(): void {
    const running = this.words[control.hart >> 2];
    if (running !== 0) this.words[(running + workOffset.trapped) >> 2] ||= Sync.refetch;
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
