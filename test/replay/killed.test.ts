// A run that was killed: what it left opens, says how far it goes, and replays to there.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../package-root.js';
import { mergedDelta } from '../../emulator/index.js';
import { readRecording, RecordingWriter, SnapshotStore } from '../../tracer/recording/index.js';
import { Replayer } from '../../tracer/replay/index.js';
import { trace } from '../support/command-line.js';
import { CowRun } from '../support/cow-run.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();
const program = path.join(packageRoot(), 'dist', 'bundle', 'cli.cjs');
if (!existsSync(program)) throw new Error('dist/bundle/cli.cjs is missing; run: npm run build');

/** Starts a run that waits for input for ever, and kills it this long after the recording has its first snapshots. */
async function kill(out: string, milliseconds: number): Promise<NodeJS.Signals | null> {
  const words = [program, 'run', '--memory', '16', '--quiet', '--out', out, 'cat'];
  const child = spawn(process.execPath, words, { stdio: 'ignore' });
  let isOver = false;
  const ended = new Promise<NodeJS.Signals | null>((resolve) => {
    child.on('close', (_, signal) => {
      isOver = true;
      resolve(signal);
    });
  });
  const snapshots = path.join(out, 'snapshots');
  while (!isOver && (!existsSync(snapshots) || readdirSync(snapshots).length < 2))
    await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  child.kill('SIGKILL');
  return ended;
}

describe('a run that is killed', () => {
  it.each([0, 37, 110])('replays as far as it is known (%i ms)', async (milliseconds) => {
    const out = inside(`killed-${milliseconds}.trace`);
    expect(await kill(out, milliseconds)).toBe('SIGKILL');
    const replay = await Replayer.open(out);
    const { snapshots } = replay.recording;
    expect(snapshots.length).toBeGreaterThan(0);
    expect(replay.end).toBeGreaterThanOrEqual(snapshots.at(-1)!.cycle);
    replay.seek(replay.end);
    expect(replay.snapshotDamage).toBeUndefined();
    const { machine } = new CowRun('cat');
    while (machine.cycle() < replay.end) machine.run(replay.end);
    expect(replay.machine.digest()).toBe(machine.digest());
    const verified = await trace(['verify', out, '--json']);
    expect(verified.exitCode).toBe(3);
    expect(JSON.parse(verified.stdout)).toMatchObject({ snapshots: snapshots.length, cycles: replay.end });
    const checked = await trace(['check', out]);
    expect([checked.exitCode, checked.stdout]).toEqual([3, expect.stringMatching(/INCONCLUSIVE: /)]);
  });
});

describe('snapshots that cannot be written', () => {
  it('are given up, and the recording goes on', async () => {
    const file = inside('recording.pb');
    const machine = { harts: 1, memoryBytes: 1 << 20, turnCycles: 1, diskLatencyCycles: 1 } as const;
    const recording = new RecordingWriter(file, {
      ...{ toolVersion: 'test', program: '', arguments: [], kernelSha256: '', diskSha256: '' },
      machine: { ...machine, virtio: 'modern', schedule: { kind: 'round_robin' } },
    });
    const folder = inside('gone');
    rmSync(folder, { recursive: true, force: true });
    const store = new SnapshotStore(folder, recording, 1e6, mergedDelta);
    const snapshot = {
      ...{ cycle: 5, state: Uint8Array.of(1), repeating: new Uint32Array(), words: new BigUint64Array() },
      ...{ pages: Uint32Array.of(7), content: new Uint8Array(4096) },
    };
    store.add(snapshot);
    await store.finish();
    expect([store.takesMore, store.count, store.bytes]).toEqual([false, 0, 0]);
    store.add(snapshot);
    await store.finish();
    recording.input(6, 65);
    recording.close();
    expect(readRecording(file)).toMatchObject({ snapshots: [], inputs: [{ cycle: 6, byte: 65 }] });
  });
});
