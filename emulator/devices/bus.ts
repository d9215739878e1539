// Routes a hart's physical access outside RAM to the device that answers there. 64-bit values travel as two
// unsigned 32-bit halves, so that no BigInt is made for an access.
import { addressMap, type Region, type RegionName } from './address-map.js';
import type { Device } from './device.js';

/** A region of the address map and the device that answers it. */
export interface Attachment {
  readonly region: Region;
  readonly device: Device;
}

/** Pairs every region of the address map with its device; a region without one does not compile. */
export function attachAll(devices: Readonly<Record<RegionName, Device>>): Attachment[] {
  return addressMap.map((region) => ({ region, device: devices[region.name] }));
}

/** The bits of an access of 1, 2 or 4 bytes. */
function maskOf(size: number): number {
  return size === 4 ? 0xffff_ffff : 2 ** (8 * size) - 1;
}

export class Bus {
  /** Bits 31..0 of what the last successful `load` read, zero-extended. */
  low = 0;
  /** Bits 63..32 of it; 0 unless its size was 8. */
  high = 0;
  readonly #attachments: readonly Attachment[];

  constructor(attachments: readonly Attachment[]) {
    this.#attachments = attachments;
  }

  /**
   * Reads `size` (1, 2, 4 or 8) bytes at a physical address into `low` and `high`.
   * False means a load access fault: nothing answers there, or not at this size or alignment.
   */
  load(address: number, size: number): boolean {
    const at = this.#find(address, size);
    if (at === undefined) return false;
    const offset = address - at.region.base;
    if (size === 8) {
      this.low = at.device.read(offset, 4) >>> 0;
      this.high = at.device.read(offset + 4, 4) >>> 0;
    } else {
      this.low = (at.device.read(offset, size) & maskOf(size)) >>> 0;
      this.high = 0;
    }
    return true;
  }

  /** Writes `size` bytes of `high`:`low`; bits above the size are ignored. False: a store access fault. */
  store(address: number, size: number, low: number, high: number): boolean {
    const at = this.#find(address, size);
    if (at === undefined) return false;
    const offset = address - at.region.base;
    if (size === 8) {
      at.device.write(offset, 4, low >>> 0);
      at.device.write(offset + 4, 4, high >>> 0);
    } else {
      at.device.write(offset, size, (low & maskOf(size)) >>> 0);
    }
    return true;
  }

  #find(address: number, size: number): Attachment | undefined {
    if (address % size !== 0) return undefined;
    for (const attachment of this.#attachments) {
      const { base, size: length, smallest, largest } = attachment.region;
      if (address >= base && address < base + length) {
        return size >= smallest && size <= largest ? attachment : undefined;
      }
    }
    return undefined;
  }
}
