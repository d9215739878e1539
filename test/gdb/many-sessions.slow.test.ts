// Session after session on one replay, with the machine idle and with all its cores busy: none may differ.
import { spawn, type ChildProcess } from 'node:child_process';
import { cpus } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { debugged, recordFrames, type DebuggedRun } from '../support/debugged-run.js';
import { hasGdb } from '../support/gdb-multiarch.js';
import { play, scenarios } from '../support/gdb-scenarios.js';
import { unless } from '../support/skipped.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();
const sessions = 200;
const timeoutMilliseconds = 1_800_000;

describe.skipIf(!hasGdb)(`many sessions of gdb${unless(hasGdb, 'gdb-multiarch')}`, () => {
  let run: DebuggedRun;

  beforeAll(async () => {
    await recordFrames(inside('frames.trace'));
    run = await debugged(inside('frames.trace'));
  });
  afterAll(() => run.server.close());

  /** Plays all scenarios in turn, and returns what failed. */
  async function playMany(count: number): Promise<string[]> {
    const failures: string[] = [];
    for (let index = 0; index < count; index++) {
      const scenario = scenarios[index % scenarios.length];
      await play(scenario, run, inside('script.gdb')).catch((error: unknown) =>
        failures.push(`session ${index}: ${String(error)}`),
      );
    }
    return failures;
  }

  it(
    `${sessions} in a row`,
    async () => {
      expect(await playMany(sessions)).toEqual([]);
    },
    timeoutMilliseconds,
  );

  it(
    `${sessions} in a row while every core is busy`,
    async () => {
      const busy: ChildProcess[] = cpus().map(() => spawn(process.execPath, ['-e', 'for (;;);']));
      try {
        expect(await playMany(sessions)).toEqual([]);
      } finally {
        for (const one of busy) one.kill();
      }
    },
    timeoutMilliseconds,
  );
});
