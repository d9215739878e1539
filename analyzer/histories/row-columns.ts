// Columns of small tables whose rows are objects.
import { columnArrays } from '../../tracer/arrow/index.js';
import type { WholeColumn } from '../table.js';
import type { Histories } from './histories.js';
import type { HistoryColumn } from './tables.js';

/** A value of a row; undefined for null. */
export type RowValue = number | string | boolean | undefined;

/** A column of rows that are derived from the histories. Wide integers are numbers that a double holds, or Infinity. */
export function rowColumn<R>(
  rowsOf: (histories: Histories) => readonly R[],
  type: HistoryColumn['type'],
  value: (row: R) => RowValue,
): HistoryColumn & { readonly nullable: true } {
  return { type, nullable: true, read: (histories) => columnOf(type, rowsOf(histories).map(value)) };
}

function columnOf(type: HistoryColumn['type'], values: readonly RowValue[]): WholeColumn {
  const validity = new Uint8Array(Math.ceil(values.length / 8));
  values.forEach((value, row) => {
    if (value !== undefined) validity[row >> 3] |= 1 << (row & 7);
  });
  if (type === 'text') {
    const dictionary = [...new Set(values.map((value) => String(value ?? '')))];
    const numbers = new Map(dictionary.map((text, number) => [text, number]));
    return {
      values: Int32Array.from(values, (value) => numbers.get(String(value ?? ''))!),
      dictionary,
      validity,
    };
  }
  const plain = Float64Array.from(values, (value) => Number(value ?? 0));
  if (type === 'f64') return { values: plain, validity };
  if (type === 'u64') return { values: BigUint64Array.from(plain, wide), validity };
  if (type === 'i64') return { values: BigInt64Array.from(plain, BigInt), validity };
  return { values: new columnArrays[type === 'bool' ? 'u8' : type](plain), validity };
}

const largest = 2n ** 64n - 1n;

/** Infinity, for never, is the largest number. */
function wide(value: number): bigint {
  return value === Infinity ? largest : BigInt(value);
}
