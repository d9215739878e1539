// Accesses find their device by address, and what no device answers is a fault.
import { describe, expect, test } from 'vitest';
import { addressMap, ramBase, type Region } from '../../emulator/devices/address-map.js';
import { Bus } from '../../emulator/devices/bus.js';
import type { Device } from '../../emulator/devices/device.js';

/** Remembers every access as text; reads give the offset with all bits above it set. */
class Probe implements Device {
  readonly name = 'probe';
  readonly seen: string[] = [];

  read(offset: number, size: number): number {
    this.seen.push(`read ${offset} ${size}`);
    return (0xffff_ff00 | offset) >>> 0;
  }

  write(offset: number, size: number, value: number): void {
    this.seen.push(`write ${offset} ${size} ${value.toString(16)}`);
  }

  reset(): void {}

  save(): Uint8Array {
    return new Uint8Array();
  }

  restore(): void {}
}

function createBus(limits: Partial<Region> = {}) {
  const device = new Probe();
  const region: Region = { name: 'probe', base: 0x1000, size: 0x100, smallest: 1, largest: 8, ...limits };
  return { bus: new Bus([{ region, device }]), device };
}

describe('bus', () => {
  test('passes the offset and cuts values to the size of the access', () => {
    const { bus, device } = createBus();
    expect(bus.load(0x1002, 2)).toBe(true);
    expect([bus.low, bus.high]).toEqual([0xff02, 0]);
    expect(bus.store(0x1003, 1, 0x1234, 0)).toBe(true);
    expect(bus.load(0x1004, 4)).toBe(true);
    expect(bus.low).toBe(0xffff_ff04);
    expect(device.seen).toEqual(['read 2 2', 'write 3 1 34', 'read 4 4']);
  });

  test('splits a doubleword into two words, the low one first', () => {
    const { bus, device } = createBus();
    expect(bus.load(0x1008, 8)).toBe(true);
    expect([bus.low, bus.high]).toEqual([0xffff_ff08, 0xffff_ff0c]);
    expect(bus.store(0x1010, 8, -1, 0x8000_0000)).toBe(true);
    expect(device.seen).toEqual(['read 8 4', 'read 12 4', 'write 16 4 ffffffff', 'write 20 4 80000000']);
  });

  test('faults on unmapped and misaligned addresses and on sizes the region refuses', () => {
    const { bus, device } = createBus({ smallest: 2, largest: 4 });
    expect(bus.load(0x0ffc, 4)).toBe(false);
    expect(bus.load(0x1100, 4)).toBe(false);
    expect(bus.load(0x1002, 4)).toBe(false);
    expect(bus.load(0x1000, 1)).toBe(false);
    expect(bus.store(0x1000, 8, 0, 0)).toBe(false);
    expect(bus.load(2 ** 55, 4)).toBe(false);
    expect(device.seen).toEqual([]);
  });
});

describe('address map', () => {
  test('regions are aligned, in ascending order, apart from each other and below RAM', () => {
    let end = 0;
    for (const { name, base, size } of addressMap) {
      expect(base, name).toBeGreaterThanOrEqual(end);
      expect(base % 0x100, name).toBe(0);
      expect(size % 8, name).toBe(0);
      end = base + size;
    }
    expect(end).toBeLessThanOrEqual(ramBase);
  });
});
