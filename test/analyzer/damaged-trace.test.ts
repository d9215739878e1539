// A trace that lost rows, in a crash or on a full disk: whatever is lost, nothing is reported that the whole trace does
// not show, and how far it was judged is said.
import { cpSync, existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkTrace, openTraceSource } from '../../analyzer/index.js';
import type { CheckResult } from '../../analyzer/result.js';
import { defaultConfiguration } from '../../emulator/index.js';
import { findHorizon, openTrace } from '../../tracer/directory/index.js';
import { eventFile, eventNames, type EventName } from '../../tracer/schema/index.js';
import { runProgram } from '../../tracer/session/index.js';
import { builtinInput } from '../support/kernel-run.js';
import { Random } from '../support/random.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();
const whole = inside('whole.trace');
const killed = inside('killed.trace');
/** Well inside the program, and not when its events have just been brought to their files. */
const killedAt = 130e6;

beforeAll(async () => {
  await runProgram({
    input: builtinInput('cow'),
    program: ['frames'],
    machine: { ...defaultConfiguration, memoryBytes: 16 << 20 },
    limits: { cycles: 1e9, traceBytes: 1e9, consoleBytes: 1e6, seconds: Infinity },
    kinds: eventNames,
    out: whole,
    toolVersion: 'test',
    // What is in the files at this moment is what a SIGKILL would leave.
    onProgress: ({ cycle }) => {
      if (cycle >= killedAt && !existsSync(killed)) cpSync(whole, killed, { recursive: true });
    },
  });
});

function copy(name: string): string {
  cpSync(whole, inside(name), { recursive: true });
  return inside(name);
}

function statuses(result: CheckResult, status: string): string[] {
  return result.invariants.filter((one) => one.status === status).map(({ name }) => name);
}

describe('a trace with a file cut off', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('at random (seed %i) has no violation of its own', async (seed) => {
    const random = new Random(seed);
    const trace = copy(`cut${seed}.trace`);
    for (let file = 0; file < 1 + (seed % 3); file++) {
      const kinds = [...openTrace(trace).kinds];
      const kind = kinds[random.below(kinds.length)];
      const name = path.join(trace, eventFile(kind));
      truncateSync(name, Math.floor(statSync(name).size * (0.3 + 0.7 * (random.below(1000) / 1000))));
    }
    const result = await checkTrace(openTraceSource(trace));
    expect([...statuses(result, 'violated'), ...statuses(result, 'error')]).toEqual([]);
    expect(result).toMatchObject({ verdict: 'inconclusive', exitCode: 3 });
    expect(result.reason).toMatch(/ has \d+ bytes instead of \d+; judged up to cycle \d+$/);
  });

  test('is whole before the first row that is lost, in every kind', async () => {
    const trace = copy('horizon.trace');
    const name = path.join(trace, eventFile('kfree'));
    truncateSync(name, statSync(name).size - 100);
    const horizon = findHorizon(openTrace(trace));
    const source = openTraceSource(trace);
    const seqs: number[] = [];
    for (const kind of [...source.kinds].filter((each) => each !== 'location'))
      for await (const { rows, columns } of source.batches(kind))
        for (const seq of columns['seq'].values.subarray(0, rows)) seqs.push(Number(seq));
    expect(seqs.sort((a, b) => a - b)).toEqual(Array.from({ length: horizon.seq }, (_, index) => index));
    expect(horizon.seq).toBeGreaterThan(1000);
    expect(source.facts['horizon_cycle']).toBe(horizon.cycle);
  });
});

describe('a run killed in the middle', () => {
  test('opens, is judged up to the last rows it left, and stays inconclusive', async () => {
    const result = await checkTrace(openTraceSource(killed));
    expect(statuses(result, 'violated')).toEqual([]);
    expect(statuses(result, 'holds')).toContain('no_double_free');
    expect(result).toMatchObject({ verdict: 'inconclusive', exitCode: 3 });
    const cycle = Number(
      /^the trace is .*the run did not finish; judged up to cycle (\d+)$/.exec(result.reason!)?.[1],
    );
    expect(cycle).toBeGreaterThan(90e6);
    expect(cycle).toBeLessThan(killedAt + 10e6);
  });

  test('is judged without its manifest as well', async () => {
    rmSync(path.join(killed, 'manifest.json'));
    const { verdict, reason } = await checkTrace(openTraceSource(killed));
    expect(verdict).toBe('inconclusive');
    expect(reason).toMatch(/manifest.json is missing; judged up to cycle \d+$/);
  });
});

describe('a whole trace', () => {
  test('is judged the same wherever it lies', async () => {
    const [here, there] = [
      await checkTrace(openTraceSource(whole)),
      await checkTrace(openTraceSource(copy('copy'))),
    ];
    expect(here.verdict).toBe('passed');
    expect(there).toEqual(here);
  });

  test.each(['kernel.elf', eventFile('pte_write'), eventFile('location')])(
    'with %s altered says so and does not believe it',
    async (name) => {
      const trace = copy(`${path.basename(name)}.trace`);
      const bytes = readFileSync(path.join(trace, name));
      bytes[bytes.length >> 1] ^= 0x40;
      writeFileSync(path.join(trace, name), bytes);
      const source = openTraceSource(trace);
      const result = await checkTrace(source);
      expect(result).toMatchObject({ verdict: 'inconclusive', exitCode: 3 });
      expect(result.reason).toContain(`${name} has been altered`);
      expect(statuses(result, 'violated')).toEqual([]);
      expect([...source.kinds].map((kind: EventName) => eventFile(kind))).not.toContain(name);
    },
  );
});
