// What every device promises, run against each of them: see the comments of `Device`.
import { describe, expect, test } from 'vitest';
import type { Device } from '../../emulator/devices/device.js';

export interface DeviceCase {
  /** A new device in its power-on state; two of them must not share anything. */
  readonly create: () => Device;
  /** Brings the device away from its power-on state, by register writes as a driver makes them. */
  readonly disturb?: (device: Device) => void;
  /** Offsets, multiples of 4, inside the region that hold no register. */
  readonly vacant: readonly number[];
  /** Length of the region in bytes. */
  readonly length: number;
}

export function deviceContract(name: string, { create, disturb, vacant, length }: DeviceCase): void {
  describe(`${name}: device contract`, () => {
    test('offsets without a register read 0 at every size and ignore writes', () => {
      const device = create();
      const before = device.save();
      for (const offset of vacant) {
        for (const size of [1, 2, 4]) {
          device.write(offset, size, 0xffff_ffff);
          expect(device.read(offset, size), `offset 0x${offset.toString(16)}`).toBe(0);
        }
      }
      expect(device.save()).toEqual(before);
    });

    test('every word of the region can be read, and is an unsigned number of the size asked for', () => {
      const device = create();
      for (let offset = 0; offset < Math.min(length, 0x8000); offset += 4) {
        const value = device.read(offset, 4);
        expect(value === value >>> 0, `offset 0x${offset.toString(16)} reads ${value}`).toBe(true);
      }
      expect(device.read(length - 4, 4)).toBe(0);
    });

    test('saving twice gives the same bytes, and two new devices have the same', () => {
      const device = create();
      expect(device.save()).toEqual(device.save());
      expect(create().save()).toEqual(device.save());
    });

    if (disturb === undefined) return;

    test('reset returns to the power-on state', () => {
      const device = create();
      const powerOn = device.save();
      disturb(device);
      expect(device.save()).not.toEqual(powerOn);
      device.reset();
      expect(device.save()).toEqual(powerOn);
    });

    test('restore makes a new device equal to the saved one, deadline included', () => {
      const saved = create();
      disturb(saved);
      const state = saved.save();
      const restored = create();
      restored.restore(state);
      expect(restored.save()).toEqual(state);
      expect(restored.deadline?.()).toBe(saved.deadline?.());
    });

    test('a saved state is a copy, and one of the wrong length is refused', () => {
      const device = create();
      const state = device.save();
      const before = state.slice();
      disturb(device);
      expect(state).toEqual(before);
      for (const more of [-1, 1])
        expect(() => device.restore(new Uint8Array(device.save().length + more))).toThrow(/saved state/);
    });
  });
}
