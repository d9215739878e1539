// Configuration space of a PCI Express bus with nothing on it (ECAM): every read yields all ones, which is how a scan
// of the bus learns that no function answers (PCI Express base specification, 2.3.2). Kernels of the network lab scan
// it at boot; here they find no card.
import type { Device } from './device.js';
import { StateReader } from './state-bytes.js';

const noFunction = 0xffff_ffff;

export class PciEmpty implements Device {
  constructor(readonly name: string) {}

  read(_at: number, size: number): number {
    return noFunction >>> (32 - 8 * size);
  }

  /** No function keeps what is written; there is no state to reset or to save. */
  write(): void {}

  reset(): void {}

  save(): Uint8Array {
    return new Uint8Array();
  }

  restore(state: Uint8Array): void {
    new StateReader(state, this.name).finish();
  }
}
