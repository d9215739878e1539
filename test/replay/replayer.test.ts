// Going to any cycle of a recorded run: the state there is the one the run had, whichever way led to it.
import { appendFileSync, cpSync, renameSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { ramBase } from '../../emulator/index.js';
import type { RunResult } from '../../tracer/session/index.js';
import { Replayer } from '../../tracer/replay/index.js';
import { CowRun } from '../support/cow-run.js';
import { Random } from '../support/random.js';
import { record } from '../support/recorded-run.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();
const out = inside('frames.trace');
let result: RunResult;

beforeAll(async () => {
  result = await record({ out, program: ['frames'] });
});

/** The digest at a cycle of the run as it was, without recording or replay. */
function digestAt(cycle: number): string {
  const { machine } = new CowRun('frames');
  while (machine.cycle() < cycle) machine.run(cycle);
  return machine.digest();
}

describe('a replay', () => {
  it.each(['interpreter', 'jit'] as const)('ends in the state of the run (%s)', async (engine) => {
    const replay = await Replayer.open(out, { engine });
    expect(replay.end).toBe(result.cycle);
    replay.seek(replay.end);
    expect([replay.cycle, replay.machine.digest()]).toEqual([result.cycle, result.digest]);
  });

  it('is in the same state at a cycle, wherever it came from', async () => {
    const replay = await Replayer.open(out);
    const random = new Random(7);
    const middle = Math.floor(result.cycle * 0.9);
    const expected = digestAt(middle);
    for (const from of [0, result.cycle, middle + 1, middle - random.between(1, 1e6)]) {
      replay.seek(from);
      replay.seek(middle);
      expect([replay.cycle, replay.machine.digest()], `from ${from}`).toEqual([middle, expected]);
    }
  });

  it('goes on the same in pieces, and when asked who is next', async () => {
    const replay = await Replayer.open(out);
    const random = new Random(8);
    replay.seek(Math.floor(result.cycle * 0.7));
    while (replay.cycle < replay.end) {
      if (random.oneIn(2)) expect(replay.currentHart ?? 0).toBeLessThan(3);
      replay.run(replay.cycle + (random.oneIn(2) ? random.between(1, 40) : random.between(1, 3e5)));
    }
    expect(replay.machine.digest()).toBe(result.digest);
  });

  it('names the hart that executes the next step', async () => {
    const replay = await Replayer.open(out);
    for (let cycle = 40e6; cycle < 40e6 + 100_000; cycle += 4999) {
      replay.seek(cycle);
      const hart = replay.currentHart;
      if (hart === undefined) continue;
      const before = replay.machine.harts.map((one) => [one.read('pc'), one.read('instret')].join());
      replay.run(cycle + 1);
      const after = replay.machine.harts.map((one) => [one.read('pc'), one.read('instret')].join());
      const moved = before.flatMap((state, index) => (state === after[index] ? [] : [index]));
      // A jump to itself that is interrupted changes neither, so that nothing may have moved.
      expect(moved.length === 0 || (moved.length === 1 && moved[0] === hart), `cycle ${cycle}`).toBe(true);
    }
  });

  it('stays within the run', async () => {
    const replay = await Replayer.open(out);
    expect(() => replay.seek(replay.end + 1)).toThrow(RangeError);
    expect(replay.run(Infinity)).toBe('limit');
    expect(replay.cycle).toBe(replay.end);
  });
});

describe('a trace', () => {
  it('replays from another directory', async () => {
    const moved = inside('elsewhere');
    cpSync(out, inside('copy.trace'), { recursive: true });
    renameSync(inside('copy.trace'), moved);
    const replay = await Replayer.open(moved);
    replay.seek(replay.end);
    expect(replay.machine.digest()).toBe(result.digest);
  });

  it.each([
    ['the kernel', 'kernel.elf', (file: string) => appendFileSync(file, 'x')],
    ['the disk', 'disk.img.gz', (file: string) => writeFileSync(file, gzipSync(new Uint8Array(1 << 20)))],
  ])('is refused when %s is not the one of the run', async (_, name, alter) => {
    const altered = inside(`altered-${name}`);
    cpSync(out, altered, { recursive: true });
    alter(`${altered}/${name}`);
    await expect(Replayer.open(altered)).rejects.toThrow(/altered/);
  });
});

describe('a stop', () => {
  it('comes before the instruction at a breakpoint, and lets it pass when told to', async () => {
    const replay = await Replayer.open(out);
    const allocate = replay.kernel.profile.functions.allocate!.entry;
    let passed = -1;
    replay.seek(Math.floor(replay.end / 2));
    const { stops, harts } = replay.machine;
    stops.setBreakpoint(allocate, () => replay.cycle !== passed);
    for (let count = 0; count < 5; count++) {
      expect(replay.run(Infinity)).toBe('requested');
      expect(replay.cycle).toBeGreaterThan(passed);
      expect(harts[replay.currentHart!].read('pc')).toBe(BigInt(allocate));
      passed = replay.cycle;
    }
    stops.setBreakpoint(allocate, undefined);
    expect(replay.run(Infinity)).toBe('limit');
    expect(replay.machine.digest()).toBe(result.digest);
  });

  it('comes after the store that changes a watched word', async () => {
    const replay = await Replayer.open(out);
    const head = replay.kernel.profile.freeList!.heads[0];
    const value = (): bigint =>
      new DataView(replay.machine.ram.read(head, 8).slice().buffer).getBigUint64(0, true);
    replay.seek(Math.floor(replay.end / 2));
    let before = value();
    const onAccess = ({ kind }: { kind: string }): boolean => kind === 'store';
    replay.machine.stops.addWatchpoint({ address: head, bytes: 8, loads: true, stores: true, onAccess });
    for (let count = 0; count < 5; count++) {
      expect(replay.run(Infinity)).toBe('requested');
      expect(value()).not.toBe(before);
      const { cycle } = replay;
      replay.seek(cycle);
      before = value();
    }
    expect(head).toBeGreaterThan(ramBase);
  });
});
