// The empty PCI bus: what a scan of it reads.
import { expect, test } from 'vitest';
import type { Device } from '../../emulator/devices/device.js';
import { PciEmpty } from '../../emulator/devices/pci-empty.js';

test('no function answers: every read has all bits set, whatever was written', () => {
  const bus: Device = new PciEmpty('pci');
  bus.write(0x8000, 4, 0);
  for (const device of [0, 1, 31])
    expect([1, 2, 4].map((size) => bus.read(device << 15, size))).toEqual([0xff, 0xffff, 0xffff_ffff]);
  const other = new PciEmpty('pci');
  other.restore(bus.save());
  expect(other.save()).toEqual(bus.save());
});
