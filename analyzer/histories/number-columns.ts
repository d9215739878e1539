// Columns of tables that are kept in typed arrays: a value is computed from the number of its row.
import { columnArrays } from '../../tracer/arrow/index.js';
import type { WholeColumn } from '../table.js';
import type { Histories } from './histories.js';
import { halvesOf } from './numbering.js';
import type { HistoryColumn } from './tables.js';

/** What rows are computed from. */
interface Counted {
  readonly rows: number;
}

type NumberType = Exclude<HistoryColumn['type'], 'text' | 'f64'>;

/** A column of whole numbers up to 2^53, of either sign where the type has one; NaN for null, 1 and 0 for a bool. */
export function numberColumn<T extends Counted>(
  tableOf: (histories: Histories) => T,
  type: NumberType,
  value: (table: T, row: number) => number,
): HistoryColumn & { readonly nullable: true } {
  return { type, nullable: true, read: (histories) => numbers(type, tableOf(histories), value) };
}

function numbers<T extends Counted>(
  type: NumberType,
  table: T,
  value: (table: T, row: number) => number,
): WholeColumn {
  const { rows } = table;
  const values = new columnArrays[type === 'bool' ? 'u8' : type](rows);
  const isWide = values.BYTES_PER_ELEMENT === 8;
  const words = isWide ? halvesOf(values) : (values as Int32Array);
  let nulls: number[] | undefined;
  for (let row = 0; row < rows; row++) {
    const number = value(table, row);
    if (Number.isNaN(number)) (nulls ??= []).push(row);
    else if (!isWide) words[row] = number;
    else {
      words[2 * row] = number;
      words[2 * row + 1] = Math.floor(number / 2 ** 32);
    }
  }
  return nulls === undefined ? { values } : { values, validity: validityWithout(nulls, rows) };
}

function validityWithout(nulls: readonly number[], rows: number): Uint8Array {
  const bits = new Uint8Array(Math.ceil(rows / 8)).fill(0xff);
  for (const row of nulls) bits[row >> 3] &= ~(1 << (row & 7));
  return bits;
}
