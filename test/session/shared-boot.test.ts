// Runs that go on from the boot of another: their traces are those of runs that booted themselves.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { defaultConfiguration } from '../../emulator/index.js';
import { traceFiles } from '../../tracer/directory/index.js';
import { readRecording } from '../../tracer/recording/index.js';
import { eventNames } from '../../tracer/schema/index.js';
import { runProgram, SharedBoot, type RunRequest, type RunResult } from '../../tracer/session/index.js';
import { builtinInput } from '../support/kernel-run.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();
const input = builtinInput('cow');

function run(out: string, program: string, change: Partial<RunRequest> = {}): Promise<RunResult> {
  return runProgram({
    ...{ input, program: program.split(' '), kinds: eventNames, out: inside(out), toolVersion: 'test' },
    machine: { ...defaultConfiguration, memoryBytes: 16 << 20 },
    limits: { cycles: 1e10, traceBytes: 1e9, consoleBytes: 1e6, seconds: Infinity },
    ...change,
  });
}

describe('a run from the prompt of another', () => {
  const boot = new SharedBoot();
  let behind: RunResult;
  let own: RunResult;

  beforeAll(async () => {
    await run('first', 'cowtest', { boot });
    behind = await run('behind', 'frames', { boot });
    own = await run('own', 'frames');
  });

  test('ends in the same state, and has the same rows, console and inputs', () => {
    expect([behind.end, behind.cycle, behind.digest]).toEqual([own.end, own.cycle, own.digest]);
    const [files, others] = [behind, own].map(({ manifest }) =>
      Object.entries(manifest.files).filter(([name]) => name !== traceFiles.recording),
    );
    expect(files).toEqual(others);
    expect(behind.manifest.files['events/pte_write.arrows']?.rows).toBeGreaterThan(10_000);
    expect(behind.manifest.digests).toEqual(own.manifest.digests);
    const [text, other] = ['behind', 'own'].map((name) =>
      readFileSync(path.join(inside(name), traceFiles.console), 'utf8'),
    );
    expect(text).toBe(other);
  });

  test('has a snapshot of the prompt', () => {
    const [recording, other] = ['behind', 'own'].map((name) =>
      readRecording(path.join(inside(name), traceFiles.recording)),
    );
    expect([recording.inputs, recording.digests]).toEqual([other.inputs, other.digests]);
    const [first] = recording.snapshots;
    expect(first.cycle).toBeLessThanOrEqual(recording.inputs[0].cycle);
    expect(first.cycle).toBeGreaterThan(recording.inputs[0].cycle - 100_000);
  });

  test('must differ from it in nothing but the program', async () => {
    const machine = { ...defaultConfiguration, memoryBytes: 32 << 20 };
    await expect(run('other', 'frames', { boot, machine })).rejects.toThrow(
      /differ in more than their program/,
    );
  });
});

test('without a prompt each run boots, until one comes to it', async () => {
  const boot = new SharedBoot();
  const limits = { cycles: 1e6, traceBytes: 1e9, consoleBytes: 1e6, seconds: Infinity };
  const { end } = await run('short', 'echo a', { boot, limits });
  expect([end, boot.isKept]).toEqual(['cycle_budget', false]);
  await run('long', 'echo b', { boot });
  expect(boot.isKept).toBe(true);
  const text = readFileSync(path.join(inside('long'), traceFiles.console), 'utf8');
  expect(text).toMatch(/\$ echo b\nb\n\$ $/);
});

test('a prompt that is known by the silence behind it comes at the same cycle', async () => {
  // The line before the prompt does not end: in place of its end is a space.
  const bytes = Buffer.from(input.disk);
  const line = Buffer.from('starting sh\n');
  expect(bytes.indexOf(line)).toBeGreaterThan(0);
  for (let at = bytes.indexOf(line); at >= 0; at = bytes.indexOf(line)) bytes.write('starting sh ', at);
  const change = { input: { ...input, disk: new Uint8Array(bytes) } };
  const boot = new SharedBoot();
  await run('unended', 'echo a', { ...change, boot });
  const ends = [await run('silent', 'echo b', { ...change, boot }), await run('alone', 'echo b', change)];
  expect(boot.isKept).toBe(true);
  const [behind, own] = ends.map(({ end, cycle, digest, manifest }) => [
    end,
    cycle,
    digest,
    manifest.digests,
  ]);
  expect(behind).toEqual(own);
});
