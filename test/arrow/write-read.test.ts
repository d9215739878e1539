// Event files through their two faces: what is written is what is read, whatever the values.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasValue, readEventFile } from '../../tracer/arrow/index.js';
import type { EventBatch } from '../../tracer/arrow/index.js';
import { batchRows, EventFileWriter } from '../../tracer/arrow/writer.js';
import type { EventOf } from '../../tracer/schema/index.js';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'events-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const common = { seq: 1n, cycle: 2n, hart: 0, pid: 3, span: 4, pc: 0x8000_0000n };

/** One column of all batches as plain values, nulls included. */
function valuesOf(batches: Iterable<EventBatch>, name: string): unknown[] {
  const values: unknown[] = [];
  for (const { rows, columns } of batches) {
    const column = columns[name];
    for (let row = 0; row < rows; row++) {
      const value = column.values[row];
      const text = column.dictionary;
      values.push(!hasValue(column, row) ? null : text === undefined ? value : text[Number(value)]);
    }
  }
  return values;
}

describe('an event file', () => {
  it('keeps 64-bit values exact, given as halves, numbers or bigints', () => {
    const path = join(folder, 'pte_write.arrows');
    const writer = new EventFileWriter('pte_write', path);
    const { entry, root, level, va, before, after, call_site } = writer.columns;
    writer.begin(2 ** 53 - 1, 2 ** 52 + 1, 7, -1, 0xffff_ffff, 0xffff_f000, 0xffff_ffff);
    entry.append(0xffff_ffff, 0xffff_ffff);
    root.append(-1, 0);
    level.append(2);
    va.appendNumber(2 ** 32 + 5);
    before.appendNumber(-2);
    after.append(1, 0x8000_0000);
    call_site.append(0, 0);
    writer.close();
    const [batch] = [...readEventFile(path, 'pte_write')];
    const row = Object.fromEntries(
      Object.entries(batch.columns).map(([name, { values }]) => [name, values[0]]),
    );
    expect(row).toEqual({
      seq: 2n ** 53n - 1n,
      cycle: 2n ** 52n + 1n,
      hart: 7,
      pid: -1,
      span: 0xffff_ffff,
      pc: 0xffff_ffff_ffff_f000n,
      entry: 2n ** 64n - 1n,
      root: 0xffff_ffffn,
      level: 2,
      va: 2n ** 32n + 5n,
      before: 2n ** 64n - 2n,
      after: 2n ** 63n + 1n,
      call_site: 0n,
    });
  });

  it('keeps negative i64 values, from row objects too', () => {
    const path = join(folder, 'refcount_change.arrows');
    const writer = new EventFileWriter('refcount_change', path);
    const counts = [-1n, -(2n ** 63n), 2n ** 63n - 1n, -(2n ** 32n)];
    for (const after of counts)
      writer.append({ ...common, frame: 0x8765_4000n, before: 0n, after, call_site: 0n, locks: 0 });
    writer.begin(1, 1, 0, 0, 0, 0, 0);
    writer.columns.frame.append(0, 0);
    writer.columns.before.append(0, 0);
    writer.columns.after.appendNumber(-(2 ** 40));
    writer.columns.call_site.append(0, 0);
    writer.columns.locks.append(0);
    writer.close();
    expect(valuesOf(readEventFile(path, 'refcount_change'), 'after')).toEqual([...counts, -(2n ** 40n)]);
  });

  it('tells null from zero, across batches and growth', () => {
    const path = join(folder, 'syscall.arrows');
    const writer = new EventFileWriter('syscall', path);
    const rows = 2 * batchRows + 100;
    const expected = Array.from({ length: rows }, (_, row) => (row % 3 === 0 ? null : BigInt(row % 2)));
    for (const [row, result] of expected.entries()) {
      writer.begin(row, row, 0, 0, 0, 0, 0);
      const { phase, number, name, argument0, argument1, argument2, result: column } = writer.columns;
      phase.append(result === null ? 'enter' : 'leave');
      number.append(1);
      name.append('fork');
      argument0.append(0, 0);
      argument1.append(0, 0);
      argument2.append(0, 0);
      if (result === null) column.appendNull();
      else column.append(Number(result), 0);
    }
    writer.close();
    expect(valuesOf(readEventFile(path, 'syscall'), 'result')).toEqual(expected);
  });

  it('keeps texts of any characters while the dictionary grows from batch to batch', () => {
    const path = join(folder, 'panic.arrows');
    const writer = new EventFileWriter('panic', path);
    const bytes = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));
    const texts = [
      '',
      '\0',
      bytes.join(''),
      'ünïcödé',
      '🐄',
      "'; DROP TABLE",
      '',
      'x'.repeat(100_000),
      ...bytes,
    ];
    for (const [row, text] of texts.entries()) {
      writer.append({ ...common, text, call_site: 0n });
      if (row % 50 === 0) writer.flush();
    }
    writer.close();
    const batches = [...readEventFile(path, 'panic', ['text'])];
    expect(batches.length).toBeGreaterThan(3);
    expect(valuesOf(batches, 'text')).toEqual(texts);
  });

  it('is valid and complete without any row', () => {
    const path = join(folder, 'location.arrows');
    expect(new EventFileWriter('location', path).close()).toMatchObject({ rows: 0, lostRows: 0 });
    expect(readEventFile(path, 'location').next()).toEqual({
      done: true,
      value: { rows: 0, complete: true },
    });
  });

  it('has the same bytes for the same rows', () => {
    const files = ['a', 'b'].map((name) => {
      const writer = new EventFileWriter('marker', join(folder, name));
      for (let row = 0; row < 1000; row++) writer.append({ ...common, id: row, value: 1n, free_frames: 3 });
      writer.close();
      return readFileSync(join(folder, name));
    });
    expect(files[0].equals(files[1])).toBe(true);
  });
});

