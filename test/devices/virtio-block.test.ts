// The disk device, driven as a kernel drives it, in the modern and the legacy version.
import { describe, expect, test } from 'vitest';
import { ramBase } from '../../emulator/devices/address-map.js';
import { virtioRegister as register } from '../../emulator/devices/virtio-registers.js';
import { deviceContract } from './contract.js';
import { blockType, buffer, complete, createDisk, outside, queueSize, started } from './virtio-driver.js';

for (const version of ['modern', 'legacy'] as const) {
  deviceContract(`virtio-block, ${version}`, {
    create: () => createDisk(version).device,
    disturb(device) {
      device.read(register.version, 4);
      device.write(register.status, 4, 0x0b);
      device.write(register.driverFeatures, 4, 0x200);
      device.write(register.queueSize, 4, 8);
      device.write(register.legacyGuestPageSize, 4, 4096);
      device.write(register.legacyQueuePageNumber, 4, 0x80001);
      device.write(register.queueDescriptors, 4, 0x8000_1000);
      device.write(register.queueReady, 4, 1);
    },
    vacant: [0x018, 0x02c, 0x048, 0x0b0, 0x0fc, 0x120, 0x200, 0xffc],
    length: 0x1000,
  });

  describe(`virtio-block, ${version}`, () => {
    test('says what it is', () => {
      const { driver } = createDisk(version);
      const identity = [register.magicValue, register.version, register.deviceId, register.vendorId];
      expect(identity.map((at) => driver.get(at))).toEqual([
        0x74726976,
        version === 'modern' ? 2 : 1,
        2,
        0x554d4551,
      ]);
      expect(driver.get(register.queueSizeMaximum)).toBe(1024);
      driver.set(register.queueSelect, 1);
      expect(driver.get(register.queueSizeMaximum)).toBe(0);
    });

    test('offers flush, block size and segments, and VERSION_1 only when modern', () => {
      const { driver } = createDisk(version);
      expect(driver.get(register.deviceFeatures)).toBe(0x244);
      driver.set(register.deviceFeaturesSelect, 1);
      expect(driver.get(register.deviceFeatures)).toBe(version === 'modern' ? 1 : 0);
      driver.set(register.deviceFeaturesSelect, 2);
      expect(driver.get(register.deviceFeatures)).toBe(0);
    });

    test('has its capacity and block size in the configuration space, at any size of access', () => {
      const { device } = createDisk(version, 300);
      expect([device.read(0x100, 4), device.read(0x104, 4), device.read(0x114, 4)]).toEqual([300, 0, 512]);
      expect([device.read(0x100, 1), device.read(0x101, 1), device.read(0x100, 2)]).toEqual([44, 1, 300]);
    });

    test('writes sectors to the disk and reads them back', () => {
      const world = started(version);
      const { driver, disk, memory } = world;
      memory.bytes.fill(0xab, 0x8000, 0x8400);
      driver.request(0, blockType.write, 3, [{ address: buffer, length: 1024 }]);
      complete(world);
      expect(driver.status(0)).toBe(0);
      expect(disk.dirtySectors()).toEqual([3, 4]);
      expect([
        disk.bytes[512 * 3 - 1],
        disk.bytes[512 * 3],
        disk.bytes[512 * 5 - 1],
        disk.bytes[512 * 5],
      ]).toEqual([3, 0xab, 0xab, 6]);
      driver.request(3, blockType.read, 2, [{ address: buffer + 0x1000, length: 1024, write: true }]);
      complete(world);
      expect(driver.status(3)).toBe(0);
      expect([memory.bytes[0x9000], memory.bytes[0x9200], memory.bytes[0x9400]]).toEqual([3, 0xab, 0]);
      expect(driver.used()).toEqual({
        index: 2,
        entries: [
          { head: 0, written: 1 },
          { head: 3, written: 1025 },
        ],
      });
      expect(world.requests).toEqual(['write 3 1024', 'read 2 1024']);
    });

    test('completes 20,000 cycles after the notify, not before', () => {
      const { device, clock, driver, interrupt } = started(version);
      expect(device.deadline()).toBe(Infinity);
      clock.now = 123;
      driver.request(0, blockType.flush, 0, []);
      expect(device.deadline()).toBe(20_123);
      clock.now = 20_122;
      device.tick();
      expect([driver.status(0), interrupt.level]).toEqual([0xff, false]);
      clock.now = 20_123;
      device.tick();
      expect([driver.status(0), interrupt.level, device.deadline()]).toEqual([0, true, Infinity]);
    });

    test('interrupts until it is acknowledged', () => {
      const world = started(version);
      world.driver.request(0, blockType.flush, 0, []);
      complete(world);
      expect(world.driver.get(register.interruptStatus)).toBe(1);
      world.driver.set(register.interruptAcknowledge, 2);
      expect(world.interrupt.level).toBe(true);
      world.driver.set(register.interruptAcknowledge, 1);
      expect([world.interrupt.level, world.driver.get(register.interruptStatus)]).toEqual([false, 0]);
    });

    test('goes round the rings many times', () => {
      const world = started(version);
      for (let round = 0; round < 3 * queueSize; round++) {
        world.driver.request(0, blockType.read, round % 16, [{ address: buffer, length: 512, write: true }]);
        complete(world);
        expect(world.memory.bytes[0x8000]).toBe(1 + (round % 16));
      }
      expect(world.driver.used().index).toBe(3 * queueSize);
    });

    test('a state saved in the middle of a request finishes it after restore', () => {
      const world = started(version);
      world.driver.request(0, blockType.read, 5, [{ address: buffer, length: 512, write: true }]);
      const other = createDisk(version);
      other.memory.bytes.set(world.memory.bytes);
      other.device.restore(world.device.save());
      expect(other.device.deadline()).toBe(20_000);
      complete(other);
      expect([other.memory.bytes[0x8000], other.driver.used().index, other.interrupt.level]).toEqual([
        6,
        1,
        true,
      ]);
      expect(other.device.queueConfigured).toBe(true);
    });
  });
}

