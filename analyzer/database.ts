// The one user of DuckDB: an in-memory database with a table an event kind, closed to the outside once it is loaded.
// DuckDB takes a quarter of a second to import, so that happens at the first `open`.
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBAppender, DuckDBConnection, DuckDBDataChunk, DuckDBInstance } from '@duckdb/node-api';
import type { BatchColumn, EventBatch } from '../tracer/arrow/batch.js';
import {
  columnsOf,
  eventNames,
  type Column,
  type ColumnType,
  type EventName,
} from '../tracer/schema/index.js';
import { UsageError } from '../errors.js';
import type { EventSource, RunFacts } from './event-source.js';

/** Bounds on what a query may use. */
export interface DatabaseLimits {
  readonly memoryBytes?: number;
  readonly threads?: number;
}

/** A value of a result row. Integers wider than 32 bits are bigint. */
export type SqlValue = string | number | bigint | boolean | null;

/** Result of a query: column names, types as DuckDB names them, and rows in order. */
export interface QueryResult {
  readonly columns: readonly string[];
  readonly types: readonly string[];
  readonly rows: readonly (readonly SqlValue[])[];
  /** True when there were more rows than were asked for. */
  readonly truncated: boolean;
}

const sqlTypes = {
  u8: 'UTINYINT',
  u16: 'USMALLINT',
  u32: 'UINTEGER',
  u64: 'UBIGINT',
  i32: 'INTEGER',
  i64: 'BIGINT',
  text: 'VARCHAR',
} as const satisfies Record<ColumnType, string>;

const defaultLimits = { memoryBytes: 2 * 2 ** 30, threads: 2 };

type Api = typeof import('@duckdb/node-api');

/** The native functions below the client that copy whole columns; the client itself sets value by value. */
interface Bindings {
  data_chunk_get_vector(chunk: unknown, column: number): unknown;
  vector_ensure_validity_writable(vector: unknown): void;
  vector_assign_string_element(vector: unknown, row: number, text: string): void;
  copy_data_to_vector(
    vector: unknown,
    to: number,
    source: ArrayBufferLike,
    from: number,
    bytes: number,
  ): void;
  copy_data_to_vector_validity: Bindings['copy_data_to_vector'];
}

function loadBindings(): Bindings {
  const here = createRequire(import.meta.url);
  return createRequire(here.resolve('@duckdb/node-api'))('@duckdb/node-bindings') as Bindings;
}

/** Rows a DuckDB chunk holds. */
const chunkRows = 2048;

/** An in-memory database of one run's events. */
export class Database {
  private constructor(
    private readonly api: Api,
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
  ) {}

  /** Opens an empty database. */
  static async open(limits: DatabaseLimits = {}): Promise<Database> {
    const api = await import('@duckdb/node-api');
    const { memoryBytes, threads } = { ...defaultLimits, ...limits };
    const instance = await api.DuckDBInstance.create(':memory:', {
      memory_limit: `${Math.floor(memoryBytes / 2 ** 20)}MiB`,
      threads: String(threads),
      // Made only when a query needs more memory than it may have, and removed with the database.
      temp_directory: join(tmpdir(), `cowtrace-${process.pid}`),
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      preserve_insertion_order: 'false',
    });
    return new Database(api, instance, await instance.connect());
  }

  /** Creates the table of every kind, `baseline_marker`, all empty, and `run_facts` with its rows. */
  async createTables(facts: RunFacts): Promise<void> {
    for (const kind of eventNames) await this.createTable(kind, columnsOf(kind));
    await this.createTable('baseline_marker', columnsOf('marker'));
    await this.connection.run('CREATE TABLE run_facts (key VARCHAR, value VARCHAR)');
    for (const [key, value] of Object.entries(facts)) {
      await this.connection.run('INSERT INTO run_facts VALUES ($1, $2)', [key, String(value)]);
    }
  }

  /** Appends the source's rows of a kind to a table with that kind's columns. */
  async fill(table: TableName, kind: EventName, source: EventSource): Promise<void> {
    const appender = await this.connection.createAppender(table);
    const writer = new ChunkWriter(this.api, loadBindings(), appender, columnsOf(kind));
    for await (const batch of source.batches(kind)) writer.write(table, batch);
    appender.closeSync();
  }

  /** From here on no statement can reach a file, an extension or a setting. */
  async lockDown(): Promise<void> {
    await this.connection.run('SET enable_external_access = false');
    await this.connection.run('SET lock_configuration = true');
  }

