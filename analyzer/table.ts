// What the database can show as a table: columns in memory, read when a query asks for them.
import type { ColumnArray } from '../tracer/arrow/batch.js';
import type { ColumnType } from '../tracer/schema/index.js';

/** Type of a table's column: those of events, `bool` (a byte, 0 or 1), and `f64` for integers of any size. */
export type TableColumnType = ColumnType | 'bool' | 'f64';

/** A column as it is declared. */
export interface TableColumn {
  readonly name: string;
  readonly type: TableColumnType;
  readonly nullable?: boolean;
}

/** All values of one column. */
export interface WholeColumn {
  /** At least as many elements as the table has rows; of text, indices into the dictionary. */
  readonly values: ColumnArray | Float64Array;
  /** Text columns only: distinct strings. */
  readonly dictionary?: readonly string[] | undefined;
  /** Present when some row is null: bit `row & 7` of byte `row >> 3` is set where there is a value. */
  readonly validity?: Uint8Array | undefined;
}

/** A table whose columns are made when they are first read. */
export interface Table {
  readonly columns: readonly TableColumn[];
  readonly rows: number;
  /** The named columns, in the order of the names. */
  read(names: readonly string[]): WholeColumn[];
}
