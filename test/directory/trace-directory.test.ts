// Trace directories: finished, cut off, damaged, foreign, replaced, on a full disk.
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ExitCode, UsageError } from '../../errors.js';
import { readEventFile } from '../../tracer/arrow/index.js';
import {
  openTrace,
  readTraceDisk,
  readTraceKernel,
  TraceDirectoryWriter,
  type RunDescription,
  type RunOutcome,
} from '../../tracer/directory/index.js';
import { readRecording } from '../../tracer/recording/index.js';
import { traceFormatVersion as formatVersion } from '../../tracer/schema/index.js';
import { unless } from '../support/skipped.js';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trace-'));
  path = join(folder, 'cowtest.trace');
});
afterEach(() => rmSync(folder, { recursive: true }));

const kernel = Buffer.from('\x7fELF of a kernel');
const disk = Buffer.alloc(10_000, 'disk');
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const run: RunDescription = {
  toolVersion: '0.1.0',
  machine: {
    harts: 3,
    memoryBytes: 2 ** 24,
    turnCycles: 10_000,
    diskLatencyCycles: 20_000,
    virtio: 'modern',
    schedule: { kind: 'round_robin' },
  },
  program: 'cowtest',
  arguments: [],
  digests: { kernel: sha256(kernel), disk: sha256(disk) },
};

const outcome: RunOutcome = {
  kernel: {
    ramStart: 0x8000_0000,
    ramEnd: 0x8100_0000,
    firstFreeFrame: 0x8002_1000,
    names: { kalloc: 'kalloc' },
  },
  finalCycle: 123_456_789,
  finalStateDigest: '00112233',
  stopReason: 'prompt',
  lostEvents: 0,
};

/** A trace that has begun: two kinds, some rows of one of them. */
async function begin(target = path, before: (writer: TraceDirectoryWriter) => void = () => {}) {
  const writer = new TraceDirectoryWriter(target);
  writer.addKernel(kernel);
  writer.addDisk(disk);
  before(writer);
  const { events, recording } = await writer.start(run, ['marker', 'panic']);
  writer.appendConsole(Buffer.from('$ cowtest\n'));
  recording.input(1000, 10);
  const markers = events.writer('marker');
  for (let row = 0; row < 10; row++) {
    markers?.begin(row, row, 0, 0, 0, 0, 0);
    markers?.columns.id.append(row);
    markers?.columns.value.append(row, 0);
    markers?.columns.free_frames.append(7);
  }
  events.flush();
  return writer;
}

async function finished(target = path): Promise<void> {
  (await begin(target)).finish(outcome);
}

