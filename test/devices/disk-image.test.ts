// A disk of sectors in memory, and what was written to it.
import { expect, test } from 'vitest';
import { DiskImage } from '../../emulator/devices/disk-image.js';

test('a disk is a copy of its image, filled up to whole sectors', () => {
  const image = new Uint8Array(513).fill(7);
  const disk = new DiskImage(image);
  image.fill(9);
  expect(disk.sectors).toBe(2);
  expect([disk.bytes[512], disk.bytes[513], disk.bytes[0]]).toEqual([7, 0, 7]);
  expect([
    disk.contains(1, 512),
    disk.contains(1, 513),
    disk.contains(2, 0),
    disk.contains(2 ** 60, 512),
  ]).toEqual([true, false, true, false]);
});

test('exactly the sectors that a write touches are dirty, until they are cleared', () => {
  const disk = new DiskImage(new Uint8Array(512 * 8));
  disk.write(512 * 2 + 500, new Uint8Array(13).fill(1));
  disk.write(512 * 6, new Uint8Array(512));
  disk.write(512 * 7, new Uint8Array(0));
  expect(disk.dirtySectors()).toEqual([2, 3, 6]);
  expect([disk.bytes[512 * 2 + 500], disk.bytes[512 * 3]]).toEqual([1, 1]);
  disk.clearDirty();
  expect(disk.dirtySectors()).toEqual([]);
});
