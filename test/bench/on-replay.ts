// `--only seek`: what going through a recorded run costs. What recording it for that costs, two ways of bench.ts tell.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defaultConfiguration } from '../../emulator/index.js';
import { Replayer } from '../../tracer/replay/index.js';
import { runProgram } from '../../tracer/session/index.js';
import { Random } from '../support/random.js';
import type { Setup, Work } from './measurement.js';
import { inputOf } from './on-emulator.js';

/** Positions gone to, each in a replay that was just opened; and steps back from each. */
const seeks = 20;
const stepsBack = 10;

/** Times in milliseconds, of wall clock. */
export interface SeekMeasurement {
  readonly work: Work;
  readonly cycles: number;
  readonly open: Spread;
  readonly seek: Spread;
  readonly stepBack: Spread;
  readonly snapshots: number;
  readonly snapshotBytes: number;
}

/** The middle one and the largest of several values. */
export interface Spread {
  readonly median: number;
  readonly worst: number;
}

/** Records the work, and goes to random cycles of it. */
export async function measureSeeks(setup: Setup, work: Work): Promise<SeekMeasurement> {
  const folder = mkdtempSync(path.join(tmpdir(), 'cowtrace-bench-'));
  try {
    const out = path.join(folder, 'bench.trace');
    await record(setup, work, out);
    const random = new Random(1);
    const times = { open: [] as number[], seek: [] as number[], stepBack: [] as number[] };
    for (let count = 0; count < seeks; count++) await goSomewhere(out, random, times);
    const { end, recording } = await Replayer.open(out);
    const bytes = recording.snapshots.reduce((sum, one) => sum + one.bytes, 0);
    return {
      ...{ work, cycles: end, snapshots: recording.snapshots.length, snapshotBytes: bytes },
      open: spread(times.open),
      seek: spread(times.seek),
      stepBack: spread(times.stepBack),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function record(setup: Setup, work: Work, out: string): Promise<void> {
  const { harts, memoryBytes } = setup;
  const { end } = await runProgram({
    input: inputOf(setup),
    program: work.split(' ').filter(Boolean),
    machine: { ...defaultConfiguration, harts, memoryBytes },
    limits: { cycles: 500e9, traceBytes: Infinity, consoleBytes: Infinity, seconds: Infinity },
    kinds: ['process', 'console', 'trap'],
    out,
    toolVersion: 'bench',
  });
  if (end !== 'prompt') throw new Error(`the run of '${work}' ended with ${end}`);
}

async function goSomewhere(
  out: string,
  random: Random,
  times: { open: number[]; seek: number[]; stepBack: number[] },
): Promise<void> {
  let last = performance.now();
  const lap = (): number => -(last - (last = performance.now()));
  const replay = await Replayer.open(out);
  times.open.push(lap());
  replay.seek(Math.floor((random.next32() / 2 ** 32) * replay.end));
  times.seek.push(lap());
  for (let step = 0; step < stepsBack && replay.cycle > 0; step++) {
    lap();
    replay.seek(Math.max(0, replay.cycle - random.between(1, 3000)));
    times.stepBack.push(lap());
  }
}

function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: sorted[Math.floor((sorted.length - 1) / 2)], worst: sorted[sorted.length - 1] };
}

/** The measurement in words. */
export function seekText(measured: SeekMeasurement): string {
  const { work, cycles, open, seek, stepBack, snapshots, snapshotBytes } = measured;
  const milliseconds = ({ median, worst }: Spread): string =>
    `median ${median.toFixed(0)} ms, worst ${worst.toFixed(0)} ms`;
  return [
    `${work || 'boot'}, ${(cycles / 1e9).toFixed(2)} G cycles`,
    `open a trace        ${milliseconds(open)}`,
    `go to a cycle       ${milliseconds(seek)} (${seeks} at random, each in a replay just opened)`,
    `go back a little    ${milliseconds(stepBack)} (1 to 3,000 cycles)`,
    `snapshots           ${snapshots}, ${(snapshotBytes / 1e6).toFixed(1)} MB`,
  ].join('\n');
}
