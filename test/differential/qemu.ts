// `npm run differential -- [--seed N] [--count N] [--items N]`
//
// Runs random programs on QEMU and on this project's emulator and compares what they print, byte for byte. Program
// number i has the seed N + i. A difference is narrowed down to the first item that shows it, and the command that
// repeats it is printed. Exit code: 0 all agree or QEMU is absent, 1 a difference, 2 usage.
import { parseArgs } from 'node:util';
import { findMismatch, listing } from './compare.js';
import { runOnEmulator } from './on-emulator.js';
import { qemuIsInstalled, runOnQemu } from './on-qemu.js';

interface Campaign {
  readonly seed: number;
  readonly count: number;
  readonly items: number;
}

function parseCampaign(): Campaign | undefined {
  const number = { type: 'string' } as const;
  try {
    const { values } = parseArgs({ options: { seed: number, count: number, items: number } });
    const { seed = '1', count = '100', items = '400' } = values;
    const campaign = { seed: Number(seed), count: Number(count), items: Number(items) };
    if (Object.values(campaign).every((value) => Number.isSafeInteger(value) && value >= 0)) return campaign;
  } catch {
    // An unknown option: said below.
  }
  return undefined;
}

/** The number of programs on which the machines differ; at most three are looked into. */
function run({ seed, count, items }: Campaign): number {
  let differing = 0;
  for (let i = 0; i < count && differing < 3; i++) {
    const mismatch = findMismatch(seed + i, items, runOnQemu, runOnEmulator);
    if (mismatch === undefined) continue;
    differing++;
    const { program, difference } = mismatch;
    console.log(`seed ${program.seed} (${program.mode} mode): ${difference}`);
    console.log(`  after item ${program.items}:\n${listing(program)}`);
    console.log(`  npm run differential -- --seed ${program.seed} --count 1 --items ${program.items}`);
  }
  return differing;
}

const campaign = parseCampaign();
if (campaign === undefined) {
  console.error('usage: npm run differential -- [--seed N] [--count N] [--items N]');
  process.exitCode = 2;
} else if (!qemuIsInstalled()) {
  console.log('differential: skipped, qemu-system-riscv64 is not installed');
} else {
  const differing = run(campaign);
  const { seed, count, items } = campaign;
  console.log(
    differing === 0
      ? `differential: ${count} programs of ${items} items from seed ${seed} print the same on QEMU`
      : `differential: ${differing} programs print something else on QEMU`,
  );
  if (differing > 0) process.exitCode = 1;
}
