// Stand-ins for what surrounds a device: a clock that is set by hand, wires and a console that remember.
import type { Clock, ConsolePort, GuestMemory, InterruptLine } from '../../emulator/devices/device.js';
import { ramBase } from '../../emulator/devices/address-map.js';

export class FakeClock implements Clock {
  now = 0;

  cycle(): number {
    return this.now;
  }
}

export class FakeLine implements InterruptLine {
  level = false;

  set(level: boolean): void {
    this.level = level;
  }
}

export const fakeLines = (count: number) => Array.from({ length: count }, () => new FakeLine());

/** Delivers `input` a byte a call once the cycle `from` is reached. */
export class FakeConsole implements ConsolePort {
  printed = '';
  readonly input: number[] = [];
  from = 0;

  type(text: string): void {
    this.input.push(...new TextEncoder().encode(text));
  }

  receive(cycle: number): number | undefined {
    return cycle >= this.from ? this.input.shift() : undefined;
  }

  transmitted(byte: number): void {
    this.printed += String.fromCharCode(byte);
  }
}

/** A small RAM at the usual place, with the little-endian accesses a driver makes. */
export class FakeMemory implements GuestMemory {
  readonly bytes: Uint8Array;
  readonly view: DataView;

  constructor(length = 0x10000) {
    this.bytes = new Uint8Array(length);
    this.view = new DataView(this.bytes.buffer);
  }

  contains(address: number, length: number): boolean {
    return address >= ramBase && address + length <= ramBase + this.bytes.length;
  }

  read(address: number, length: number): Uint8Array {
    if (!this.contains(address, length)) throw new Error(`DMA read outside RAM at 0x${address.toString(16)}`);
    return this.bytes.subarray(address - ramBase, address - ramBase + length);
  }

  write(address: number, bytes: Uint8Array): void {
    if (!this.contains(address, bytes.length))
      throw new Error(`DMA write outside RAM at 0x${address.toString(16)}`);
    this.bytes.set(bytes, address - ramBase);
  }
}
