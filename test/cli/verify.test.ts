// trace verify: what it says of a whole trace, an altered one and one that was cut off.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readRecording, RecordingWriter } from '../../tracer/recording/index.js';
import { trace } from '../support/command-line.js';
import { record } from '../support/recorded-run.js';
import { undocumentedKeys } from '../support/json-keys.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();
const out = inside('echo.trace');

beforeAll(async () => {
  await record({ out, program: ['echo', 'hi'], snapshots: { seconds: 0 } });
});

/** A copy of the trace with a file changed. */
function altered(name: string, file: string, change: (bytes: Buffer) => Uint8Array): string {
  const copy = inside(name);
  cpSync(out, copy, { recursive: true });
  writeFileSync(`${copy}/${file}`, change(readFileSync(`${copy}/${file}`)));
  return copy;
}

interface Retyping {
  readonly withSnapshots: boolean;
  readonly of?: string;
}

/** A copy of the trace in whose recording something else was typed, byte by byte at the same cycles. */
function retyped(name: string, text: string, { withSnapshots, of = out }: Retyping): string {
  const copy = inside(name);
  cpSync(of, copy, { recursive: true });
  const { header, inputs, digests, snapshots, end } = readRecording(`${of}/recording.pb`);
  const writer = new RecordingWriter(`${copy}/recording.pb`, header);
  for (const [index, { cycle }] of inputs.entries()) writer.input(cycle, text.charCodeAt(index));
  for (const { cycle, state } of digests) writer.digest(cycle, state);
  if (withSnapshots) for (const snapshot of snapshots) writer.snapshot(snapshot);
  writer.close(end);
  return copy;
}

describe('trace verify', () => {
  it('says that a run was repeated', async () => {
    const { exitCode, stdout, stderr } = await trace(['verify', out]);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^VERIFIED: [\d,]+ cycles replayed, 1 digests and \d+ snapshots compared, all equal\n$/,
    );
  });

  it('names the interval in which a replay parts from the recording', async () => {
    const typed = retyped('typed.trace', 'echo jo\n', { withSnapshots: false });
    const { exitCode, stdout } = await trace(['verify', typed, '--json']);
    expect(undocumentedKeys(JSON.parse(stdout) as object, 'trace verify')).toEqual([]);
    const result = JSON.parse(stdout) as {
      exitCode: number;
      divergence: { equal: number; different: number };
    };
    expect([exitCode, result.exitCode]).toEqual([1, 1]);
    expect(result.divergence.equal).toBe(0);
    expect(result.divergence.different).toBe(readRecording(`${out}/recording.pb`).end?.cycle);
  });

  it('names what differs, where there are snapshots, and from when on', async () => {
    const long = inside('long.trace');
    await record({ out: long, program: ['frames'], snapshots: { seconds: 0 } });
    const { inputs, snapshots } = readRecording(`${long}/recording.pb`);
    const typed = retyped('retyped.trace', 'framed\n', { withSnapshots: true, of: long });
    const { exitCode, stdout } = await trace(['verify', typed, '--json']);
    expect(undocumentedKeys(JSON.parse(stdout) as object, 'trace verify')).toEqual([]);
    expect(exitCode).toBe(1);
    const { divergence } = JSON.parse(stdout) as { divergence: Record<string, number | string> };
    const last = snapshots.filter(({ cycle }) => cycle <= inputs[5].cycle).at(-1)!.cycle;
    expect(divergence['equal']).toBe(last);
    expect(divergence['what']).toMatch(
      /^(the word at (0x\w+ in memory|byte \d+ of the disk)|\w+ of hart \d|the state of )/,
    );
    expect((await trace(['verify', typed])).stdout).toMatch(
      /^DIVERGED: .* is not at cycle [\d,]+: .* was recorded\n$/,
    );
  });

  it('says when a snapshot has been altered', async () => {
    const { snapshots } = readRecording(`${out}/recording.pb`);
    const damaged = altered('snapshot.trace', `snapshots/${snapshots[1].file}`, (bytes) => bytes.subarray(1));
    const { exitCode, stdout } = await trace(['verify', damaged]);
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(
      /^INCONCLUSIVE: .* 1 digests and 1 snapshots compared.*snapshot is not the file of the run/,
    );
  });

  it('goes as far as a trace that was cut off', async () => {
    const cut = altered('cut.trace', 'manifest.json', () => Buffer.from('{'));
    const { exitCode, stdout } = await trace(['verify', cut]);
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/^INCONCLUSIVE: .*but the trace is incomplete: manifest.json/);
  });

  it('refuses a kernel that is not the one of the run', async () => {
    const other = altered('kernel.trace', 'kernel.elf', (bytes) => Buffer.concat([bytes, Buffer.from('x')]));
    const { exitCode, stderr } = await trace(['verify', other]);
    expect([exitCode, stderr]).toEqual([
      65,
      expect.stringMatching(/kernel\.elf is not the file of the run: it has been/),
    ]);
    // Where the disk was full, nobody has altered anything.
    writeFileSync(`${other}/manifest.json`, '{');
    const cut = await trace(['verify', other]);
    expect([cut.exitCode, cut.stderr]).toEqual([
      65,
      expect.stringMatching(
        /not the file of the run: the trace is incomplete \(manifest\.json .*\), so the run/,
      ),
    ]);
  });
});
