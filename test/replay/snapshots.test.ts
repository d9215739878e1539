// Snapshots in a trace: any cycle is reached from them in the state it had, and without them all the same.
import { appendFileSync, cpSync, readdirSync, rmSync, statSync, writeFileSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Replayer } from '../../tracer/replay/index.js';
import type { RunResult } from '../../tracer/session/index.js';
import { CowRun } from '../support/cow-run.js';
import { Random } from '../support/random.js';
import { record } from '../support/recorded-run.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();
const out = inside('frames.trace');
const plain = inside('plain.trace');
let result: RunResult;

beforeAll(async () => {
  result = await record({ out, program: ['frames'], snapshots: { seconds: 0 } });
  await record({ out: plain, program: ['frames'], snapshots: { bytes: 0 } });
});

/** Digests of the run, as it was without recording or replay, at some cycles. */
function digestsAt(cycles: readonly number[]): Map<number, string> {
  const { machine } = new CowRun('frames');
  const digests = new Map<number, string>();
  for (const cycle of [...cycles].sort((a, b) => a - b)) {
    while (machine.cycle() < cycle) machine.run(cycle);
    digests.set(cycle, machine.digest());
  }
  return digests;
}

/** Goes to cycles at random, with pieces run in between, and compares every state. */
async function expectStatesOfTheRun(folder: string, seed: number): Promise<Replayer> {
  const random = new Random(seed);
  const replay = await Replayer.open(folder, { engine: seed % 2 === 0 ? 'auto' : 'interpreter' });
  const cycles = Array.from({ length: 10 }, () => random.between(0, replay.end));
  // Around the bytes that were typed, and around snapshots.
  for (const { cycle } of replay.recording.inputs) cycles.push(cycle, cycle + 1, cycle + random.below(50));
  for (const { cycle } of replay.recording.snapshots.slice(0, 5)) cycles.push(cycle, cycle - 1, cycle + 1);
  const digests = digestsAt(cycles);
  for (let count = 0; count < 25; count++) {
    const cycle = random.pick(cycles);
    replay.seek(cycle);
    expect([replay.cycle, replay.machine.digest()], `cycle ${cycle}`).toEqual([cycle, digests.get(cycle)]);
    if (random.oneIn(3)) replay.run(cycle + random.between(1, 2e6));
    if (random.oneIn(3)) replay.seek(Math.max(0, replay.cycle - random.between(1, 2000)));
    if (random.oneIn(4)) expect(replay.currentHart ?? 0).toBeLessThan(3);
  }
  return replay;
}

describe('a trace with snapshots', () => {
  it('has them in its index, and nothing else in the directory', async () => {
    const { recording } = await Replayer.open(out);
    expect(recording.snapshots.length).toBeGreaterThan(10);
    expect(recording.snapshots.map(({ file }) => file).sort()).toEqual(
      readdirSync(`${out}/snapshots`).sort(),
    );
    for (const { file, bytes } of recording.snapshots)
      expect(statSync(`${out}/snapshots/${file}`).size).toBe(bytes);
  });

  it.each([1, 2])('is in the state of the run wherever it goes (seed %i)', async (seed) => {
    const replay = await expectStatesOfTheRun(out, seed);
    expect(replay.snapshotDamage).toBeUndefined();
  });

  it('reaches the end without executing what is before the last snapshot', async () => {
    const seeks: number[] = [];
    const replay = await Replayer.open(out, { onSeek: (cycle) => seeks.push(cycle) });
    replay.seek(replay.end);
    expect(seeks).toEqual([replay.recording.snapshots.at(-1)!.cycle]);
    expect(replay.machine.digest()).toBe(result.digest);
  });
});

describe('a trace without snapshots', () => {
  it('goes anywhere too', async () => {
    expect(readdirSync(`${plain}/snapshots`)).toEqual([]);
    await expectStatesOfTheRun(plain, 3);
  });
});

describe('a budget', () => {
  it('thins snapshots out, and what is left still leads everywhere', async () => {
    const thin = inside('thin.trace');
    await record({ out: thin, program: ['frames'], snapshots: { seconds: 0, bytes: 150_000 } });
    const replay = await expectStatesOfTheRun(thin, 4);
    const { snapshots } = replay.recording;
    const bytes = snapshots.reduce((sum, one) => sum + one.bytes, 0);
    expect(bytes).toBeLessThanOrEqual(150_000);
    expect(snapshots.length).toBeGreaterThan(0);
    expect(readdirSync(`${thin}/snapshots`).sort()).toEqual(snapshots.map(({ file }) => file).sort());
    expect(replay.snapshotDamage).toBeUndefined();
  });
});

describe('a budget that not even two snapshots fit in', () => {
  it('keeps none, and the run goes on', async () => {
    const tiny = inside('tiny.trace');
    await record({ out: tiny, program: ['echo', 'hi'], snapshots: { seconds: 0, bytes: 100 } });
    const replay = await Replayer.open(tiny);
    expect([replay.recording.snapshots, readdirSync(`${tiny}/snapshots`)]).toEqual([[], []]);
    replay.seek(replay.end);
    expect(replay.machine.digest()).toBe(replay.recording.end?.state);
  });
});

describe('a snapshot that is not what was written', () => {
  const alterations: [string, (file: string) => void][] = [
    ['is missing', (file) => rmSync(file)],
    ['is longer', (file) => appendFileSync(file, 'x')],
    ['is cut off', (file) => writeFileSync(file, readFileSync(file).subarray(0, 100))],
    ['is empty', (file) => writeFileSync(file, '')],
    [
      'has a byte changed',
      (file) => {
        const bytes = readFileSync(file);
        bytes[bytes.length - 40] ^= 1;
        writeFileSync(file, bytes);
      },
    ],
  ];

  it.each(alterations)('%s: it is given up, with those that rest on it', async (_, alter) => {
    const copy = inside(`altered-${alterations.findIndex(([, one]) => one === alter)}.trace`);
    cpSync(out, copy, { recursive: true });
    const original = await Replayer.open(copy);
    const damaged = original.recording.snapshots[4];
    alter(`${copy}/snapshots/${damaged.file}`);
    const seeks: number[] = [];
    const replay = await Replayer.open(copy, { onSeek: (cycle) => seeks.push(cycle) });
    replay.seek(replay.end);
    expect(replay.machine.digest()).toBe(result.digest);
    expect(replay.snapshotDamage).toContain(damaged.file);
    expect(seeks).toEqual([original.recording.snapshots[3].cycle]);
  });
});
