// The disk device and a driver that breaks the rules: it stops, says so, and touches no memory outside of RAM.
import { describe, expect, test } from 'vitest';
import { virtioRegister as register } from '../../emulator/devices/virtio-registers.js';
import { blockType, buffer, complete, createDisk, outside, queueSize, started } from './virtio-driver.js';

const needsReset = 0x40;

describe('virtio-block and a driver that breaks the rules', () => {
  type World = ReturnType<typeof createDisk>;
  const status = { address: buffer + 0x100, length: 1, write: true };
  const header = { address: buffer, length: 16 };

  test.each<[string, (world: World) => void]>([
    [
      'a loop of descriptors',
      ({ driver }) => {
        driver.describe(0, header, 1);
        driver.describe(1, header, 0);
        driver.offer(0);
      },
    ],
    ['a head beyond the queue', ({ driver }) => driver.offer(queueSize)],
    [
      'a next beyond the queue',
      ({ driver }) => {
        driver.describe(0, header, 500);
        driver.offer(0);
      },
    ],
    [
      'more chains than descriptors',
      ({ driver }) => {
        driver.prepare(0, blockType.flush, 0, []);
        driver.offer(...new Array<number>(queueSize + 1).fill(0));
      },
    ],
    [
      'a readable buffer behind a writable one',
      ({ driver }) => {
        driver.describe(0, status, 1);
        driver.describe(1, header);
        driver.offer(0);
      },
    ],
    [
      'no status byte',
      ({ driver }) => {
        driver.describe(0, header);
        driver.offer(0);
      },
    ],
    [
      'a short header',
      ({ driver }) => {
        driver.describe(0, { address: buffer, length: 15 }, 1);
        driver.describe(1, status);
        driver.offer(0);
      },
    ],
    [
      'a status byte outside RAM',
      ({ driver }) => {
        driver.describe(0, header, 1);
        driver.describe(1, { ...status, address: outside });
        driver.offer(0);
      },
    ],
    [
      'a queue outside RAM',
      ({ driver }) => {
        driver.set(register.queueReady, 0);
        driver.set(register.queueDriver + 4, 1);
        driver.set(register.queueReady, 1);
        driver.offer(0);
      },
    ],
  ])('%s: the device asks to be reset, and works again after it', (_, breakRules) => {
    const world = started();
    breakRules(world);
    expect(world.driver.get(register.status)).toBe(15 | needsReset);
    expect([world.driver.get(register.interruptStatus), world.interrupt.level]).toEqual([2, true]);
    expect(world.device.deadline()).toBe(Infinity);
    const again = started();
    again.device.restore(world.device.save());
    again.driver.set(register.queueDriver + 4, 0);
    again.driver.start();
    expect(again.interrupt.level).toBe(false);
    again.driver.request(0, blockType.flush, 0, []);
    complete(again);
    expect(again.driver.status(0)).toBe(0);
  });

  test('a chain that is broken after its notify stops the device when its time comes', () => {
    const world = started();
    world.driver.request(0, blockType.flush, 0, []);
    world.driver.describe(0, header, 0);
    complete(world);
    expect(world.driver.get(register.status)).toBe(15 | needsReset);
  });

  test('a reset by the driver drops what is under way', () => {
    const world = started();
    world.driver.request(0, blockType.write, 0, [{ address: buffer, length: 512 }]);
    world.driver.set(register.status, 0);
    expect(world.device.deadline()).toBe(Infinity);
    world.driver.request(0, blockType.flush, 0, []);
    expect(world.device.deadline()).toBe(Infinity);
  });

  test('setting the queue up anew drops what is under way, too', () => {
    const world = started();
    world.driver.request(0, blockType.flush, 0, []);
    world.driver.set(register.queueReady, 1);
    expect(world.device.deadline()).toBe(Infinity);
  });

  test('registers want whole words', () => {
    const { device } = createDisk('modern');
    expect([device.read(0, 1), device.read(0, 2)]).toEqual([0, 0]);
    device.write(register.status, 1, 3);
    expect(device.read(register.status, 4)).toBe(0);
  });
});
