// The host's side of following the lists of free frames: their heads, and what is on them when the host looks. All else
// is done by generated code, see free-frames-code.ts.
import { control, FrameFlag, pageBytes, ramBase, type MemoryLayout } from '../memory-layout.js';

/** Lists that may be followed. */
const freeListsMaximum = 32;

export class FreeFrames {
  private readonly flags: Uint8Array;
  private readonly ram: DataView;
  private readonly controls: Int32Array;
  private heads: readonly number[] = [];

  constructor(
    memory: WebAssembly.Memory,
    private readonly layout: MemoryLayout,
  ) {
    this.flags = new Uint8Array(memory.buffer, layout.frameFlags, layout.memoryBytes / pageBytes);
    this.ram = new DataView(memory.buffer, layout.ram, layout.memoryBytes);
    this.controls = new Int32Array(memory.buffer, 0, 256);
  }

  /** Physical addresses of the words that point at the first frame of each list; those behind the maximum are left. */
  follow(heads: readonly number[]): void {
    this.heads = heads.slice(0, freeListsMaximum);
    this.heads.forEach((address, index) => {
      this.controls[(control.freeHeads >> 2) + index] = this.layout.ram + address - ramBase;
    });
    this.controls[control.freeHeadCount >> 2] = this.heads.length;
  }

  /**
   * Flags the frames on the lists as they are in memory, and no others; TLBs must forget stores then. A list that
   * leaves RAM or runs into itself ends there.
   */
  learn(): void {
    for (let frame = 0; frame < this.flags.length; frame++) this.flags[frame] &= ~FrameFlag.free;
    for (const head of this.heads) {
      let at = this.pointerAt(head - ramBase);
      while (at % pageBytes === 0 && at >= 0 && at < this.layout.memoryBytes) {
        const frame = at / pageBytes;
        if (this.flags[frame] & FrameFlag.free) break;
        this.flags[frame] |= FrameFlag.free;
        at = this.pointerAt(at);
      }
    }
  }

  /** Offset in RAM of what a word at an offset in RAM points at. */
  private pointerAt(offset: number): number {
    return this.ram.getUint32(offset, true) + this.ram.getUint32(offset + 4, true) * 2 ** 32 - ramBase;
  }
}
