// Columns made from others by row number: what a derived row says of the event rows it came from, copied when asked
// for.
import type { EventName } from '../../tracer/schema/index.js';
import type { ColumnArray } from '../../tracer/arrow/batch.js';
import type { EventTables } from '../event-tables.js';
import type { WholeColumn } from '../table.js';
import { halvesOf } from './numbering.js';

/** Values of an event column at given rows; a negative row gives 0. */
export function gathered(
  events: EventTables,
  kind: EventName,
  name: string,
  at: Int32Array,
  rows: number,
): WholeColumn & { readonly values: ColumnArray } {
  const [source] = events.of(kind).read([name]);
  const values = picked(source.values as ColumnArray, at, rows);
  return source.dictionary ? { values, dictionary: source.dictionary } : { values };
}

/** Elements of an array at given places; a negative place gives 0. */
export function picked(values: ColumnArray, at: Int32Array, rows: number): ColumnArray {
  if (values.BYTES_PER_ELEMENT === 8) {
    const result = new BigUint64Array(rows);
    pickHalves(halvesOf(values), halvesOf(result), at, rows);
    return result;
  }
  const result = new (values.constructor as Uint32ArrayConstructor)(rows);
  const source = values as Uint32Array;
  for (let row = 0; row < rows; row++) if (at[row] >= 0) result[row] = source[at[row]];
  return result;
}

function pickHalves(source: Uint32Array, result: Uint32Array, at: Int32Array, rows: number): void {
  for (let row = 0; row < rows; row++) {
    const from = at[row];
    if (from < 0) continue;
    result[2 * row] = source[2 * from];
    result[2 * row + 1] = source[2 * from + 1];
  }
}

/** A bitmap with the rows whose number is not the given one. */
export function validityBut(numbers: Int32Array | Uint32Array, none: number, rows: number): Uint8Array {
  const bits = new Uint8Array(Math.ceil(rows / 8));
  for (let row = 0; row < rows; row++) if (numbers[row] !== none) bits[row >> 3] |= 1 << (row & 7);
  return bits;
}
