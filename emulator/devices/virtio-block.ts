// A virtio block device (virtio 1.2, section 5.2) over a disk image in memory: reads, writes, flushes and the
// identification string. Offers neither indirect descriptors, event indices nor discarding.
import type { DeviceObserver, GuestMemory } from './device.js';
import { sectorBytes, type DiskImage } from './disk-image.js';
import { VirtioMmio, type VirtioBackend, type VirtioMmioWiring } from './virtio-mmio.js';
import { VirtqueueError, type Chain, type Segment } from './virtqueue.js';

const requestType = { read: 0, write: 1, flush: 4, identify: 8 } as const;
const requestStatus = { ok: 0, failed: 1, unsupported: 2 } as const;
const feature = { segmentsMaximum: 1 << 2, blockSize: 1 << 6, flush: 1 << 9 } as const;
const headerBytes = 16;
/** Data buffers of one request: QEMU's default. */
const segmentsMaximum = 126;
const identification = 'cowtrace';
const identificationBytes = 20;

interface BlockRequest {
  readonly type: number;
  readonly sector: number;
  /** From RAM to the disk. */
  readonly output: readonly Segment[];
  /** From the disk to RAM. */
  readonly input: readonly Segment[];
  readonly statusAddress: number;
}

interface BlockResult {
  readonly status: number;
  /** Bytes written to RAM, without the status byte. */
  readonly written: number;
}

const failed: BlockResult = { status: requestStatus.failed, written: 0 };

/** What the disk device is connected to. */
export interface VirtioBlockWiring extends VirtioMmioWiring {
  readonly disk: DiskImage;
  readonly observer?: DeviceObserver;
}

/** A disk in a virtio-mmio slot. */
export function virtioBlock(wiring: VirtioBlockWiring): VirtioMmio {
  const { memory, disk, observer } = wiring;
  return new VirtioMmio('virtio-block', new BlockBackend(memory, disk, observer ?? {}), wiring);
}

class BlockBackend implements VirtioBackend {
  readonly deviceId = 2;
  readonly features = feature.segmentsMaximum | feature.blockSize | feature.flush;
  readonly config = new Uint8Array(64);
  readonly #memory: GuestMemory;
  readonly #disk: DiskImage;
  readonly #observer: DeviceObserver;

  constructor(memory: GuestMemory, disk: DiskImage, observer: DeviceObserver) {
    this.#memory = memory;
    this.#disk = disk;
    this.#observer = observer;
    const config = new DataView(this.config.buffer);
    config.setUint32(0, disk.sectors, true);
    config.setUint32(12, segmentsMaximum, true);
    config.setUint32(20, sectorBytes, true);
  }

  announce(chain: Chain): void {
    const { type, sector, output, input } = this.#parse(chain);
    if (type === requestType.read) this.#observer.diskRequested?.(sector, lengthOf(input), false);
    if (type === requestType.write) this.#observer.diskRequested?.(sector, lengthOf(output), true);
  }

  perform(chain: Chain): number {
    const request = this.#parse(chain);
    const { status, written } = this.#execute(request);
    this.#memory.write(request.statusAddress, Uint8Array.of(status));
    return written + 1;
  }

  /** Header and status are where any framing of the buffers puts them (section 2.7.4.1). */
  #parse({ head, readable, writable }: Chain): BlockRequest {
    const [header, output] = cut(readable, headerBytes);
    const [input, last] = cut(writable, lengthOf(writable) - 1);
    const status = last.find((segment) => segment.length > 0);
    if (lengthOf(header) < headerBytes || status === undefined) {
      throw new VirtqueueError(`the request at descriptor ${head} has no full header or no status byte`);
    }
    if (!this.#inRam(header) || !this.#inRam([status])) {
      throw new VirtqueueError(
        `the header or the status of the request at descriptor ${head} is outside RAM`,
      );
    }
    const bytes = new Uint8Array(headerBytes);
    this.#gather(header, (part, at) => bytes.set(part, at));
    const view = new DataView(bytes.buffer);
    const sector = view.getUint32(8, true) + view.getUint32(12, true) * 2 ** 32;
    return { type: view.getUint32(0, true), sector, output, input, statusAddress: status.address };
  }

  #execute({ type, sector, output, input }: BlockRequest): BlockResult {
    if (!this.#inRam(output) || !this.#inRam(input)) return failed;
    const start = sector * sectorBytes;
    switch (type) {
      case requestType.read:
        if (!this.#onDisk(sector, lengthOf(input))) return failed;
        return { status: requestStatus.ok, written: this.#scatter(this.#disk.bytes.subarray(start), input) };
      case requestType.write:
        if (!this.#onDisk(sector, lengthOf(output))) return failed;
        this.#gather(output, (part, at) => this.#disk.write(start + at, part));
        return { status: requestStatus.ok, written: 0 };
      case requestType.flush: // every write has reached the image already
        return { status: requestStatus.ok, written: 0 };
      case requestType.identify: {
        const text = new Uint8Array(identificationBytes);
        new TextEncoder().encodeInto(identification, text);
        return { status: requestStatus.ok, written: this.#scatter(text, input) };
      }
      default:
        return { status: requestStatus.unsupported, written: 0 };
    }
  }

  #onDisk(sector: number, length: number): boolean {
    return length % sectorBytes === 0 && this.#disk.contains(sector, length);
  }

  #inRam(segments: readonly Segment[]): boolean {
    return segments.every(({ address, length }) => length === 0 || this.#memory.contains(address, length));
  }

  /** Hands over the segments' bytes, each piece with its position in the whole. */
  #gather(segments: readonly Segment[], take: (part: Uint8Array, at: number) => void): void {
    let at = 0;
    for (const { address, length } of segments) {
      if (length > 0) take(this.#memory.read(address, length), at);
      at += length;
    }
  }

  /** Spreads `bytes` over the segments until one of the two ends; returns how many bytes that were. */
  #scatter(bytes: Uint8Array, segments: readonly Segment[]): number {
    let at = 0;
    for (const { address, length } of segments) {
      const part = bytes.subarray(at, at + length);
      if (part.length > 0) this.#memory.write(address, part);
      at += part.length;
    }
    return at;
  }
}

function lengthOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => sum + segment.length, 0);
}

/** Splits a list of buffers after its first `length` bytes. */
function cut(segments: readonly Segment[], length: number): [Segment[], Segment[]] {
  const first: Segment[] = [];
  const rest: Segment[] = [];
  let left = Math.max(0, length);
  for (const { address, length: size } of segments) {
    const here = Math.min(left, size);
    if (here > 0) first.push({ address, length: here });
    if (here < size) rest.push({ address: address + here, length: size - here });
    left -= here;
  }
  return [first, rest];
}
