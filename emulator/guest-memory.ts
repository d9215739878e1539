// Guest RAM as the host and devices see it. Writes from here obey the same rules as stores: decoded code is
// dropped, translations that were read from the frame are forgotten.
import type { GuestMemory } from './devices/device.js';
import type { CodeCache } from './interpreter/code-cache.js';
import type { TranslationBuffers } from './mmu/translation-buffers.js';
import { FrameFlag, pageBytes, ramBase, type MemoryLayout } from './memory-layout.js';

export class Ram implements GuestMemory {
  /** All of RAM; index 0 is physical address 0x80000000. */
  readonly bytes: Uint8Array;
  private readonly flags: Uint8Array;
  private readonly walkedUpper: Uint8Array;

  constructor(
    memory: WebAssembly.Memory,
    private readonly layout: MemoryLayout,
    private readonly code: CodeCache,
    private readonly buffers: TranslationBuffers,
  ) {
    this.flags = new Uint8Array(memory.buffer, layout.frameFlags, layout.memoryBytes / pageBytes);
    this.walkedUpper = new Uint8Array(memory.buffer, layout.walkedUpper, layout.memoryBytes / pageBytes);
    this.bytes = new Uint8Array(memory.buffer, layout.ram, layout.memoryBytes);
  }

  contains(address: number, length: number): boolean {
    return address >= ramBase && address + length <= ramBase + this.layout.memoryBytes;
  }

  read(address: number, length: number): Uint8Array {
    return this.bytes.subarray(address - ramBase, address - ramBase + length);
  }

  /** The zero-terminated string at an address, each byte a character; cut after `maximum` bytes or at RAM's end. */
  text(address: number, maximum: number): string {
    if (!this.contains(address, 1)) return '';
    const bytes = this.bytes.subarray(address - ramBase, address - ramBase + maximum);
    const end = bytes.indexOf(0);
    return String.fromCharCode(...bytes.subarray(0, end < 0 ? bytes.length : end));
  }

  write(address: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.bytes.set(bytes, address - ramBase);
    const last = Math.floor((address + bytes.length - 1 - ramBase) / pageBytes);
    for (let frame = Math.floor((address - ramBase) / pageBytes); frame <= last; frame++) {
      this.code.drop(frame);
      this.flags[frame] &= ~FrameFlag.clean;
      if ((this.flags[frame] & FrameFlag.walked) === 0) continue;
      this.flags[frame] &= ~FrameFlag.walked;
      this.walkedUpper[frame] = 0;
      this.buffers.forgetTranslations();
    }
  }
}
