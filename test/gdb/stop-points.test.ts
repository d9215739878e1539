// What a session leaves in the machine when a watched address comes to mean other memory.
import { expect, it } from 'vitest';
import type { Machine, Watchpoint } from '../../emulator/index.js';
import { StopPoints } from '../../tracer/gdb/stop-points.js';

/** A machine that has nothing but watchpoints. */
function watchedMachine(): { readonly machine: Machine; readonly physical: () => number[] } {
  const watchpoints = new Set<Watchpoint>();
  const stops = {
    addWatchpoint: (one: Watchpoint) => void watchpoints.add(one),
    removeWatchpoint: (one: Watchpoint) => void watchpoints.delete(one),
  };
  return {
    machine: { stops } as unknown as Machine,
    physical: () => [...watchpoints].map((one) => one.address),
  };
}

it('watches an address where it is mapped now, and no longer where it was', () => {
  const { machine, physical } = watchedMachine();
  const points = new StopPoints();
  points.addWatch('write', 0x4000n, 0x8000_1000, 8);
  points.attach(machine);
  points.removeWatch('write', 0x4000n, 8);
  points.addWatch('write', 0x4000n, 0x8000_2000, 8);
  points.attach(machine);
  expect(physical()).toEqual([0x8000_2000]);
});

it('makes room for others, and takes it back', () => {
  const { machine, physical } = watchedMachine();
  const points = new StopPoints();
  points.addWatch('write', 0x4000n, 0x8000_1000, 8);
  points.attach(machine);
  points.detach();
  expect(physical()).toEqual([]);
  points.attach(machine);
  expect(physical()).toEqual([0x8000_1000]);
});
