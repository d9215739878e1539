// Recordings: what was recorded is what is read, also from a file that was cut off.
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ExitCode, UsageError } from '../../errors.js';
import {
  readRecording,
  RecordingWriter,
  type Recording,
  type RecordingHeader,
} from '../../tracer/recording/index.js';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recording-'));
  path = join(folder, 'recording.pb');
});
afterEach(() => rmSync(folder, { recursive: true }));

const header: RecordingHeader = {
  toolVersion: '0.1.0',
  machine: {
    harts: 3,
    memoryBytes: 128 * 2 ** 20,
    turnCycles: 10_000,
    diskLatencyCycles: 20_000,
    virtio: 'legacy',
    schedule: { kind: 'seeded', seed: 2 ** 53 - 1 },
  },
  program: 'usertests',
  arguments: ['-q', 'cöw'],
  kernelSha256: 'ab'.repeat(32),
  diskSha256: '',
};

const inputs = [
  { cycle: 0, byte: 0 },
  { cycle: 2 ** 52 + 1, byte: 255 },
  ...Array.from({ length: 40 }, (_, index) => ({ cycle: 2 ** 40 + index, byte: index })),
];

/** A recording with some of everything. */
function writeSample(): void {
  const writer = new RecordingWriter(path, header);
  for (const { cycle, byte } of inputs) writer.input(cycle, byte);
  for (let turn = 0; turn < 5; turn++) writer.turn(turn % 3, 10_000 + turn);
  writer.snapshot({ cycle: 2 ** 45, file: '000002.snapshot', bytes: 7, sha256: 'cd' });
  writer.snapshot({ cycle: 2 ** 44, file: '000001.snapshot', bytes: 9, sha256: 'ab' });
  writer.snapshot({ cycle: 5, file: '000003.snapshot', bytes: 9, sha256: 'ab' });
  writer.snapshotRemoved('000003.snapshot');
  writer.digest(2 ** 45, '0123456789abcdef');
  writer.close({ cycle: 2 ** 46, state: 'fedcba9876543210' });
}

function attempt(): Recording | UsageError {
  try {
    return readRecording(path);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
}

describe('a recording', () => {
  it('gives back what was recorded', () => {
    writeSample();
    expect(readRecording(path)).toEqual({
      header,
      inputs,
      turns: Array.from({ length: 5 }, (_, turn) => ({ hart: turn % 3, cycles: 10_000 + turn })),
      snapshots: [
        { cycle: 2 ** 44, file: '000001.snapshot', bytes: 9, sha256: 'ab' },
        { cycle: 2 ** 45, file: '000002.snapshot', bytes: 7, sha256: 'cd' },
      ],
      digests: [{ cycle: 2 ** 45, state: '0123456789abcdef' }],
      end: { cycle: 2 ** 46, state: 'fedcba9876543210' },
    });
  });

  it('keeps the other schedules and a run without arguments', () => {
    for (const kind of ['round_robin', 'scripted'] as const) {
      const other = { ...header, arguments: [], machine: { ...header.machine, schedule: { kind } } };
      new RecordingWriter(path, other).close();
      expect(readRecording(path)).toMatchObject({ header: other, inputs: [], end: undefined });
    }
  });

  it('digests its inputs: equal for equal ones, different for another cycle', () => {
    const digests = [5, 5, 6].map((cycle) => {
      const writer = new RecordingWriter(path, header);
      writer.input(cycle, 65);
      return writer.close().inputsSha256;
    });
    expect(digests[0]).toBe(digests[1]);
    expect(digests[0]).not.toBe(digests[2]);
  });

  it('is on the disk as far as inputs and digests go before it is closed', () => {
    const writer = new RecordingWriter(path, header);
    writer.input(7, 10);
    writer.digest(8, 'aa');
    expect(readRecording(path)).toMatchObject({ inputs: [{ cycle: 7, byte: 10 }], digests: [{ cycle: 8 }] });
    writer.close();
  });

  it('writes hundreds of thousands of turns in pieces', () => {
    const writer = new RecordingWriter(path, header);
    for (let turn = 0; turn < 100_000; turn++) writer.turn(turn & 3, turn);
    writer.close();
    const { turns } = readRecording(path);
    expect(turns).toHaveLength(100_000);
    expect(turns[99_999]).toEqual({ hart: 3, cycles: 99_999 });
  });
});

describe('a recording that is not whole', () => {
  it('is readable to its last record wherever it is cut off', () => {
    writeSample();
    const whole = readFileSync(path).length;
    let known = inputs.length;
    for (let length = whole - 1; length > 0; length--) {
      truncateSync(path, length);
      const recording = attempt();
      if (recording instanceof UsageError) {
        expect(recording.message).toMatch(/ends before its header/);
        expect(known).toBe(0);
        continue;
      }
      expect(recording.end).toBeUndefined();
      expect(recording.inputs).toEqual(inputs.slice(0, recording.inputs.length));
      expect(recording.inputs.length).toBeLessThanOrEqual(known);
      known = recording.inputs.length;
    }
    expect(known).toBe(0);
  });

  it('never fails otherwise than with exit code 65, whichever byte is altered', () => {
    writeSample();
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length; at++) {
      for (const mask of [0x80, 0x07]) {
        const altered = Buffer.from(whole);
        altered[at] ^= mask;
        rmSync(path);
        writeFileSync(path, altered);
        const outcome = attempt();
        if (outcome instanceof UsageError) expect(outcome.exitCode).toBe(ExitCode.unreadableTrace);
      }
    }
  });

  it('is refused by name of both versions when its format is newer', () => {
    // A record of 8 bytes: header (field 1) with format_version (1) = 7 and machine (3) with harts (1) = 1.
    writeFileSync(path, Uint8Array.of(8, 0x0a, 6, 0x08, 7, 0x1a, 2, 0x08, 1));
    expect(() => readRecording(path)).toThrow(/has recording format 7, this version reads 1/);
  });

  it.each([
    ['missing', undefined, /cannot be read \(ENOENT\)/],
    ['empty', '', /is no recording/],
    ['text', 'hello, this is a text file without any meaning', /no recording/],
  ])('is refused when it is %s', (_, content, message) => {
    if (content !== undefined) writeFileSync(path, content);
    expect(attempt()).toMatchObject({ exitCode: 65, message: expect.stringMatching(message) });
  });
});

describe('a recording on a full disk', () => {
  it('reports the failure instead of throwing', () => {
    const writer = new RecordingWriter('/dev/full', header);
    expect(writer.failure).toMatchObject({ reason: 'disk_full' });
    writer.input(1, 1);
    expect(writer.close().bytes).toBe(0);
  });
});
