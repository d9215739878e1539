// The Arrow schema of an event kind, derived from its row, as the writer declares it.
import { Field, Schema } from 'apache-arrow/schema';
import {
  Dictionary,
  Int32,
  Int64,
  Uint16,
  Uint32,
  Uint64,
  Uint8,
  Utf8,
  type DataType,
} from 'apache-arrow/type';
import {
  columnsOf,
  traceFormatVersion,
  type Column,
  type ColumnType,
  type EventName,
} from '../schema/index.js';

const arrowTypes = {
  u8: () => new Uint8(),
  u16: () => new Uint16(),
  u32: () => new Uint32(),
  u64: () => new Uint64(),
  i32: () => new Int32(),
  i64: () => new Int64(),
  text: (id: number) => new Dictionary(new Utf8(), new Int32(), id),
} satisfies Record<ColumnType, (id: number) => DataType>;

function arrowField(column: Column, index: number): Field {
  const metadata = new Map(column.encoding === undefined ? [] : [['encoding', column.encoding]]);
  return new Field(column.name, arrowTypes[column.type](index), column.nullable === true, metadata);
}

/** Schema of a kind's file. The dictionary of a text column has the column's index as its id. */
export function arrowSchema(kind: EventName): Schema {
  const metadata = new Map([
    ['event', kind],
    ['format', String(traceFormatVersion)],
  ]);
  return new Schema(columnsOf(kind).map(arrowField), metadata);
}
