// Random programs in lockstep on both engines, in random pieces: the same state at every stop. A program runs several
// times over, since only what was executed before is compiled.
import { describe, expect, test } from 'vitest';
import { defaultConfiguration, Machine, type EngineOptions } from '../../emulator/index.js';
import { Mstatus } from '../../emulator/hart/mstatus.js';
import { codeBase, harts, ramBytes } from '../differential/layout.js';
import { randomProgram } from '../differential/program.js';
import { Random } from '../support/random.js';

const passes = 4;
const turnCycles = 100_000_000;

function machineOf(image: Uint8Array, engine: EngineOptions): Machine {
  return new Machine(
    { ...defaultConfiguration, harts, memoryBytes: ramBytes, turnCycles },
    { entry: codeBase, segments: [{ address: codeBase, bytes: image }], disk: new Uint8Array(0) },
    { receive: () => undefined, transmitted: () => {} },
    engine,
  );
}

/** Back to the program's first instruction, in machine mode; the program sets up everything else. */
function restart(machine: Machine): void {
  const [hart] = machine.harts;
  hart.write('mstatus', Mstatus.xl);
  hart.write('mode', 3n);
  hart.write('pc', BigInt(codeBase));
}

/** Cycles until a machine powers itself off. */
function lengthOf(image: Uint8Array): number {
  const machine = machineOf(image, { engine: 'interpreter' });
  machine.run(turnCycles);
  return machine.cycle();
}

function compare(seed: number): void {
  const { image } = randomProgram(seed, 300);
  const random = new Random(seed);
  const machines = [
    machineOf(image, { engine: 'interpreter' }),
    machineOf(image, { sampling: { threshold: 1, growth: 1.1, every: 1 } }),
  ];
  const length = lengthOf(image);
  for (let pass = 0; pass < passes; pass++) {
    const end = machines[0].cycle() + Math.floor(length * 0.9);
    while (machines[0].cycle() < end) {
      const stop = machines[0].cycle() + (random.oneIn(3) ? random.between(1, 30) : random.between(1, 1500));
      for (const machine of machines) machine.run(Math.min(stop, end));
      const [one, other] = machines.map((machine) => Buffer.from(machine.harts[0].architecturalState()));
      if (one.equals(other) && machines[0].cycle() === machines[1].cycle()) continue;
      expect(machines[1].digest(), `seed ${seed}, pass ${pass}, cycle ${stop}`).toBe(machines[0].digest());
    }
    expect(machines[1].digest(), `seed ${seed}, pass ${pass}`).toBe(machines[0].digest());
    for (const machine of machines) restart(machine);
  }
}

describe('random programs', () => {
  const seeds = Array.from({ length: 12 }, (_, index) => index + 1);
  test.each(seeds)('leave the same state on both engines (seed %i)', (seed) => compare(seed));
});
