// The registers in which a driver describes its queue to virtio-mmio: three addresses in the modern form, a page
// number with page size and alignment in the legacy one.
import type { StateReader, StateWriter } from './state-bytes.js';
import { virtioRegister as register, type VirtioVersion } from './virtio-registers.js';
import type { VirtqueueLayout } from './virtqueue.js';

export const queueSizeMaximum = 1024;
/** Alignment of a legacy used ring when the driver names none, as in QEMU. */
const defaultQueueAlign = 4096;

export class VirtioQueueSetup {
  /** Legacy: the queue's page number; 0 when the driver has set up none. */
  pageNumber = 0;
  #size = queueSizeMaximum;
  /** Modern: descriptor table, available ring, used ring, each as low and high word. */
  readonly #address = new Uint32Array(6);
  #guestPageSize = 0;
  #align = defaultQueueAlign;
  readonly #version: VirtioVersion;

  constructor(version: VirtioVersion) {
    this.#version = version;
  }

  /** Takes a register write; offsets of other registers, and of the other version's, are ignored. */
  write(at: number, value: number): void {
    if (at === register.queueSize) {
      if (value > 0 && value <= queueSizeMaximum) this.#size = value;
    } else if (this.#version === 'modern') {
      const word = at - register.queueDescriptors;
      if (word >= 0 && word <= 0x24 && (word & 0xf) <= 4) {
        this.#address[2 * (word >>> 4) + ((word & 4) >>> 2)] = value;
      }
    } else if (at === register.legacyGuestPageSize) this.#guestPageSize = value;
    else if (at === register.legacyQueueAlign) this.#align = value;
    else if (at === register.legacyQueuePageNumber) this.pageNumber = value;
  }

  /** Where the queue is, as described so far. */
  layout(): VirtqueueLayout {
    const size = this.#size;
    if (this.#version === 'modern') {
      const address = (part: number) => this.#address[2 * part] + this.#address[2 * part + 1] * 2 ** 32;
      return { size, descriptors: address(0), available: address(1), used: address(2) };
    }
    // One block of pages: descriptors, available ring, then, aligned, the used ring (section 2.7.2).
    const align = Math.max(1, this.#align);
    const descriptors = this.pageNumber * this.#guestPageSize;
    const available = descriptors + 16 * size;
    return { size, descriptors, available, used: Math.ceil((available + 6 + 2 * size) / align) * align };
  }

  reset(): void {
    this.pageNumber = 0;
    this.#size = queueSizeMaximum;
    this.#address.fill(0);
    this.#guestPageSize = 0;
    this.#align = defaultQueueAlign;
  }

  save(state: StateWriter): void {
    state.u32(this.pageNumber).u32(this.#size).words(this.#address).u32(this.#guestPageSize).u32(this.#align);
  }

  restore(state: StateReader): void {
    this.pageNumber = state.u32();
    this.#size = state.u32();
    state.words(this.#address);
    this.#guestPageSize = state.u32();
    this.#align = state.u32();
  }
}
