// The built-in kernel ends in the same state, at the same cycle, whichever engine runs it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { defaultConfiguration } from '../../emulator/index.js';
import { eventNames } from '../../tracer/schema/index.js';
import { runProgram } from '../../tracer/session/index.js';
import { CowRun } from '../support/cow-run.js';
import { builtinInput } from '../support/kernel-run.js';
import { Random } from '../support/random.js';

const folder = mkdtempSync(path.join(tmpdir(), 'cowtrace-engines-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const eager = { sampling: { threshold: 2, growth: 1.5, every: 1 } };

describe.each([1, 3])('the built-in kernel on %i harts', (harts) => {
  const reference = new CowRun('cowtest', { harts }, 'cow', { engine: 'interpreter' }).finish().summary;

  it('does the same compiled', () => {
    expect(new CowRun('cowtest', { harts }, 'cow').finish().summary).toEqual(reference);
    expect(new CowRun('cowtest', { harts }, 'cow', eager).finish().summary).toEqual(reference);
  });

  it('does the same compiled and cut into pieces at random', () => {
    const random = new Random(17 + harts);
    const run = new CowRun('cowtest', { harts }, 'cow', eager);
    run.finish(() => (random.oneIn(2) ? random.between(1, 60) : random.between(1, 400_000)));
    expect(run.summary).toEqual(reference);
  });

  it('is in the same state on the way', () => {
    const stepwise = { engine: 'interpreter', loopsAtOnce: false } as const;
    const interpreted = new CowRun('frames', { harts }, 'cow', stepwise);
    const compiled = new CowRun('frames', { harts }, 'cow', eager);
    const random = new Random(harts);
    for (let cycle = 1e6; cycle < 60e6; cycle += random.between(1, 4e6)) {
      for (const { machine } of [interpreted, compiled]) while (machine.cycle() < cycle) machine.run(cycle);
      expect(compiled.machine.digest(), `cycle ${cycle}`).toBe(interpreted.machine.digest());
    }
  });

  it.each(['interpreter', 'auto'] as const)('does the same with everything traced (%s)', async (engine) => {
    const { end, digest, cycle } = await runProgram({
      input: builtinInput('cow'),
      program: ['cowtest'],
      machine: { ...defaultConfiguration, harts, memoryBytes: 16 << 20 },
      limits: { cycles: 9e9, traceBytes: 1e9, consoleBytes: 1e6, seconds: Infinity },
      kinds: eventNames,
      out: path.join(folder, `${engine}-${harts}`),
      toolVersion: 'test',
      engine,
    });
    expect({ end, digest, cycle }).toEqual({
      end: 'prompt',
      digest: reference.digest,
      cycle: reference.cycle,
    });
  });
});
