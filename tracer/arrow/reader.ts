// Reads event files (Arrow IPC stream form) batch by batch, only the columns asked for, up to the last whole
// batch: a file cut off by a crash is as readable as a finished one. Needs no Arrow library, which takes longer
// to load than most traces take to read.
import { ExitCode, UsageError } from '../../errors.js';
import { columnBytes, columnsOf, traceFormatVersion, type Column, type EventName } from '../schema/index.js';
import { columnArrays, type BatchColumn, type ColumnArray, type EventBatch } from './batch.js';
import { BatchBody, expansionMaximum } from './body.js';
import { fromDeltas, fromDeltas64 } from './deltas.js';
import type { BatchHeader, Header } from './headers.js';
import { MessageFile, type LocatedMessage } from './messages.js';

/** What a reader learns at the end of a file. */
export interface ReadEnd {
  /** Rows in whole batches. */
  readonly rows: number;
  /** Whether the writer closed the file; false when it is cut off. */
  readonly complete: boolean;
}

// Our files are flat: every column, text included, has a validity buffer and a value buffer.
const buffersPerColumn = 2;

/**
 * Yields the batches of an event file in order.
 *
 * @param columns names of the columns wanted; all when left out. Others are not decompressed.
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

/** An older file may have the same columns, held in another way. */
function versionDifference({ metadata }: Header & { is: 'schema' }): string | undefined {
  const version = metadata.get('format');
  if (version === undefined || version === String(traceFormatVersion)) return undefined;
  return `it has trace format ${version} and this version reads ${traceFormatVersion}`;
}

/** What distinguishes the schema of a file from the one its kind has today; undefined when they agree. */
function schemaDifference(kind: EventName, found: Header & { is: 'schema' }): string | undefined {
  const foundKind = found.metadata.get('event');
  if (foundKind !== kind)
    return foundKind === undefined ? 'it holds no events' : `it holds ${foundKind} events`;
  const expected = columnsOf(kind);
  for (const [index, { name, type, nullable = false }] of expected.entries()) {
    const field = found.fields[index];
    if (field === undefined) return `column ${name} is missing`;
    if (field.name !== name) return `column ${index + 1} is ${field.name} instead of ${name}`;
    if (field.type !== type)
      return `column ${name} is ${field.type ?? 'of a foreign type'} instead of ${type}`;
    if (field.nullable !== nullable) return `column ${name} ${nullable ? 'cannot' : 'can'} be null`;
  }
  const extra = found.fields[expected.length];
  return extra === undefined ? undefined : `column ${extra.name} is unknown`;
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
      const { header } = located;
      if (header.is === 'dictionary') this.#readDictionary(located, header);
      else if (header.is === 'batch') {
        rows += header.batch.rows;
        yield this.#readBatch(located, header.batch);
      } else throw this.file.damaged(located.bodyStart, 'a second schema ends');
    }
    return { rows, complete: this.file.ended };
  }

  /** A file cut off inside the schema has no rows; anything else there must be the schema we write. */
  #checkSchema(located: LocatedMessage | undefined): void {
    if (located === undefined) return;
    if (located.header.is !== 'schema') throw this.file.damaged(0, 'there is no schema');
    const difference = versionDifference(located.header) ?? schemaDifference(this.kind, located.header);
    if (difference === undefined) return;
    throw new UsageError(
      `${this.file.path} is not the ${this.kind} file this version writes: ${difference}; run the program again to make a new trace`,
      ExitCode.unreadableTrace,
    );
  }

  #readDictionary(located: LocatedMessage, { id, isDelta, batch }: Header & { is: 'dictionary' }): void {
    if (!this.#wanted.some(([index]) => index === id)) return;
    const body = new BatchBody(this.file, located, batch);
    const offsets = body.buffer(1, 4 * (batch.rows + 1));
    const texts = this.#decodeTexts(
      located,
      new Int32Array(offsets.buffer, 0, batch.rows + 1),
      body.buffer(2, 0),
    );
    const dictionary = isDelta ? this.#dictionaries.get(id) : undefined;
    if (dictionary === undefined) this.#dictionaries.set(id, texts);
    else for (const text of texts) dictionary.push(text);
  }

  #decodeTexts(located: LocatedMessage, offsets: Int32Array, bytes: Uint8Array): string[] {
    const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const texts: string[] = [];
    for (let index = 0; index + 1 < offsets.length; index++) {
      const start = offsets[index];
      const end = offsets[index + 1];
      if (start < 0 || end < start || end > bytes.length)
        throw this.file.damaged(located.bodyStart, 'a dictionary is damaged');
      texts.push(source.toString('utf8', start, end));
    }
    return texts;
  }

  #readBatch(located: LocatedMessage, batch: BatchHeader): EventBatch {
    // Every kind has 64-bit columns, so that a batch with more rows than this is none of ours.
    if (8 * batch.rows > expansionMaximum * located.bodyBytes)
      throw this.file.damaged(located.bodyStart, 'a batch is too short');
    const columns: Record<string, BatchColumn> = {};
    if (this.#wanted.length === 0) return { rows: batch.rows, columns };
    const body = new BatchBody(this.file, located, batch);
    for (const [index, column] of this.#wanted)
      columns[column.name] = this.#readColumn(located, batch, body, index, column);
    return { rows: batch.rows, columns };
  }

  #readColumn(
    located: LocatedMessage,
    batch: BatchHeader,
    body: BatchBody,
    index: number,
    column: Column,
  ): BatchColumn {
    const { rows } = batch;
    const length = batch.nodes[2 * index];
    const nulls = batch.nodes[2 * index + 1];
    if (length !== rows || (nulls !== 0 && column.nullable !== true))
      throw this.file.damaged(located.bodyStart, `column ${column.name} is damaged`);
    const at = index * buffersPerColumn;
    const validity = nulls !== 0 ? { validity: body.buffer(at, Math.ceil(rows / 8)) } : undefined;
    const bytes = body.buffer(at + 1, rows * columnBytes[column.type]);
    const values = new columnArrays[column.type](bytes.buffer, 0, rows) as ColumnArray;
    if (column.encoding === 'delta') restore(values);
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
}

/** Values of differences. */
function restore(values: ColumnArray): void {
  if (values instanceof BigUint64Array || values instanceof BigInt64Array)
    fromDeltas64(new Uint32Array(values.buffer, 0, 2 * values.length));
  else fromDeltas(values);
}
