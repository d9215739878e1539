// A split virtqueue as the device sees it (virtio 1.2, section 2.7): takes chains of buffers from the available
// ring, gives them back in the used ring. Everything a driver wrote is checked before it is followed.
import type { GuestMemory } from './device.js';

const descriptorBytes = 16;
const descriptorFlag = { next: 1, write: 2 } as const;
const availableFlag = { noInterrupt: 1 } as const;

/** The driver broke the rules of the queue; the device cannot go on before it is reset (section 2.1.2). */
export class VirtqueueError extends Error {
  override name = 'VirtqueueError';
}

/** Where the driver put the parts of the queue: physical addresses, and the number of descriptors. */
export interface VirtqueueLayout {
  size: number;
  descriptors: number;
  available: number;
  used: number;
}

/** A piece of guest memory: physical address and length in bytes. */
export interface Segment {
  readonly address: number;
  readonly length: number;
}

/** One request: the buffers the device reads, then those it writes, each in the driver's order. */
export interface Chain {
  readonly head: number;
  readonly readable: readonly Segment[];
  readonly writable: readonly Segment[];
}

export class Virtqueue {
  /** Index, modulo 2^16, of the next entry of the available ring that the device takes. */
  nextAvailable = 0;
  /** Index, modulo 2^16, of the next entry of the used ring. */
  nextUsed = 0;
  readonly layout: VirtqueueLayout;
  readonly #memory: GuestMemory;

  constructor(memory: GuestMemory, layout: VirtqueueLayout) {
    this.#memory = memory;
    this.layout = layout;
  }

  /** Heads of the chains that the driver has made available and the device has not taken yet; takes them. */
  takeHeads(): number[] {
    const { available, size } = this.layout;
    const ring = this.#view(available, 4 + 2 * size);
    const count = (ring.getUint16(2, true) - this.nextAvailable) & 0xffff;
    if (count > size) throw new VirtqueueError(`${count} chains made available in a queue of ${size}`);
    const heads: number[] = [];
    for (let taken = 0; taken < count; taken++) {
      heads.push(ring.getUint16(4 + 2 * (this.nextAvailable % size), true));
      this.nextAvailable = (this.nextAvailable + 1) & 0xffff;
    }
    return heads;
  }

  /** Follows the descriptors from `head`. Buffers may lie outside RAM: whoever uses them checks that. */
  chain(head: number): Chain {
    const { descriptors, size } = this.layout;
    const table = this.#view(descriptors, descriptorBytes * size);
    const readable: Segment[] = [];
    const writable: Segment[] = [];
    let index = head;
    for (let followed = 0; followed < size; followed++) {
      if (index >= size) throw new VirtqueueError(`descriptor ${index} in a queue of ${size}`);
      const at = descriptorBytes * index;
      const address = table.getUint32(at, true) + table.getUint32(at + 4, true) * 2 ** 32;
      const segment = { address, length: table.getUint32(at + 8, true) };
      const flags = table.getUint16(at + 12, true);
      if (flags & descriptorFlag.write) writable.push(segment);
      else if (writable.length === 0) readable.push(segment);
      else throw new VirtqueueError(`descriptor ${index} is readable but follows a writable one`);
      if (!(flags & descriptorFlag.next)) return { head, readable, writable };
      index = table.getUint16(at + 14, true);
    }
    throw new VirtqueueError(`the chain from descriptor ${head} has a loop`);
  }

  /** Returns a chain of which the device wrote `written` bytes. True when the driver wants an interrupt. */
  giveBack(head: number, written: number): boolean {
    const { used, available, size } = this.layout;
    this.#view(used, 4 + 8 * size);
    const entry = new DataView(new ArrayBuffer(8));
    entry.setUint32(0, head, true);
    entry.setUint32(4, written, true);
    this.#memory.write(used + 4 + 8 * (this.nextUsed % size), new Uint8Array(entry.buffer));
    this.nextUsed = (this.nextUsed + 1) & 0xffff;
    this.#memory.write(used + 2, Uint8Array.of(this.nextUsed & 0xff, this.nextUsed >>> 8));
    return (this.#view(available, 2).getUint16(0, true) & availableFlag.noInterrupt) === 0;
  }

  #view(address: number, length: number): DataView {
    if (!this.#memory.contains(address, length)) {
      throw new VirtqueueError(`a queue part at 0x${address.toString(16)} lies outside RAM`);
    }
    const bytes = this.#memory.read(address, length);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}
