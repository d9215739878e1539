// The one user of DuckDB: an in-memory database, closed to the outside, over tables that stay where they are: a table
// function copies the columns that a query asks for, 2,048 rows a call.
// DuckDB takes a quarter of a second to import, so that happens at the first `open`.
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  DuckDBTableFunctionBindInfo,
  DuckDBTableFunctionInfo,
  DuckDBTableFunctionInitInfo,
} from '@duckdb/node-api';
import type { Table, TableColumnType, WholeColumn } from './table.js';
import { UsageError } from '../errors.js';

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
  bool: 'BOOLEAN',
  f64: 'DOUBLE',
  text: 'VARCHAR',
} as const satisfies Record<TableColumnType, string>;

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

/** Name of the SQL function that yields the rows of a table by its name. */
const rowsFunction = 'rows_of';

/** An in-memory database over one run's tables. */
export class Database {
  private readonly tables = new Map<string, Table>();
  /** What went wrong while a table was read, in our words rather than in DuckDB's. */
  private failure: unknown;

  private constructor(
    private readonly api: Api,
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
  ) {
    connection.registerTableFunction(this.rowsFunction());
  }

  /** Opens an empty database, in which no statement can reach a file, an extension or a setting. */
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
    const database = new Database(api, instance, await instance.connect());
    await database.execute('SET enable_external_access = false');
    await database.execute('SET lock_configuration = true');
    return database;
  }

  /** Shows a table under a name. Its columns are read when a query needs them. */
  async show(name: string, table: Table): Promise<void> {
    this.tables.set(name, table);
    const columns = table.columns.map((column) => {
      // A column with few strings comes as an enumeration; what people see is text.
      return column.type === 'text' ? `"${column.name}"::VARCHAR AS "${column.name}"` : `"${column.name}"`;
    });
    await this.execute(
      `CREATE VIEW "${name}" AS SELECT ${columns.join(', ')} FROM ${rowsFunction}('${name}')`,
    );
  }

  /** Runs a statement for its effect. */
  async execute(sql: string, values?: string[]): Promise<void> {
    await this.guarded(() => this.connection.run(sql, values));
  }

  /** Rows of a query, at most `limit`. A statement DuckDB refuses throws DuckDB's own error. */
  async query(sql: string, limit = Number.MAX_SAFE_INTEGER): Promise<QueryResult> {
    const reader = await this.guarded(() => {
      return this.connection.streamAndReadUntil(sql, Math.min(limit + 1, 2 ** 31));
    });
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

  private async guarded<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      const failure = this.failure;
      this.failure = undefined;
      throw failure ?? error;
    }
  }

  private rowsFunction(): InstanceType<Api['DuckDBTableFunction']> {
    const bindings = loadBindings();
    const noting = <I extends { setError(error: string): void }, A extends unknown[]>(
      work: (info: I, ...more: A) => void,
    ) => {
      return (info: I, ...more: A): void => {
        try {
          work(info, ...more);
        } catch (error) {
          this.failure = error;
          info.setError(String(error));
        }
      };
    };
    return this.api.DuckDBTableFunction.create({
      name: rowsFunction,
      parameterTypes: [this.api.VARCHAR],
      supportsProjectionPushdown: true,
      bindFunction: noting((info: DuckDBTableFunctionBindInfo) => this.bind(info)),
      initFunction: noting((info: DuckDBTableFunctionInitInfo) => {
        const columns = info.getColumnIndexes();
        info.setInitData(new TableScan(bindings, info.bindData as BoundTable, columns));
        info.setMaxThreads(defaultLimits.threads);
      }),
      mainFunction: noting((info: DuckDBTableFunctionInfo, output: DuckDBDataChunk) => {
        (info.initData as TableScan).next(output);
      }),
    });
  }

  private bind(info: DuckDBTableFunctionBindInfo): void {
    const name = String(info.getParameter(0));
    const table = this.tables.get(name);
    if (table === undefined) throw new UsageError(`There is no table ${name}.`);
    const { api } = this;
    const textAsNumber = table.columns.map((column) => {
      if (column.type !== 'text') return undefined;
      const [{ dictionary = [] }] = table.read([column.name]);
      return isEnumerable(dictionary, table.rows) ? dictionary : undefined;
    });
    table.columns.forEach(({ name: column, type }, index) => {
      const words = textAsNumber[index];
      info.addResultColumn(column, words === undefined ? api[sqlTypes[type]] : api.ENUM(words));
    });
    info.setCardinality(table.rows, true);
    info.setBindData({ table, enumerated: textAsNumber.map((words) => words?.length) } satisfies BoundTable);
  }
}

/** Words that DuckDB can number: distinct also as C strings, and far fewer than rows. */
function isEnumerable(words: readonly string[], rows: number): boolean {
  return words.length > 0 && words.length * 8 <= rows && !words.some((word) => word.includes('\0'));
}

interface BoundTable {
  readonly table: Table;
  /** Of columns that come as enumerations, how many words there are. */
  readonly enumerated: readonly (number | undefined)[];
}

interface ScannedColumn {
  readonly source: WholeColumn;
  /** Position among the output's columns. */
  readonly at: number;
}

/** One reading of a table, chunk by chunk, without an object a row. */
class TableScan {
  private columns: readonly ScannedColumn[] | undefined;
  private readonly rows: number;
  private nextRow = 0;

  constructor(
    private readonly bindings: Bindings,
    private readonly bound: BoundTable,
    private readonly wanted: readonly number[],
  ) {
    this.rows = bound.table.rows;
  }

  /** Fills the output with the next rows; none at the end. */
  next(output: DuckDBDataChunk): void {
    // Many a scan is planned and never begun, since nothing is there to join its rows with.
    this.columns ??= this.read();
    const first = this.nextRow;
    const rows = Math.min(chunkRows, this.rows - first);
    this.nextRow += rows;
    output.rowCount = rows;
    for (const { source, at } of this.columns) {
      const vector = this.bindings.data_chunk_get_vector(output.chunk, at);
      if (source.dictionary) this.copyText(vector, source, first, rows);
      else this.copyNumbers(vector, source, first, rows);
      if (source.validity) this.copyValidity(vector, source.validity, first, rows);
    }
  }

  private read(): readonly ScannedColumn[] {
    const { table, enumerated } = this.bound;
    const found = this.wanted.map((index, at) => ({ index, at }));
    // DuckDB asks for a column beyond the last when it only counts rows.
    const real = found.filter(({ index }) => index < table.columns.length);
    const sources = table.read(real.map(({ index }) => table.columns[index].name));
    return real.map(({ index, at }, which) => ({ source: asVector(sources[which], enumerated[index]), at }));
  }

  private copyNumbers(vector: unknown, { values }: WholeColumn, first: number, rows: number): void {
    const width = values.BYTES_PER_ELEMENT;
    const from = values.byteOffset + first * width;
    this.bindings.copy_data_to_vector(vector, 0, values.buffer, from, rows * width);
  }

  private copyText(vector: unknown, column: WholeColumn, first: number, rows: number): void {
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

/** A column as DuckDB stores it: numbers of an enumeration are as narrow as its words allow. */
function asVector(column: WholeColumn, words: number | undefined): WholeColumn {
  if (words === undefined) return column;
  const { values, validity } = column;
  const narrow = words <= 0xff ? Uint8Array : words <= 0xffff ? Uint16Array : Uint32Array;
  const numbers = narrow.from(values as Int32Array);
  return validity ? { values: numbers, validity } : { values: numbers };
}

function plainValue(value: unknown): SqlValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'object') return String(value);
  return value as SqlValue;
}
