// A run is a function of its configuration, images and inputs: neither repeating it, nor cutting it into pieces, nor
// watching it changes a bit of the machine's state or a cycle of its clock.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  defaultConfiguration,
  RecordKind,
  RecordSource,
  recordBytes,
  recordField,
} from '../../emulator/index.js';
import { builtinKernel } from '../../fixtures/index.js';
import { eventNames, type EventName } from '../../tracer/schema/index.js';
import { runProgram } from '../../tracer/session/index.js';
import { CowRun } from '../support/cow-run.js';
import { Random } from '../support/random.js';

const memoryBytes = 16 << 20;
const folder = mkdtempSync(path.join(tmpdir(), 'cowtrace-determinism-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([1, 3, 8])('the built-in kernel on %i harts', (harts) => {
  const whole = new CowRun('frames', { harts }).finish().summary;

  it('ends in the same state each time', () => {
    expect(whole.output).toContain('case 4 ok');
    expect(new CowRun('frames', { harts }).finish().summary).toEqual(whole);
  });

  it.each([11, 12])('ends in the same state when cut into pieces at random (seed %i)', (seed) => {
    const random = new Random(seed);
    const run = new CowRun('frames', { harts });
    run.finish(() => (random.oneIn(2) ? random.between(1, 40) : random.between(1, 300_000)));
    expect(run.summary).toEqual(whole);
  });

  it('is in the same state at each cycle on the way', () => {
    const one = new CowRun('frames', { harts });
    const other = new CowRun('frames', { harts });
    const random = new Random(5);
    for (let cycle = 1e6; cycle < whole.cycle; cycle += random.between(1, 6e7)) {
      while (one.machine.cycle() < cycle) one.machine.run(cycle);
      while (other.machine.cycle() < cycle)
        other.machine.run(Math.min(cycle, other.machine.cycle() + random.between(1, 1e7)));
      expect(other.machine.digest(), `cycle ${cycle}`).toBe(one.machine.digest());
    }
  });

  it('counts what retired, of the cycles there were', () => {
    const { machine } = new CowRun('echo hi', { harts }).finish();
    const retired = machine.harts.reduce((sum, hart) => sum + Number(hart.read('instret')), 0);
    expect(retired).toBeLessThan(machine.cycle());
    expect(retired).toBeGreaterThan(10e6);
  });
});

describe('a longer program', () => {
  it('does the same in one piece and in many', () => {
    const whole = new CowRun('cowtest').finish().summary;
    expect(whole.output).toContain('ALL COW TESTS PASSED');
    const random = new Random(21);
    const run = new CowRun('cowtest');
    run.finish(() => (random.oneIn(2) ? random.between(1, 40) : random.between(1, 500_000)));
    expect(run.summary).toEqual(whole);
  });
});

describe('tracing', () => {
  const trace = async (kinds: readonly EventName[], name: string, harts = 3) => {
    const { end, digest, cycle } = await runProgram({
      input: { ...builtinKernel('cow'), kernelPath: 'built-in' },
      program: ['frames'],
      machine: { ...defaultConfiguration, harts, memoryBytes },
      limits: { cycles: 3e9, traceBytes: 1e9, consoleBytes: 1e6, seconds: Infinity },
      kinds,
      out: path.join(folder, name),
      toolVersion: 'test',
    });
    return { end, digest, cycle };
  };
  const untraced = (harts = 3) => {
    const { digest, cycle } = new CowRun('frames', { harts }).finish().summary;
    return { end: 'prompt', digest, cycle };
  };
  const expected = untraced();

  it.each([1, 8])('of everything changes nothing on %i harts', async (harts) => {
    expect(await trace(eventNames, `all-${harts}`, harts)).toEqual(untraced(harts));
  });

  it('of everything, or of nothing, changes nothing', async () => {
    expect(await trace(eventNames, 'all')).toEqual(expected);
    expect(await trace([], 'none')).toEqual(expected);
  });

  it.each([1, 2, 3, 4])('of a random choice of kinds changes nothing (seed %i)', async (seed) => {
    const random = new Random(seed);
    const kinds = eventNames.filter(() => random.oneIn(3));
    expect(await trace(kinds, `subset-${seed}`), kinds.join(' ')).toEqual(expected);
  });

  it.each(eventNames.filter((name) => /pte|kalloc|kfree|refcount|frame/.test(name)))(
    'of %s alone changes nothing',
    async (kind) => {
      expect(await trace([kind], `only-${kind}`)).toEqual(expected);
    },
  );
});

describe('records', () => {
  /** How many records there were of which kinds, a digest of all, and whether the cycle ever went back. */
  function record(piece: () => number) {
    const run = new CowRun('frames', { harts: 3 });
    const { watch, ring, ramRange } = run.machine;
    const hash = createHash('sha256');
    const kinds = new Set<number>();
    let count = 0;
    let latest = 0n;
    let backwards = 0;
    watch.setSources(Object.values(RecordSource).reduce((bits, bit) => bits | bit, 0));
    watch.watchTables();
    watch.watchWords(ramRange.end - 0x100000, 0x1000);
    ring.setConsumer((view, from, to) => {
      hash.update(new Uint8Array(view.buffer, from, to - from));
      for (let at = from; at < to; at += recordBytes) {
        const cycle = view.getBigUint64(at + recordField.cycle, true);
        if (cycle < latest) backwards++;
        latest = cycle;
        kinds.add(view.getUint8(at + recordField.kind));
        count++;
      }
    });
    run.finish(piece);
    return { count, backwards, kinds: [...kinds].sort(), digest: hash.digest('hex') };
  }

  it('come in order of cycle, the same whatever the pieces of the run', () => {
    const random = new Random(3);
    const whole = record(() => 1e9);
    expect(whole.backwards).toBe(0);
    expect(whole.kinds).toContain(RecordKind.tableStore);
    expect(whole.kinds).toContain(RecordKind.marker);
    expect(record(() => random.between(1, 200_000))).toEqual(whole);
  });
});
