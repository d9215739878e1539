// Event sources built from row objects: what a test does not say is filled in with harmless defaults.
import type { EventSource, RunFacts } from '../../analyzer/event-source.js';
import type { BatchColumn, ColumnArray, EventBatch } from '../../tracer/arrow/batch.js';
import { columnsOf, eventNames, type Column, type EventName } from '../../tracer/schema/index.js';

type Value = number | bigint | string | null;

/** A row of any kind; wide integers may be written as numbers. */
export type EventRowInput = { readonly [column: string]: Value };

/** Rows by kind. `seq` and `cycle` count up over all kinds as written when they are not given. */
export type EventRows = { readonly [K in EventName]?: readonly EventRowInput[] };

const arrays = {
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  i32: Int32Array,
} as const;

function numbers(column: Column, values: readonly Value[]): ColumnArray {
  if (column.type === 'u64') return BigUint64Array.from(values, (value) => BigInt(value ?? 0));
  if (column.type === 'i64') return BigInt64Array.from(values, (value) => BigInt(value ?? 0));
  if (column.type === 'text') throw new Error('text is encoded elsewhere');
  return arrays[column.type].from(values.map((value) => Number(value ?? 0)));
}

function validity(values: readonly Value[]): Uint8Array {
  const bits = new Uint8Array(Math.ceil(values.length / 8));
  values.forEach((value, row) => {
    if (value !== null) bits[row >> 3] |= 1 << (row & 7);
  });
  return bits;
}

function encode(column: Column, values: readonly Value[]): BatchColumn {
  const nulls = values.some((value) => value === null) ? { validity: validity(values) } : {};
  if (column.type !== 'text') return { values: numbers(column, values), ...nulls };
  const dictionary = [...new Set(values.map((value) => String(value ?? '')))];
  return {
    values: Int32Array.from(values, (value) => dictionary.indexOf(String(value ?? ''))),
    dictionary,
    ...nulls,
  };
}

/** One batch of a kind from row objects; absent columns are 0, '' or null, and an unknown column is an error. */
export function batchOf(kind: EventName, rows: readonly EventRowInput[]): EventBatch {
  const columns = columnsOf(kind);
  for (const row of rows) {
    const unknown = Object.keys(row).find((name) => !columns.some((column) => column.name === name));
    if (unknown) throw new Error(`${kind} has no column ${unknown}`);
  }
  const encoded = columns.map((column): [string, BatchColumn] => {
    const missing = column.nullable ? null : column.type === 'text' ? '' : 0;
    return [
      column.name,
      encode(
        column,
        rows.map((row) => row[column.name] ?? missing),
      ),
    ];
  });
  return { rows: rows.length, columns: Object.fromEntries(encoded) };
}

/** A source of the given rows. Every kind counts as traced unless `kinds` says otherwise. */
export function sourceOf(
  rows: EventRows,
  options: { facts?: RunFacts; kinds?: readonly EventName[]; incomplete?: string } = {},
): EventSource {
  return {
    kinds: new Set(options.kinds ?? eventNames),
    facts: options.facts ?? {},
    incomplete: options.incomplete,
    *batches(kind) {
      const given = rows[kind];
      if (given && given.length > 0) yield batchOf(kind, given);
    },
  };
}