describe('virtio-block requests', () => {
  test('several chains of one notify complete together, in order', () => {
    const world = started();
    world.driver.prepare(0, blockType.read, 1, [{ address: buffer, length: 512, write: true }]);
    world.driver.prepare(3, blockType.read, 9, [{ address: buffer + 512, length: 512, write: true }]);
    world.driver.offer(3, 0);
    complete(world);
    expect(world.driver.used().entries.map((entry) => entry.head)).toEqual([3, 0]);
    expect([world.memory.bytes[0x8000], world.memory.bytes[0x8200]]).toEqual([2, 10]);
  });

  test('a notify without new chains does nothing', () => {
    const world = started();
    world.driver.offer();
    expect(world.device.deadline()).toBe(Infinity);
  });

  test('data may be spread over buffers of any length', () => {
    const world = started();
    const parts = [100, 0, 412].map((length, at) => ({ address: buffer + 0x200 * at, length, write: true }));
    world.driver.request(0, blockType.read, 7, parts);
    complete(world);
    expect(world.driver.used().entries).toEqual([{ head: 0, written: 513 }]);
    const bytes = [0x8063, 0x8064, 0x8400, 0x8400 + 411, 0x8400 + 412];
    expect(bytes.map((at) => world.memory.bytes[at])).toEqual([8, 0, 8, 8, 0]);
  });

  test('a chain may use every descriptor of the queue', () => {
    const world = started();
    const parts = Array.from({ length: queueSize - 2 }, (_, at) => ({
      address: buffer + 0x200 * at,
      length: 512,
      write: true,
    }));
    world.driver.request(0, blockType.read, 1, parts);
    complete(world);
    expect(world.driver.status(0)).toBe(0);
    expect(parts.map(({ address }) => world.memory.bytes[address - ramBase])).toEqual([2, 3, 4, 5, 6, 7]);
  });

  test('header, data and status may share buffers', () => {
    const world = started();
    const view = world.memory.view;
    view.setUint32(0x8000, blockType.read, true);
    view.setUint32(0x8008, 4, true);
    world.driver.describe(0, { address: buffer, length: 16 }, 1);
    world.driver.describe(1, { address: buffer + 16, length: 513, write: true });
    world.memory.bytes[0x8000 + 16 + 512] = 0xff;
    world.driver.offer(0);
    complete(world);
    expect([world.memory.bytes[0x8010], world.memory.bytes[0x8000 + 16 + 512]]).toEqual([5, 0]);
  });

  test('the identification string is twenty bytes', () => {
    const world = started();
    world.driver.request(0, blockType.identify, 0, [{ address: buffer, length: 20, write: true }]);
    complete(world);
    expect(new TextDecoder().decode(world.memory.bytes.subarray(0x8000, 0x8014))).toBe(
      'cowtrace'.padEnd(20, '\0'),
    );
  });

  test('no interrupt for a driver that suppresses them', () => {
    const world = started();
    world.driver.suppressInterrupts(true);
    world.driver.request(0, blockType.flush, 0, []);
    complete(world);
    expect([world.driver.status(0), world.interrupt.level]).toEqual([0, false]);
  });

  test.each([
    ['beyond the end of the disk', blockType.read, 15, [{ address: buffer, length: 1024, write: true }], 1],
    ['at a sector of 2^53', blockType.write, 2 ** 53, [{ address: buffer, length: 512 }], 1],
    ['of half a sector', blockType.read, 0, [{ address: buffer, length: 256, write: true }], 1],
    ['into memory outside RAM', blockType.read, 0, [{ address: outside, length: 512, write: true }], 1],
    ['from an address of 2^63', blockType.write, 0, [{ address: 2 ** 63, length: 512 }], 1],
    ['of an unknown type', 13, 0, [], 2],
  ])('a request %s fails with its status, and the device goes on', (_, type, sector, data, status) => {
    const world = started();
    const before = world.disk.bytes.slice();
    world.driver.request(0, type, sector, data);
    complete(world);
    expect(world.driver.status(0)).toBe(status);
    expect(world.driver.used().entries).toEqual([{ head: 0, written: 1 }]);
    expect(world.disk.bytes).toEqual(before);
    world.driver.request(0, blockType.flush, 0, []);
    complete(world);
    expect(world.driver.status(0)).toBe(0);
  });
});