function refusal(target: string): UsageError {
  try {
    openTrace(target);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error(`${target} was opened`);
}

function countRows(target: string): number {
  return [...readEventFile(openTrace(target).eventPath('marker'), 'marker', [])][0]?.rows ?? 0;
}

describe('a finished trace', () => {
  it('opens complete, with everything that was put in', async () => {
    const manifest = (await begin()).finish(outcome);
    const trace = openTrace(path, 'digests');
    expect(trace.incompleteBecause).toBeUndefined();
    expect(trace.manifest).toEqual(manifest);
    expect(manifest).toMatchObject({ ...run, ...outcome, complete: true, formatVersion, lostEvents: 0 });
    expect(manifest.files['events/marker.arrows'].rows).toBe(10);
    expect(manifest.files['events/panic.arrows'].rows).toBe(0);
    expect(trace.kinds).toEqual(new Set(['marker', 'panic']));
    expect(Buffer.from(readTraceKernel(trace))).toEqual(kernel);
    expect(Buffer.from(readTraceDisk(trace) ?? [])).toEqual(disk);
    expect(readFileSync(join(path, 'console.txt'), 'utf8')).toBe('$ cowtest\n');
    expect(readRecording(join(path, 'recording.pb'))).toMatchObject({
      inputs: [{ cycle: 1000, byte: 10 }],
      end: { cycle: outcome.finalCycle, state: outcome.finalStateDigest },
    });
    expect(readdirSync(path).sort()).toEqual([
      ...['console.txt', 'disk.img.gz', 'events', 'kernel.elf', 'manifest.json', 'recording.pb', 'snapshots'],
    ]);
  });

  it('is the same, byte by byte, when the run is the same', async () => {
    const other = join(folder, 'other.trace');
    await finished();
    await finished(other);
    for (const name of ['manifest.json', 'recording.pb', 'events/marker.arrows', 'disk.img.gz'])
      expect(readFileSync(join(path, name)).equals(readFileSync(join(other, name))), name).toBe(true);
  });
});

describe('an incomplete trace', () => {
  it('is what a crash leaves: rows, inputs and the description of the run', async () => {
    await begin();
    const trace = openTrace(path);
    expect(trace.incompleteBecause).toBe('the run did not finish');
    expect(trace.manifest).toMatchObject({ ...run, complete: false });
    expect(countRows(path)).toBe(10);
    expect(readRecording(join(path, 'recording.pb')).inputs).toHaveLength(1);
  });

  it('says why the run says it is', async () => {
    const because = { stopReason: 'budget', incompleteBecause: 'the budget of 5 cycles ran out' };
    const manifest = (await begin()).finish({ ...outcome, ...because });
    expect(manifest.complete).toBe(false);
    expect(openTrace(path).incompleteBecause).toBe('the budget of 5 cycles ran out');
  });

  it('is one that lost events', async () => {
    (await begin()).finish({ ...outcome, lostEvents: 3 });
    expect(openTrace(path)).toMatchObject({
      incompleteBecause: '3 events were lost',
      manifest: { lostEvents: 3 },
    });
  });

  it('is one abandoned by a bug of ours', async () => {
    (await begin()).abandon();
    expect(openTrace(path).incompleteBecause).toBe('the run did not finish');
  });

  it.each([
    ['events/marker.arrows', 'events/marker.arrows is missing'],
    ['kernel.elf', 'kernel.elf is missing'],
    ['manifest.json', 'manifest.json is missing'],
  ])('is one that lacks %s', async (name, because) => {
    await finished();
    rmSync(join(path, name));
    expect(openTrace(path).incompleteBecause).toBe(because);
  });

  it('is one with a file of another length, or of the same length but altered', async () => {
    await finished();
    const file = join(path, 'events', 'marker.arrows');
    const bytes = readFileSync(file);
    appendFileSync(file, 'x');
    expect(openTrace(path).incompleteBecause).toBe(
      `events/marker.arrows has ${bytes.length + 1} bytes instead of ${bytes.length}`,
    );
    bytes[bytes.length - 20] ^= 1;
    writeFileSync(file, bytes);
    expect(openTrace(path).incompleteBecause).toBeUndefined();
    expect(openTrace(path, 'digests').incompleteBecause).toBe('events/marker.arrows has been altered');
  });

  it.each([
    ['cut off', (text: string) => text.slice(0, 300), 'manifest.json is cut off or damaged'],
    [
      'edited',
      (text: string) => text.replace('"lostEvents": 0', '"lostEvents": 1'),
      'manifest.json has been altered',
    ],
    ['of another program', () => '{"name":"x"}', 'manifest.json is not ours'],
  ])('is one whose manifest is %s', async (_, change, because) => {
    await finished();
    const manifest = join(path, 'manifest.json');
    writeFileSync(manifest, change(readFileSync(manifest, 'utf8')));
    const trace = openTrace(path);
    expect(trace).toMatchObject({ manifest: undefined, incompleteBecause: because });
    expect(trace.kinds.size).toBe(2);
  });
});

describe('what is no trace', () => {
  it('is refused with exit code 65, by what it is', () => {
    mkdirSync(join(folder, 'empty'));
    mkdirSync(join(folder, 'photos'));
    writeFileSync(join(folder, 'photos', 'cow.jpg'), '');
    writeFileSync(join(folder, 'file'), '');
    const words = ['absent', 'empty', 'photos', 'file'].map((name) => refusal(join(folder, name)));
    expect(words.map((error) => error.message.replace(folder, ''))).toEqual([
      'there is no trace /absent',
      '/empty is no trace: it is an empty directory',
      '/photos is no trace: it is a directory without manifest.json, recording.pb or events',
      '/file is no trace: it is a file, and a trace is a directory that trace run makes',
    ]);
    for (const error of words) expect(error.exitCode).toBe(ExitCode.unreadableTrace);
  });

  const advices: [number, string][] = [[9, 'update cowtrace'], [1, 'run the program again']]; // prettier-ignore
  it.each(advices)('is a trace of another format version, %i: both are named', async (version, advice) => {
    await finished();
    const file = join(path, 'manifest.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/("formatVersion": )\d+/, `$1${version}`));
    const message = new RegExp(`has trace format ${version} .* reads ${formatVersion}; ${advice}`);
    expect(refusal(path)).toMatchObject({ exitCode: 65, message: expect.stringMatching(message) });
  });

  it('is a kernel or a disk that is not the one of the run', async () => {
    await finished();
    writeFileSync(join(path, 'kernel.elf'), 'other');
    writeFileSync(join(path, 'disk.img.gz'), 'other');
    expect(() => readTraceKernel(openTrace(path))).toThrow(/kernel.elf is not the file of the run/);
    expect(() => readTraceDisk(openTrace(path))).toThrow(/disk.img.gz cannot be read/);
  });
});

describe('a place for a trace', () => {
  it('is one that holds a trace: that stays until the new one is finished', async () => {
    (await begin()).finish({ ...outcome, stopReason: 'panic' });
    const writer = await begin(`${path}/`);
    expect(openTrace(path).manifest?.stopReason).toBe('panic');
    expect(openTrace(`${path}.partial`).incompleteBecause).toBe('the run did not finish');
    writer.finish(outcome);
    expect(openTrace(path, 'digests')).toMatchObject({
      incompleteBecause: undefined,
      manifest: { stopReason: 'prompt' },
    });
    expect(readdirSync(folder)).toEqual(['cowtest.trace']);
  });

  it('is one where earlier runs crashed', async () => {
    await finished();
    await begin();
    await finished();
    expect(openTrace(path).incompleteBecause).toBeUndefined();
    expect(readdirSync(folder)).toEqual(['cowtest.trace']);
  });

  it('is an empty directory', async () => {
    mkdirSync(path);
    await finished();
    expect(openTrace(path).incompleteBecause).toBeUndefined();
  });

  it('is not one that holds anything else, which is left alone', () => {
    mkdirSync(path);
    writeFileSync(join(path, 'thesis.tex'), 'text');
    expect(() => new TraceDirectoryWriter(path)).toThrow(/exists and is no trace of this program; .* --out/);
    const file = join(path, 'thesis.tex');
    expect(() => new TraceDirectoryWriter(file)).toThrow(/exists and is no trace/);
    expect(readFileSync(file, 'utf8')).toBe('text');
  });

  it('is not one below a directory that is missing or a file', () => {
    expect(() => new TraceDirectoryWriter(join(folder, 'a', 'b'))).toThrow(
      /the directory above it does not exist/,
    );
    writeFileSync(join(folder, 'file'), '');
    expect(() => new TraceDirectoryWriter(join(folder, 'file', 'b'))).toThrow(/is a file, not a directory/);
  });

  const rootless = unless(process.getuid?.() !== 0, 'user but root, whom permissions do not bind');
  it.skipIf(rootless !== '')(`is not one in a directory that cannot be written to${rootless}`, () => {
    chmodSync(folder, 0o555);
    expect(() => new TraceDirectoryWriter(path)).toThrow(/permission is denied/);
    chmodSync(folder, 0o755);
  });
});

describe('a disk that fills up', () => {
  it('leaves an incomplete trace that says so, with what was written before', async () => {
    const writer = await begin(path, ({ folder: inside }) =>
      symlinkSync('/dev/full', join(inside, 'events', 'panic.arrows')),
    );
    const manifest = writer.finish(outcome);
    expect(writer.failure?.reason).toBe('disk_full');
    const because = 'the disk is full: events/panic.arrows ends after 0 bytes';
    expect(manifest).toMatchObject({ complete: false, incompleteBecause: because });
    expect(existsSync(join(path, 'manifest.json'))).toBe(true);
    expect(openTrace(path).manifest).toMatchObject({ complete: false, incompleteBecause: because });
    expect(countRows(path)).toBe(10);
  });
});
