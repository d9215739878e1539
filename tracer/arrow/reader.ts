// Reads event files (Arrow IPC stream form) batch by batch, only the columns asked for, up to the last whole
// batch: a file cut off by a crash is as readable as a finished one.
import { MessageHeader, type Schema } from 'apache-arrow';
import { ExitCode, UsageError } from '../../errors.js';
import { columnBytes, columnsOf, type Column, type ColumnType, type EventName } from '../schema/index.js';
import type { BatchColumn, ColumnArray, EventBatch } from './batch.js';
import { MessageFile, type LocatedMessage } from './messages.js';
import { schemaDifference } from './schema.js';

/** What a reader learns at the end of a file. */
export interface ReadEnd {
  /** Rows in whole batches. */
  readonly rows: number;
  /** Whether the writer closed the file; false when it is cut off. */
  readonly complete: boolean;
}

const arrays = {
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  u64: BigUint64Array,
  i32: Int32Array,
  i64: BigInt64Array,
  text: Int32Array,
} as const satisfies Record<ColumnType, unknown>;

/** A record batch (or a dictionary's) with the parts that say where its buffers are. */
interface BatchHeader {
  readonly length: number;
  readonly nodes: readonly { readonly length: number; readonly nullCount: number }[];
  readonly buffers: readonly { readonly offset: number; readonly length: number }[];
}

// Our files are flat: every column, text included, has a validity buffer and a value buffer.
const buffersPerColumn = 2;

/**
 * Yields the batches of an event file in order.
 *
 * @param columns names of the columns wanted; all when left out. Others are not read from the disk.
 * @throws UsageError with exit code 65 when the file is missing, foreign, damaged, or of another schema than
 *   `kind` has in this version; a file that merely ends early is no error (the return value says so).
 */
export function* readEventFile(
  path: string,
  kind: EventName,
  columns?: readonly string[],
): Generator<EventBatch, ReadEnd, void> {
  const file = new MessageFile(path);
  try {
    return yield* new EventFileReader(file, kind, columns).batches();
  } finally {
    file.close();
  }
}

class EventFileReader {
  /** Wanted columns with their index in the file. */
  readonly #wanted: readonly (readonly [number, Column])[];
  readonly #dictionaries = new Map<number, string[]>();

  constructor(
    readonly file: MessageFile,
    readonly kind: EventName,
    names: readonly string[] | undefined,
  ) {
    const all = [...columnsOf(kind).entries()];
    const unknown = names?.find((name) => !all.some(([, column]) => column.name === name));
    if (unknown !== undefined) throw new UsageError(`${kind} events have no column ${unknown}`);
    this.#wanted = names === undefined ? all : all.filter(([, column]) => names.includes(column.name));
  }

  *batches(): Generator<EventBatch, ReadEnd, void> {
    let rows = 0;
    this.#checkSchema(this.file.next());
    for (let located = this.file.next(); located !== undefined; located = this.file.next()) {
      if (located.message.headerType === MessageHeader.DictionaryBatch) this.#readDictionary(located);
      else if (located.message.headerType === MessageHeader.RecordBatch) {
        const batch = this.#readBatch(located);
        rows += batch.rows;
        yield batch;
      } else throw this.file.damaged(located.bodyStart, 'a message of an unexpected type ends');
    }
    return { rows, complete: this.file.ended };
  }

  /** A file cut off inside the schema has no rows; anything else there must be the schema we write. */
  #checkSchema(located: LocatedMessage | undefined): void {
    if (located === undefined) return;
    if (located.message.headerType !== MessageHeader.Schema) throw this.file.damaged(0, 'there is no schema');
    const difference = schemaDifference(this.kind, located.message.header() as Schema);
    if (difference === undefined) return;
    throw new UsageError(
      `${this.file.path} is not the ${this.kind} file this version writes: ${difference}; run the program again to make a new trace`,
      ExitCode.unreadableTrace,
    );
  }

  #readDictionary(located: LocatedMessage): void {
    const header = located.message.header() as { id: number; isDelta: boolean; data: BatchHeader };
    if (!this.#wanted.some(([index]) => index === header.id)) return;
    const { length } = header.data;
    const offsets = this.#buffer(located, header.data, 1, 4 * (length + 1));
    const bytes = this.#buffer(located, header.data, 2, 0);
    const texts = this.#decodeTexts(located, length, new Int32Array(offsets.buffer), bytes);
    const dictionary = header.isDelta ? this.#dictionaries.get(header.id) : undefined;
    if (dictionary === undefined) this.#dictionaries.set(header.id, texts);
    else for (const text of texts) dictionary.push(text);
  }

  #decodeTexts(located: LocatedMessage, count: number, offsets: Int32Array, bytes: Uint8Array): string[] {
    const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const texts: string[] = [];
    for (let index = 0; index < count; index++) {
      const start = offsets[index];
      const end = offsets[index + 1];
      if (start < 0 || end < start || end > bytes.length)
        throw this.file.damaged(located.bodyStart, 'a dictionary is damaged');
      texts.push(source.toString('utf8', start, end));
    }
    return texts;
  }

  #readBatch(located: LocatedMessage): EventBatch {
    const header = located.message.header() as BatchHeader;
    if (!(header.length >= 0)) throw this.file.damaged(located.bodyStart, 'a batch has no length');
    const columns: Record<string, BatchColumn> = {};
    for (const [index, column] of this.#wanted)
      columns[column.name] = this.#readColumn(located, header, index, column);
    return { rows: header.length, columns };
  }

  #readColumn(located: LocatedMessage, header: BatchHeader, index: number, column: Column): BatchColumn {
    const rows = header.length;
    const node = header.nodes[index];
    const nulls = node?.nullCount ?? 0;
    if (node?.length !== rows || (nulls > 0 && column.nullable !== true))
      throw this.file.damaged(located.bodyStart, `column ${column.name} is damaged`);
    const at = index * buffersPerColumn;
    const validity =
      nulls > 0 ? { validity: this.#buffer(located, header, at, Math.ceil(rows / 8)) } : undefined;
    const bytes = this.#buffer(located, header, at + 1, rows * columnBytes[column.type]);
    const values = new arrays[column.type](bytes.buffer, 0, rows) as ColumnArray;
    if (column.type !== 'text') return { values, ...validity };
    const result = { values, dictionary: this.#dictionaries.get(index) ?? [], ...validity };
    this.#checkIndices(located, column, values as Int32Array, result.dictionary.length);
    return result;
  }

  #checkIndices(located: LocatedMessage, column: Column, values: Int32Array, size: number): void {
    // Rows that are null hold index 0, which an empty dictionary does not have.
    const limit = column.nullable === true ? Math.max(size, 1) : size;
    for (let row = 0; row < values.length; row++)
      if (values[row] < 0 || values[row] >= limit)
        throw this.file.damaged(located.bodyStart, `column ${column.name} points outside its dictionary`);
  }

  /** A buffer of the body, of at least `least` bytes. */
  #buffer(
    located: LocatedMessage,
    header: BatchHeader,
    index: number,
    least: number,
  ): Uint8Array<ArrayBuffer> {
    const region = header.buffers[index];
    const { offset, length } = region ?? { offset: 0, length: -1 };
    if (offset < 0 || length < least || offset + length > located.bodyBytes)
      throw this.file.damaged(located.bodyStart, 'a buffer lies outside its message');
    return this.file.read(located.bodyStart + offset, length);
  }
}
