// A virtio-mmio slot with nothing in it: it identifies itself and says that it holds no device (virtio 1.2, 4.2.2).
import type { Device } from './device.js';
import { StateReader } from './state-bytes.js';
import { virtioIdentity, virtioRegister, type VirtioVersion } from './virtio-registers.js';

export class VirtioEmptySlot implements Device {
  readonly #version: VirtioVersion;

  constructor(
    readonly name: string,
    version: VirtioVersion,
  ) {
    this.#version = version;
  }

  read(at: number, size: number): number {
    if (size !== 4) return 0;
    if (at === virtioRegister.magicValue) return virtioIdentity.magic;
    if (at === virtioRegister.version) return virtioIdentity.version[this.#version];
    return at === virtioRegister.vendorId ? virtioIdentity.vendor : 0;
  }

  /** The slot holds no state: nothing to write, to reset or to save. */
  write(): void {}

  reset(): void {}

  save(): Uint8Array {
    return new Uint8Array();
  }

  restore(state: Uint8Array): void {
    new StateReader(state, this.name).finish();
  }
}
