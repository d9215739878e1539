// A trace that grows too large ends its run: where, depends on the guest alone.
import { expect, test } from 'vitest';
import { openTrace } from '../../tracer/directory/index.js';
import type { RunResult } from '../../tracer/session/index.js';
import { record } from '../support/recorded-run.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();

function run(name: string, traceBytes: number): Promise<RunResult> {
  return record({ out: inside(name), program: ['cowtest'], machine: { harts: 3 }, limits: { traceBytes } });
}

test('a budget of bytes ends the run, and says so in its trace', async () => {
  const { end, cycle } = await run('small.trace', 20_000);
  expect(end).toBe('trace_budget');
  expect(openTrace(inside('small.trace'), 'digests').incompleteBecause).toMatch(/grew beyond its bound/);
  expect((await run('again.trace', 20_000)).cycle).toBe(cycle);
});
