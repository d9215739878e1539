// The Arrow schema of an event kind, derived from its row: what the writer declares and the reader insists on.
import {
  DataType,
  Dictionary,
  Field,
  Int32,
  Int64,
  Schema,
  Uint16,
  Uint32,
  Uint64,
  Uint8,
  Utf8,
} from 'apache-arrow';
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
  return new Field(column.name, arrowTypes[column.type](index), column.nullable === true);
}

/** Schema of a kind's file. The dictionary of a text column has the column's index as its id. */
export function arrowSchema(kind: EventName): Schema {
  const metadata = new Map([
    ['event', kind],
    ['format', String(traceFormatVersion)],
  ]);
  return new Schema(columnsOf(kind).map(arrowField), metadata);
}

/**
 * What distinguishes the schema of a file from the one its kind has today; undefined when they agree.
 * The answer completes the sentence "the file is unusable: …".
 */
export function schemaDifference(kind: EventName, found: Schema): string | undefined {
  const foundKind = found.metadata.get('event');
  if (foundKind !== kind)
    return foundKind === undefined ? 'it holds no events' : `it holds ${foundKind} events`;
  const expected = arrowSchema(kind).fields;
  for (const [index, field] of expected.entries()) {
    const other = found.fields[index];
    if (other === undefined) return `column ${field.name} is missing`;
    if (other.name !== field.name) return `column ${index + 1} is ${other.name} instead of ${field.name}`;
    if (String(other.type) !== String(field.type) || other.nullable !== field.nullable)
      return `column ${field.name} is ${other.type} instead of ${field.type}`;
  }
  const extra = found.fields[expected.length];
  return extra === undefined ? undefined : `column ${extra.name} is unknown`;
}
