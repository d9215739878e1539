// The events of a run as whole columns, a table a kind. A column is read from the source when somebody first needs it.
import {
  columnArrays,
  hasValue,
  type BatchColumn,
  type ColumnArray,
  type EventBatch,
} from '../tracer/arrow/index.js';
import { columnBytes, columnsOf, eventNames, type Column, type EventName } from '../tracer/schema/index.js';
import { UsageError } from '../errors.js';
import { ColumnCache } from './column-cache.js';
import type { EventSource } from './event-source.js';
import type { Table, WholeColumn } from './table.js';

/** The table of every kind; one that was not traced has no rows. */
export class EventTables {
  private readonly tables = new Map<EventName, EventTable>();

  constructor(
    private readonly source: EventSource,
    cache = new ColumnCache(),
  ) {
    for (const kind of eventNames) this.tables.set(kind, new EventTable(kind, source, cache));
  }

  /** Whether the kind was watched for when the run was recorded. */
  isTraced(kind: EventName): boolean {
    return this.source.kinds.has(kind);
  }

  of(kind: EventName): EventTable {
    return this.tables.get(kind)!;
  }
}

/** The rows of one kind, in order of `seq`. */
export class EventTable implements Table {
  readonly columns: readonly Column[];
  private rowCount: number | undefined;

  constructor(
    private readonly kind: EventName,
    private readonly source: EventSource,
    private readonly cache = new ColumnCache(),
  ) {
    this.columns = columnsOf(kind);
    if (!source.kinds.has(kind)) this.rowCount = 0;
  }

  get rows(): number {
    if (this.rowCount === undefined) for (const batch of this.batches([])) void batch;
    return this.rowCount!;
  }

  read(names: readonly string[]): WholeColumn[] {
    const known = names.map((name) => this.cache.get(this.kind, name));
    const missing = names.filter((_, index) => known[index] === undefined);
    const loaded = missing.length > 0 ? this.load(missing) : undefined;
    return names.map((name, index) => known[index] ?? loaded!.get(name)!);
  }

  /** Its rows as they come from the source, with at least these columns. */
  *batches(names: readonly string[]): Generator<EventBatch, void, void> {
    const wanted = this.columns.filter((column) => names.includes(column.name));
    let rows = 0;
    if (this.rowCount !== 0) {
      for (const batch of this.source.batches(this.kind, names)) {
        for (const column of wanted) checkColumn(this.kind, column, batch.columns[column.name], batch.rows);
        rows += batch.rows;
        yield batch;
      }
    }
    this.rowCount = rows;
  }

  private load(names: readonly string[]): Map<string, WholeColumn> {
    const wanted = this.columns.filter((column) => names.includes(column.name));
    const pieces = wanted.map((): Piece[] => []);
    let rows = 0;
    for (const batch of this.batches(names)) {
      wanted.forEach(({ name }, index) =>
        pieces[index].push({ source: batch.columns[name], rows: batch.rows }),
      );
      rows += batch.rows;
    }
    const loaded = new Map<string, WholeColumn>();
    wanted.forEach((column, index) => {
      const whole = joined(column, pieces[index], rows);
      // What is joined is garbage from here on, and there is much of it.
      pieces[index].length = 0;
      this.cache.keep(this.kind, column.name, whole);
      loaded.set(column.name, whole);
    });
    return loaded;
  }
}

interface Piece {
  readonly source: BatchColumn;
  readonly rows: number;
}

/** Proves that copying the column blindly is safe; else throws UsageError (65). */
function checkColumn(kind: EventName, column: Column, source: BatchColumn | undefined, rows: number): void {
  const fits =
    source &&
    source.values.length >= rows &&
    source.values.BYTES_PER_ELEMENT === (column.type === 'text' ? 4 : columnBytes[column.type]) &&
    (column.type === 'text') === (source.dictionary !== undefined) &&
    (source.validity === undefined || source.validity.length >= Math.ceil(rows / 8));
  if (!fits) {
    throw new UsageError(
      `The trace's ${kind} events have no column ${column.name} of type ${column.type}: it was not written by this ` +
        'version; record the run again.',
      65,
    );
  }
}

function joined(column: Column, pieces: readonly Piece[], rows: number): WholeColumn {
  const validity = joinedValidity(pieces, rows);
  const nulls = validity === undefined ? {} : { validity };
  if (column.type === 'text') return { ...joinedText(pieces, rows), ...nulls };
  if (pieces.length === 1) return { values: pieces[0].source.values, ...nulls };
  const values: ColumnArray = new columnArrays[column.type](rows);
  let at = 0;
  for (const { source, rows: count } of pieces) {
    (values as Uint8Array).set(source.values.subarray(0, count) as Uint8Array, at);
    at += count;
  }
  return { values, ...nulls };
}

/** Batches may have dictionaries of their own, or one that grows: each string gets one number. */
function joinedText(pieces: readonly Piece[], rows: number): WholeColumn {
  const numbers = new Map<string, number>();
  const translations = new Map<readonly string[], number[]>();
  const values = new Int32Array(rows);
  let at = 0;
  for (const { source, rows: count } of pieces) {
    const dictionary = source.dictionary!;
    const own = translations.get(dictionary) ?? dictionary.map((text) => numberOf(text, numbers));
    translations.set(dictionary, own);
    const indices = source.values as Int32Array;
    for (let row = 0; row < count; row++) values[at + row] = own[indices[row]] ?? 0;
    at += count;
  }
  return { values, dictionary: [...numbers.keys()] };
}

function numberOf(text: string, numbers: Map<string, number>): number {
  const known = numbers.get(text) ?? numbers.size;
  numbers.set(text, known);
  return known;
}

function joinedValidity(pieces: readonly Piece[], rows: number): Uint8Array | undefined {
  if (!pieces.some(({ source }) => source.validity)) return undefined;
  const bits = new Uint8Array(Math.ceil(rows / 8));
  let at = 0;
  for (const { source, rows: count } of pieces) {
    for (let row = 0; row < count; row++) {
      if (hasValue(source, row)) bits[(at + row) >> 3] |= 1 << ((at + row) & 7);
    }
    at += count;
  }
  return bits;
}
