// Event files that are cut off, foreign or altered: readable as far as they are whole, else a clear word and exit 65.
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compressionRegistry, CompressionType, tableFromIPC } from 'apache-arrow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ExitCode, UsageError } from '../../errors.js';
import { openEventSink, readEventFile, type ReadEnd } from '../../tracer/arrow/index.js';
import { EventFileWriter } from '../../tracer/arrow/writer.js';
import { makeDirectory } from '../../tracer/files/output-file.js';
import { traceFormatVersion, type EventName } from '../../tracer/schema/index.js';
import { plainLz4Frame } from '../support/lz4.js';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'events-'));
  path = join(folder, 'syscall.arrows');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Three batches of a few rows, with a dictionary that grows each time. */
function writeSample(rows = 10): Buffer {
  const writer = new EventFileWriter('syscall', path);
  for (let row = 0; row < 3 * rows; row++) {
    const seq = BigInt(row);
    const common = { seq, cycle: seq, hart: 0, pid: 1, span: 1, pc: 4096n };
    const texts = { phase: row % 2 === 0 ? 'enter' : 'leave', name: `call${row}` };
    const values = { number: 100 + row, argument0: seq, argument1: 0n, argument2: 0n };
    writer.append({ ...common, ...texts, ...values, result: row % 2 === 0 ? null : -1n });
    if ((row + 1) % rows === 0) writer.flush();
  }
  writer.close();
  return readFileSync(path);
}

/** Reads everything; what comes out is the end, or the error. */
function readAll(kind: EventName = 'syscall'): ReadEnd | UsageError {
  try {
    const batches = readEventFile(path, kind);
    for (;;) {
      const step = batches.next();
      if (step.done === true) return step.value;
    }
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
}

/** In place: rewriting whole files this often is slow. */
function overwrite(position: number, byte: number): void {
  const descriptor = openSync(path, 'r+');
  writeSync(descriptor, Uint8Array.of(byte), 0, 1, position);
  closeSync(descriptor);
}

describe('an event file', () => {
  it('reads the same through Arrow’s own reader, with differences where the schema says so', () => {
    compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: plainLz4Frame });
    const table = tableFromIPC(writeSample(100));
    expect(table.numRows).toBe(300);
    expect(table.getChild('name')?.toArray()).toEqual(Array.from({ length: 300 }, (_, row) => `call${row}`));
    expect([...(table.getChild('result') ?? [])].slice(0, 4)).toEqual([null, -1n, null, -1n]);
    expect([...(table.getChild('argument0') ?? [])]).toEqual(
      Array.from({ length: 300 }, (_, row) => BigInt(row)),
    );
    expect(table.schema.fields.find(({ name }) => name === 'seq')?.metadata.get('encoding')).toBe('delta');
    expect([...(table.getChild('seq') ?? [])].slice(98, 102)).toEqual([1n, 1n, 100n, 1n]);
  });

  it('is refused when it has the format of another version', () => {
    const whole = writeSample();
    const version = Buffer.from([1, 0, 0, 0, traceFormatVersion + 0x30, 0]);
    overwrite(whole.indexOf(version) + 4, 0x31);
    expect(readAll()).toMatchObject({
      exitCode: 65,
      message: expect.stringMatching(/it has trace format 1 and this version reads/),
    });
  });

  it('is readable to its last whole batch wherever it is cut off', () => {
    const whole = writeSample();
    const seen = new Set<number>();
    let before = 30;
    for (let length = whole.length - 1; length >= 0; length -= 3) {
      truncateSync(path, length);
      const end = readAll();
      if (end instanceof UsageError) throw end;
      expect(end.complete).toBe(false);
      expect(end.rows).toBeLessThanOrEqual(before);
      before = end.rows;
      seen.add(end.rows);
    }
    expect([...seen]).toEqual([30, 20, 10, 0]);
  });

  it('ends where a power failure left zeros', () => {
    const whole = writeSample();
    truncateSync(path, whole.length - 8);
    writeFileSync(path, Buffer.concat([whole.subarray(0, whole.length - 8), Buffer.alloc(4096)]));
    expect(readAll()).toEqual({ rows: 30, complete: false });
  });

  it('never fails otherwise than with exit code 65, whichever byte is altered', () => {
    const whole = writeSample(1);
    let refused = 0;
    for (let at = 0; at < whole.length; at++) {
      overwrite(at, whole[at] ^ 0x81);
      const end = readAll();
      overwrite(at, whole[at]);
      if (!(end instanceof UsageError)) continue;
      expect(end.exitCode).toBe(ExitCode.unreadableTrace);
      refused++;
    }
    expect(refused).toBeGreaterThan(100);
  });

  it('is refused when a text points outside the dictionary', () => {
    const whole = writeSample();
    // The indices of the first batch's names: 0 to 9, a column that nothing else in the file looks like.
    const at = whole.indexOf(new Uint8Array(Int32Array.from({ length: 10 }, (_, row) => row).buffer));
    overwrite(at + 4 * 9, 10);
    expect(readAll()).toMatchObject({
      exitCode: 65,
      message: expect.stringMatching(/name points outside its/),
    });
    overwrite(at + 4 * 9 + 3, 0x80);
    expect(readAll()).toMatchObject({
      exitCode: 65,
      message: expect.stringMatching(/name points outside its/),
    });
  });

  it('is refused when a column lacks values that it must have', () => {
    const whole = writeSample();
    // Of each column its length, and how many of its values are null; the first is seq.
    const at = whole.indexOf(new Uint8Array(BigInt64Array.of(10n, 0n, 10n, 0n).buffer));
    overwrite(at + 8, 1);
    expect(readAll()).toMatchObject({
      exitCode: 65,
      message: expect.stringMatching(/column seq is damaged/),
    });
  });

  it.each([
    ['text', Buffer.from('seq,cycle\n1,2\n3,4\n'), /is damaged or no event file: at byte 0/],
    ['another format', Buffer.from('PAR1\0\0\0\0\0\0\0\0PAR1'), /no message begins there/],
  ])('is refused when it is %s', (_, content, message) => {
    writeFileSync(path, content);
    const error = readAll();
    expect(error).toMatchObject({
      exitCode: ExitCode.unreadableTrace,
      message: expect.stringMatching(message),
    });
  });

  it('is refused when it holds another kind, and when it is missing', () => {
    writeSample();
    expect(readAll('kalloc')).toMatchObject({ message: expect.stringMatching(/it holds syscall events/) });
    rmSync(path);
    expect(readAll()).toMatchObject({ exitCode: 65, message: expect.stringMatching(/ENOENT/) });
  });
});

