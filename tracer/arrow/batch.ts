// What the reader of event files yields: batches of columns as typed arrays, no object per row.
import type { ColumnType } from '../schema/index.js';

/** The kind of array that holds a column's values. */
export const columnArrays = {
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  u64: BigUint64Array,
  i32: Int32Array,
  i64: BigInt64Array,
  text: Int32Array,
} as const satisfies Record<ColumnType, unknown>;

/** Values of one column. `text` columns hold indices into the dictionary. */
export type ColumnArray =
  Uint8Array | Uint16Array | Uint32Array | Int32Array | BigUint64Array | BigInt64Array;

/** One column of a batch. The arrays are views that stay valid after the next batch is read. */
export interface BatchColumn {
  /** Exactly `rows` elements: Uint8Array for u8, …, BigUint64Array for u64, Int32Array of indices for text. */
  readonly values: ColumnArray;
  /** Text columns only: what the indices mean. Every index of a row that is not null is in range. */
  readonly dictionary?: readonly string[];
  /**
   * Present when some row is null: Arrow's (and DuckDB's) bitmap, bit `row & 7` of byte `row >> 3`,
   * set where the row has a value; at least ceil(rows / 8) bytes.
   */
  readonly validity?: Uint8Array;
}

/** Rows that were written together, in order of `seq`. */
export interface EventBatch {
  readonly rows: number;
  /** The columns asked for, by name. */
  readonly columns: Readonly<Record<string, BatchColumn>>;
}

/** Whether the row has a value in the column. */
export function hasValue({ validity }: { readonly validity?: Uint8Array | undefined }, row: number): boolean {
  return validity === undefined || ((validity[row >> 3] >> (row & 7)) & 1) === 1;
}
