// Finding out which version of virtio a kernel speaks, and the slots that hold no device.
import { describe, expect, test } from 'vitest';
import { virtioRegister as register } from '../../emulator/devices/virtio-registers.js';
import { VirtioEmptySlot } from '../../emulator/devices/virtio-empty-slot.js';
import { deviceContract } from './contract.js';
import { createDisk, started } from './virtio-driver.js';

describe('finding out which version a kernel speaks', () => {
  test('a driver that looks and leaves is seen, and has set up no queue', () => {
    const { device, driver } = createDisk('modern');
    expect(device.sawDriver).toBe(false);
    driver.get(register.version);
    expect([device.sawDriver, device.queueConfigured]).toEqual([true, false]);
  });

  test('a legacy driver cannot set up a modern device, nor the other way round', () => {
    const modern = createDisk('modern');
    modern.driver.set(register.legacyGuestPageSize, 4096);
    modern.driver.set(register.legacyQueuePageNumber, 0x80001);
    expect(modern.device.queueConfigured).toBe(false);
    const legacy = createDisk('legacy');
    legacy.driver.set(register.queueReady, 1);
    expect(legacy.device.queueConfigured).toBe(false);
  });

  test('what was seen outlasts a reset by the driver, not one of the machine', () => {
    const { device, driver } = started();
    driver.get(register.version);
    driver.set(register.status, 0);
    expect([device.sawDriver, device.queueConfigured]).toEqual([true, true]);
    device.reset();
    expect([device.sawDriver, device.queueConfigured]).toEqual([false, false]);
  });
});

deviceContract('virtio empty slot', {
  create: () => new VirtioEmptySlot('virtio1', 'legacy'),
  vacant: [0x008, 0x010, 0x034, 0x070, 0x100, 0xffc],
  length: 0x1000,
});

test('an empty slot is recognisable and holds no device', () => {
  const slot = new VirtioEmptySlot('virtio1', 'modern');
  expect([0, 4, 8, 12].map((at) => slot.read(at, 4))).toEqual([0x74726976, 2, 0, 0x554d4551]);
});
