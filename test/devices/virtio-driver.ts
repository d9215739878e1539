// A miniature guest driver for a virtio-mmio block device, modern or legacy: enough to make requests, good and bad.
import { ramBase } from '../../emulator/devices/address-map.js';
import { DiskImage } from '../../emulator/devices/disk-image.js';
import { virtioBlock } from '../../emulator/devices/virtio-block.js';
import type { VirtioMmio } from '../../emulator/devices/virtio-mmio.js';
import { virtioRegister as register, type VirtioVersion } from '../../emulator/devices/virtio-registers.js';
import { FakeClock, FakeLine, FakeMemory } from './fakes.js';

export const queueSize = 8;
const latencyCycles = 20_000;
/** Pages of the fake RAM: descriptors and available ring share one, as the legacy layout demands. */
const descriptors = ramBase + 0x1000;
const available = descriptors + 16 * queueSize;
const used = ramBase + 0x2000;
const headers = ramBase + 0x3000;
const statuses = ramBase + 0x3800;

export const descriptorFlag = { next: 1, write: 2 } as const;
export const blockType = { read: 0, write: 1, flush: 4, identify: 8 } as const;

export interface Descriptor {
  readonly address: number;
  readonly length: number;
  readonly write?: boolean;
}

/** A disk of `sectors` sectors, each filled with its number plus one, and the world around it. */
export function createDisk(version: VirtioVersion, sectors = 16) {
  const content = new Uint8Array(512 * sectors).map((_, at) => 1 + Math.floor(at / 512));
  const clock = new FakeClock();
  const memory = new FakeMemory();
  const interrupt = new FakeLine();
  const disk = new DiskImage(content);
  const requests: string[] = [];
  const observer = {
    diskRequested: (sector: number, bytes: number, write: boolean) =>
      void requests.push(`${write ? 'write' : 'read'} ${sector} ${bytes}`),
  };
  const device = virtioBlock({ version, clock, memory, interrupt, disk, latencyCycles, observer });
  return {
    device,
    clock,
    memory,
    interrupt,
    disk,
    requests,
    driver: new VirtioDriver(device, memory, version),
  };
}

/** RAM that no part of the queue lies in, and an address where there is no RAM. */
export const buffer = ramBase + 0x8000;
export const outside = 0x1000;

/** A disk whose driver has set it up. */
export function started(version: VirtioVersion = 'modern') {
  const world = createDisk(version);
  world.driver.start();
  return world;
}

/** Lets the latency pass, and calls the device as the machine would. */
export function complete({ device, clock }: ReturnType<typeof createDisk>) {
  clock.now = device.deadline();
  device.tick();
}

export class VirtioDriver {
  readonly #device: VirtioMmio;
  readonly #memory: FakeMemory;
  readonly #version: VirtioVersion;
  #madeAvailable = 0;

  constructor(device: VirtioMmio, memory: FakeMemory, version: VirtioVersion) {
    this.#device = device;
    this.#memory = memory;
    this.#version = version;
  }

  get(offset: number): number {
    return this.#device.read(offset, 4);
  }

  set(offset: number, value: number): void {
    this.#device.write(offset, 4, value);
  }

  /** Reset, features, queue 0, driver ready. */
  start(): void {
    this.set(register.status, 0);
    this.set(register.status, 3);
    this.set(register.driverFeatures, this.get(register.deviceFeatures));
    this.set(register.status, 11);
    this.set(register.queueSelect, 0);
    this.set(register.queueSize, queueSize);
    if (this.#version === 'modern') {
      this.set(register.queueDescriptors, descriptors);
      this.set(register.queueDriver, available);
      this.set(register.queueDevice, used);
      this.set(register.queueReady, 1);
    } else {
      this.set(register.legacyGuestPageSize, 4096);
      this.set(register.legacyQueuePageNumber, descriptors / 4096);
    }
    this.set(register.status, 15);
  }

  /** Writes descriptor `index`; `next` chains it on. */
  describe(index: number, { address, length, write }: Descriptor, next?: number): void {
    const at = descriptors - ramBase + 16 * index;
    const view = this.#memory.view;
    view.setUint32(at, address % 2 ** 32, true);
    view.setUint32(at + 4, Math.floor(address / 2 ** 32), true);
    view.setUint32(at + 8, length, true);
    view.setUint16(
      at + 12,
      (write ? descriptorFlag.write : 0) | (next === undefined ? 0 : descriptorFlag.next),
      true,
    );
    view.setUint16(at + 14, next ?? 0, true);
  }

  /** Puts chains on the available ring and rings the bell once. */
  offer(...heads: number[]): void {
    const view = this.#memory.view;
    for (const head of heads) {
      view.setUint16(available - ramBase + 4 + 2 * (this.#madeAvailable % queueSize), head, true);
      this.#madeAvailable = (this.#madeAvailable + 1) & 0xffff;
    }
    view.setUint16(available - ramBase + 2, this.#madeAvailable, true);
    this.set(register.queueNotify, 0);
  }

  /** Fills in a request from descriptor `head` on: header, data buffers, status byte. */
  prepare(head: number, type: number, sector: number, data: readonly Descriptor[]): void {
    const header = headers + 16 * head;
    const view = this.#memory.view;
    view.setUint32(header - ramBase, type, true);
    view.setUint32(header - ramBase + 8, sector % 2 ** 32, true);
    view.setUint32(header - ramBase + 12, Math.floor(sector / 2 ** 32), true);
    this.#memory.bytes[statuses - ramBase + head] = 0xff;
    const chain = [
      { address: header, length: 16 },
      ...data,
      { address: statuses + head, length: 1, write: true },
    ];
    chain.forEach((descriptor, at) => {
      this.describe(head + at, descriptor, at + 1 < chain.length ? head + at + 1 : undefined);
    });
  }

  /** Makes a request from descriptor `head` on, one notify. */
  request(head: number, type: number, sector: number, data: readonly Descriptor[]): void {
    this.prepare(head, type, sector, data);
    this.offer(head);
  }

  /** The status byte of the request at `head`; 0xff before it is done. */
  status(head: number): number {
    return this.#memory.bytes[statuses - ramBase + head];
  }

  /** What the device has put on the used ring. */
  used(): { index: number; entries: { head: number; written: number }[] } {
    const view = this.#memory.view;
    const at = used - ramBase;
    const entries = Array.from({ length: queueSize }, (_, entry) => ({
      head: view.getUint32(at + 4 + 8 * entry, true),
      written: view.getUint32(at + 8 + 8 * entry, true),
    }));
    const index = view.getUint16(at + 2, true);
    return { index, entries: entries.slice(0, Math.min(index, queueSize)) };
  }

  /** Asks the device not to interrupt, or to do so again. */
  suppressInterrupts(suppress: boolean): void {
    this.#memory.view.setUint16(available - ramBase, suppress ? 1 : 0, true);
  }
}