  /** Runs a statement for its effect. */
  async execute(sql: string): Promise<void> {
    await this.connection.run(sql);
  }

  /** Rows of a query, at most `limit`. A statement DuckDB refuses throws DuckDB's own error. */
  async query(sql: string, limit = Number.MAX_SAFE_INTEGER): Promise<QueryResult> {
    const reader = await this.connection.streamAndReadUntil(sql, Math.min(limit + 1, 2 ** 31));
    const all = reader.getRows();
    return {
      columns: reader.columnNames(),
      types: reader.columnTypes().map(String),
      rows: all.slice(0, limit).map((row) => row.map(plainValue)),
      truncated: all.length > limit,
    };
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }

  private async createTable(name: string, columns: readonly Column[]): Promise<void> {
    const list = columns.map((column) => `"${column.name}" ${sqlTypes[column.type]}`);
    await this.connection.run(`CREATE TABLE "${name}" (${list.join(', ')})`);
  }
}

/** Copies batches into a table, chunk by chunk, without an object a row. */
class ChunkWriter {
  private readonly chunk: DuckDBDataChunk;

  constructor(
    api: Api,
    private readonly bindings: Bindings,
    private readonly appender: DuckDBAppender,
    private readonly columns: readonly Column[],
  ) {
    this.chunk = api.DuckDBDataChunk.create(columns.map((_, index) => appender.columnType(index)));
  }

  write(table: string, batch: EventBatch): void {
    const sources = this.columns.map((column) => checkedColumn(table, column, batch));
    for (let first = 0; first < batch.rows; first += chunkRows) {
      const rows = Math.min(chunkRows, batch.rows - first);
      const chunk = this.chunk;
      chunk.reset();
      chunk.rowCount = rows;
      sources.forEach((source, index) => {
        const vector = this.bindings.data_chunk_get_vector(chunk.chunk, index);
        if (source.dictionary) this.copyText(vector, source, first, rows);
        else this.copyNumbers(vector, source, first, rows);
        if (source.validity) this.copyValidity(vector, source.validity, first, rows);
      });
      this.appender.appendDataChunk(chunk);
    }
  }

  private copyNumbers(vector: unknown, { values }: BatchColumn, first: number, rows: number): void {
    const width = values.BYTES_PER_ELEMENT;
    this.bindings.copy_data_to_vector(
      vector,
      0,
      values.buffer,
      values.byteOffset + first * width,
      rows * width,
    );
  }

  private copyText(vector: unknown, column: BatchColumn, first: number, rows: number): void {
    const dictionary = column.dictionary!;
    for (let row = 0; row < rows; row++) {
      const text = dictionary[Number(column.values[first + row])];
      if (text !== undefined) this.bindings.vector_assign_string_element(vector, row, text);
    }
  }

  /** Chunks start at multiples of 2048 rows, so the bitmap is copied by whole bytes. */
  private copyValidity(vector: unknown, validity: Uint8Array, first: number, rows: number): void {
    this.bindings.vector_ensure_validity_writable(vector);
    const bytes = Math.ceil(rows / 8);
    const offset = validity.byteOffset + first / 8;
    this.bindings.copy_data_to_vector_validity(vector, 0, validity.buffer, offset, bytes);
  }
}

const columnWidths: Record<ColumnType, number> = { u8: 1, u16: 2, u32: 4, u64: 8, i32: 4, i64: 8, text: 4 };

/** The batch's column, after proving that copying it blindly is safe. */
function checkedColumn(table: string, column: Column, batch: EventBatch): BatchColumn {
  const source = batch.columns[column.name];
  const fits =
    source &&
    source.values.length >= batch.rows &&
    source.values.BYTES_PER_ELEMENT === columnWidths[column.type] &&
    (column.type === 'text') === (source.dictionary !== undefined) &&
    (source.validity === undefined || source.validity.length >= Math.ceil(batch.rows / 8));
  if (!fits) {
    throw new UsageError(
      `The trace's ${table} events have no column ${column.name} of type ${column.type}: it was not written by this ` +
        'version; record the run again.',
      65,
    );
  }
  return source;
}

function plainValue(value: unknown): SqlValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'object') return String(value);
  return value as SqlValue;
}

/** Kinds an invariant may name, and the tables beside them. */
export const extraTables = ['run_facts', 'baseline_marker'] as const;
export type TableName = EventName | (typeof extraTables)[number];
