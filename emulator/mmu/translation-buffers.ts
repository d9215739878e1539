// The host's side of the software TLBs: forgetting entries of all harts when what they promise no longer holds.
import { hartBytes, tlb, workOffset } from '../hart/state.js';
import { Sync } from '../hart/hart-code.js';
import { control, type MemoryLayout } from '../memory-layout.js';

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

  /** Stores must look again: a frame was flagged. Compiled code may have looked ahead. */
  forgetStores(): void {
    this.forget(tlb.store);
    this.refetchRunning();
  }

  /** Loads must look again: a frame was guarded. */
  forgetLoads(): void {
    this.forget(tlb.load);
    this.refetchRunning();
  }

  /** Fetches must look again: decoded pages went away. */
  forgetFetches(): void {
    this.forget(tlb.fetch);
    this.refetchRunning();
  }

  /** Everything must be walked again: a page table changed. Physical addresses stay what they are. */
  forgetTranslations(): void {
    for (const at of this.filled(1)) {
      this.bytes.fill(0xff, at, at + tlb.entriesBytes);
      this.words[(at + tlb.filled) >> 2] = 0;
    }
    this.refetchRunning();
  }

  /** The hart that has the turn must translate its pc again after the instruction at hand. */
  refetchRunning(): void {
    const running = this.words[control.hart >> 2];
    if (running !== 0) this.words[(running + workOffset.trapped) >> 2] ||= Sync.refetch;
  }

  private forget(offset: number): void {
    for (const at of this.filled(0)) this.bytes.fill(0xff, at + offset, at + offset + tlb.kindBytes);
  }

  /** Addresses of all harts' TLBs that may have entries, from number `first` on. */
  private *filled(first: number): Iterable<number> {
    for (let hart = 0; hart < this.layout.harts; hart++) {
      const base = this.layout.hartBase + hart * hartBytes + tlb.offset;
      for (let number = first; number < tlb.count; number++) {
        const at = base + number * tlb.bytes;
        if (this.words[(at + tlb.filled) >> 2] !== 0) yield at;
      }
    }
  }
}