describe('a sink', () => {
  it('makes a file for each selected kind and no other', async () => {
    makeDirectory(join(folder, 'events'));
    const sink = await openEventSink(folder, ['marker', 'kfree']);
    expect(sink.selects('trap')).toBe(false);
    expect(sink.writer('trap')).toBeUndefined();
    sink.writer('marker')?.begin(0, 0, 0, 0, 0, 0, 0);
    const columns = sink.writer('marker')?.columns;
    columns?.id.append(-5);
    columns?.value.append(1, 0);
    columns?.free_frames.append(0);
    const summaries = sink.close();
    expect(summaries.map(({ kind, rows, lostRows }) => [kind, rows, lostRows])).toEqual([
      ['marker', 1, 0],
      ['kfree', 0, 0],
    ]);
    const size = readFileSync(join(folder, 'events', 'marker.arrows')).length;
    expect(summaries[0].bytes).toBe(size);
  });

  it('reports a full disk as an outcome and counts what it lost', async () => {
    makeDirectory(join(folder, 'events'));
    symlinkSync('/dev/full', join(folder, 'events', 'context_switch.arrows'));
    const sink = await openEventSink(folder, ['context_switch', 'marker']);
    const writer = sink.writer('context_switch');
    for (let row = 0; row < 100; row++) {
      writer?.begin(row, row, 0, 0, 0, 0, 0);
      writer?.columns.from_pid.append(0);
      writer?.columns.to_pid.append(row);
    }
    sink.flush();
    expect(sink.failure).toMatchObject({
      reason: 'disk_full',
      message: expect.stringMatching(/the disk is full/),
    });
    expect(sink.close()[0]).toMatchObject({ rows: 0, lostRows: 100, bytes: 0 });
  });

  it('says that a directory cannot be written to', async () => {
    const sink = await openEventSink(join(folder, 'absent'), ['marker']);
    expect(() => sink.writer('marker')).toThrow(
      /cannot create the file .*marker.arrows: the directory above it/,
    );
  });
});
