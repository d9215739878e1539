// gdb as students use it, on a replay: the sessions of gdb-scenarios.ts, once each.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { debugged, recordFrames, type DebuggedRun } from '../support/debugged-run.js';
import { gdbSession, hasGdb } from '../support/gdb-multiarch.js';
import { play, scenarios } from '../support/gdb-scenarios.js';
import { unless } from '../support/skipped.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();

describe.skipIf(!hasGdb)(`gdb${unless(hasGdb, 'gdb-multiarch')}`, () => {
  let run: DebuggedRun;

  beforeAll(async () => {
    await recordFrames(inside('frames.trace'));
    run = await debugged(inside('frames.trace'));
  });
  afterAll(() => run.server.close());

  it.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', async (_, scenario) => {
    await play(scenario, run, inside('script.gdb'));
  });

  it('is told why nothing can be changed', async () => {
    const output = await gdbSession(inside('script.gdb'), run.server.port, 'set $pc = 0');
    expect(output).toMatch(/the recording cannot be changed/);
  });
});
