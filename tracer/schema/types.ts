// The column types an event may use, and how each appears in memory, in Arrow and in SQL.

/** Physical column types. `text` columns are dictionary encoded. */
export type ColumnType = 'u8' | 'u16' | 'u32' | 'u64' | 'i32' | 'i64' | 'text';

/** One column: its type, its unit or meaning, whether a row may leave it empty, and how its file holds it. */
export interface ColumnRow {
  readonly type: ColumnType;
  readonly doc: string;
  readonly nullable?: true;
  /**
   * `delta`: the first row of each batch holds the value, every other one its difference from the row before, modulo
   * the width of the type. For numbers that go on from row to row; never for text.
   */
  readonly encoding?: 'delta';
}

/** One event kind. Ids are never reused. */
export interface EventRow {
  readonly id: number;
  /** When a row is emitted, and when it is not. */
  readonly doc: string;
  readonly columns: Readonly<Record<string, ColumnRow>>;
}

/** The JavaScript value of a column in a row being written. */
export type ColumnValue<T extends ColumnType> = T extends 'u64' | 'i64'
  ? bigint
  : T extends 'text'
    ? string
    : number;