describe('a reader', () => {
  it('yields only the columns asked for, in batches that stay valid', () => {
    const path = join(folder, 'kalloc.arrows');
    const writer = new EventFileWriter('kalloc', path);
    const rows = 40_000;
    for (let row = 0; row < rows; row++)
      writer.append({ ...common, seq: BigInt(row), frame: BigInt(row) * 4096n, call_site: 1n });
    writer.close();
    const batches = [...readEventFile(path, 'kalloc', ['frame', 'seq'])];
    expect(new Set(batches.flatMap((batch) => Object.keys(batch.columns)))).toEqual(
      new Set(['seq', 'frame']),
    );
    expect(batches.map((batch) => batch.rows)).toEqual([batchRows, batchRows, rows - 2 * batchRows]);
    expect(valuesOf(batches, 'frame')).toEqual(Array.from({ length: rows }, (_, row) => BigInt(row) * 4096n));
    expect([...readEventFile(path, 'kalloc', [])].map((batch) => batch.rows)).toHaveLength(3);
  });

  it('names a column that the kind does not have', () => {
    const path = join(folder, 'kalloc.arrows');
    new EventFileWriter('kalloc', path).close();
    expect(() => [...readEventFile(path, 'kalloc', ['fram'])]).toThrow(/kalloc events have no column fram/);
  });
});

describe('a writer', () => {
  it('refuses values that do not fit, when they come as row objects', () => {
    const writer = new EventFileWriter('marker', join(folder, 'marker.arrows'));
    const row: EventOf<'marker'> = { ...common, id: 1, value: 2n ** 64n, free_frames: 0 };
    expect(() => writer.append(row)).toThrow(/18446744073709551616 does not fit column value \(u64\)/);
    const other = new EventFileWriter('marker', join(folder, 'other.arrows'));
    expect(() => other.append({ ...row, hart: 256 })).toThrow(/256 does not fit column hart/);
  });

  it('finds a column that was forgotten', () => {
    const writer = new EventFileWriter('context_switch', join(folder, 'context_switch.arrows'));
    writer.begin(0, 0, 0, 0, 0, 0, 0);
    writer.columns.from_pid.append(1);
    expect(() => writer.flush()).toThrow('context_switch.to_pid has 0 values for 1 rows');
  });

  it('refuses a null where the schema allows none', () => {
    const writer = new EventFileWriter('context_switch', join(folder, 'context_switch.arrows'));
    expect(() => writer.columns.to_pid.appendNull()).toThrow('column to_pid is not nullable');
  });
});
