// The message headers of an Arrow IPC stream, as far as our files use them: flat columns, bodies of LZ4 frames.
// Arrow format/Message.fbs and format/Schema.fbs; field numbers are positions in those tables.
import { FlatTable } from './flatbuffer.js';
import type { ColumnType } from '../schema/index.js';

/** Rows, and for each buffer of the body its offset and length, for each column its rows and nulls. */
export interface BatchHeader {
  readonly rows: number;
  readonly nodes: readonly number[];
  readonly buffers: readonly number[];
  /** Whether each buffer is an LZ4 frame behind its length. */
  readonly isCompressed: boolean;
}

/** A column as a file declares it; `type` is undefined for types no event column has. */
export interface FieldHeader {
  readonly name: string;
  readonly nullable: boolean;
  readonly type: ColumnType | undefined;
}

export type Header =
  | {
      readonly is: 'schema';
      readonly metadata: ReadonlyMap<string, string>;
      readonly fields: readonly FieldHeader[];
    }
  | {
      readonly is: 'dictionary';
      readonly id: number;
      readonly isDelta: boolean;
      readonly batch: BatchHeader;
    }
  | { readonly is: 'batch'; readonly batch: BatchHeader };

/** Decodes a message. Throws RangeError when it is damaged or of a kind we never write. */
export function decodeMessage(bytes: Uint8Array): { readonly header: Header; readonly bodyBytes: number } {
  const message = FlatTable.root(bytes);
  const table = message.table(2);
  const decode = decoders[message.uint8(1)];
  if (table === undefined || decode === undefined) throw new RangeError('a message of an unexpected type');
  return { header: decode(table), bodyBytes: message.int64(3) };
}

/** By MessageHeader. */
const decoders: Record<number, (table: FlatTable) => Header> = { 1: schema, 2: dictionary, 3: recordBatch };

function schema(table: FlatTable): Header {
  const pairs = table.tables(2).map((pair) => [pair.text(0), pair.text(1)] as const);
  return { is: 'schema', metadata: new Map(pairs), fields: table.tables(1).map(field) };
}

function dictionary(table: FlatTable): Header {
  const data = table.table(1);
  if (data === undefined) throw new RangeError('a dictionary without data');
  return { is: 'dictionary', id: table.int64(0), isDelta: table.uint8(2) !== 0, batch: batch(data) };
}

function recordBatch(table: FlatTable): Header {
  return { is: 'batch', batch: batch(table) };
}

function batch(table: FlatTable): BatchHeader {
  const compression = table.table(3);
  // Codec 0 is LZ4_FRAME; method 0 compresses each buffer by itself.
  if (compression !== undefined && (compression.uint8(0) !== 0 || compression.uint8(1) !== 0))
    throw new RangeError('a compression we never use');
  const rows = table.int64(0);
  if (rows < 0) throw new RangeError('a negative length');
  return {
    rows,
    nodes: table.int64Pairs(1),
    buffers: table.int64Pairs(2),
    isCompressed: compression !== undefined,
  };
}

function field(table: FlatTable): FieldHeader {
  return { name: table.text(0), nullable: table.uint8(1) !== 0, type: fieldType(table) };
}

// Numbers of the Type union.
const intType = 2;
const utf8Type = 5;

const integers: Record<string, ColumnType> = {
  u8: 'u8',
  u16: 'u16',
  u32: 'u32',
  u64: 'u64',
  i32: 'i32',
  i64: 'i64',
};

function fieldType(table: FlatTable): ColumnType | undefined {
  const number = table.uint8(2);
  const encoding = table.table(4);
  if (encoding !== undefined) {
    const indices = encoding.table(1);
    return number === utf8Type && (indices === undefined || integerType(indices) === 'i32')
      ? 'text'
      : undefined;
  }
  const type = table.table(3);
  return number === intType && type !== undefined ? integerType(type) : undefined;
}

function integerType(table: FlatTable): ColumnType | undefined {
  return integers[`${table.uint8(1) !== 0 ? 'i' : 'u'}${table.int32(0)}`];
}
