// A query's result as an Arrow IPC file, for programs that read columns.
import type { QueryResult } from '../database.js';
import { writeArrowTable, type ArrowColumnType } from '../../tracer/arrow/index.js';

/** DuckDB's types that Arrow has too; wider and nested ones are written as text. */
const arrowTypes: Readonly<Record<string, ArrowColumnType>> = {
  BOOLEAN: 'boolean',
  TINYINT: 'i64',
  SMALLINT: 'i64',
  INTEGER: 'i64',
  BIGINT: 'i64',
  UTINYINT: 'u64',
  USMALLINT: 'u64',
  UINTEGER: 'u64',
  UBIGINT: 'u64',
  FLOAT: 'f64',
  DOUBLE: 'f64',
};

/** The bytes of the file. */
export function arrowTable({ columns, types, rows }: QueryResult): Promise<Uint8Array> {
  return writeArrowTable(
    columns.map((name, index) => ({
      name,
      type: arrowTypes[types[index]] ?? 'text',
      values: rows.map((row) => row[index]),
    })),
  );
}
