// Probes record the same of a run whichever engine it is on: compiled code tells the host less, and leaves out nothing.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { RecordKind, recordBytes, recordField, type EngineOptions } from '../../emulator/index.js';
import { attachProbes, findProfile } from '../../tracer/probes/index.js';
import { eventNames } from '../../tracer/schema/index.js';
import { DebugInfo, parseElf } from '../../tracer/symbols/index.js';
import { CowRun } from '../support/cow-run.js';
import { builtinInput } from '../support/kernel-run.js';

const { kernel, kernelPath } = builtinInput('cow');
const profile = findProfile(DebugInfo.parse(parseElf(kernel, kernelPath)));
const eager = { sampling: { threshold: 2, growth: 1.5, every: 1 } };

/** Digest of all records of a run, and how many there are of each kind. */
function recorded(harts: number, engine: EngineOptions) {
  const run = new CowRun('frames', { harts }, 'cow', engine);
  const hash = createHash('sha256');
  const counts = new Map<number, number>();
  attachProbes(run.machine, profile, new Set(eventNames), () => {});
  run.machine.ring.setConsumer((view, from, to) => {
    hash.update(new Uint8Array(view.buffer, from, to - from));
    for (let at = from; at < to; at += recordBytes) {
      const kind = view.getUint8(at + recordField.kind);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
  });
  run.finish();
  return { counts, digest: hash.digest('hex') };
}

test.each([1, 3])('on %i harts', (harts) => {
  const interpreted = recorded(harts, { engine: 'interpreter' });
  expect(interpreted.counts.get(RecordKind.tableLinked)).toBeGreaterThan(20);
  expect(interpreted.counts.get(RecordKind.tableRetired)).toBeGreaterThan(20);
  expect(interpreted.counts.get(RecordKind.frameStore)).toBeGreaterThan(1);
  expect(recorded(harts, {})).toEqual(interpreted);
  expect(recorded(harts, eager)).toEqual(interpreted);
});
