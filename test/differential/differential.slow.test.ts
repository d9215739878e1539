// Two hundred long random programs against QEMU; DIFFERENTIAL_SEED=n chooses others.
import { describe, expect, test } from 'vitest';
import { findMismatch, listing } from './compare.js';
import { runOnEmulator } from './on-emulator.js';
import { qemuIsInstalled, runOnQemu } from './on-qemu.js';

const first = Number(process.env.DIFFERENTIAL_SEED ?? 1000);
const seeds = Array.from({ length: 200 }, (_, i) => first + i);
const absent = !qemuIsInstalled();

describe.skipIf(absent)(`QEMU prints the same${absent ? ' (skipped: no qemu-system-riscv64)' : ''}`, () => {
  test.each(seeds)('seed %i', (seed) => {
    const mismatch = findMismatch(seed, 1000, runOnQemu, runOnEmulator);
    expect(mismatch && `${mismatch.difference} after\n${listing(mismatch.program)}`).toBeUndefined();
  });
});
