// Writes the rows of one event kind as an Arrow IPC stream, in bounded batches that go to the file whole.
import { makeData, RecordBatch, Struct, type Schema } from 'apache-arrow';
import { OutputFile, type FileSummary, type WriteFailure } from '../files/output-file.js';
import {
  columnsOf,
  commonColumns,
  type ColumnType,
  type EventName,
  type EventOf,
  type events,
} from '../schema/index.js';
import type { EventBatch } from './batch.js';
import type { BatchConsumer } from './batch-consumer.js';
import { arrowSchema } from './schema.js';
import {
  newBuilder,
  type AnyBuilder,
  type BuilderOf,
  type NumberColumn,
  type Word64Column,
} from './columns.js';
import { CompressedStreamWriter } from './stream-writer.js';

/** Rows of a full batch. */
export const batchRows = 16_384;

// Kinds with few rows stay small; a busy kind doubles its way up to a full batch.
const firstCapacity = 256;

type OwnColumns<N extends EventName> = (typeof events)[N]['columns'];

/** The builders of a kind's own columns, by name. */
export type OwnBuilders<N extends EventName> = {
  readonly [K in keyof OwnColumns<N>]: OwnColumns<N>[K] extends { type: infer T extends ColumnType }
    ? BuilderOf<T>
    : never;
};

/** What became of a closed event file. */
export interface EventFileSummary extends FileSummary {
  readonly kind: EventName;
  /** Rows in the file. */
  readonly rows: number;
  /** Rows that could not be written (the disk was full). */
  readonly lostRows: number;
}

/**
 * Appends rows to one event file. A row is `begin(…)` and then one `append` to each of `columns`:
 *
 *     file.begin(seq, cycle, hart, pid, span, pcLow, pcHigh);
 *     file.columns.frame.append(low, high);
 *     file.columns.free_frames.append(count);
 *
 * `append(row)` does the same from an object, with range checks, for kinds with few rows.
 * A column that was forgotten or appended twice is our own bug and found when the batch is written.
 */
export class EventFileWriter<N extends EventName> {
  readonly columns: OwnBuilders<N>;
  /** Rows that could not be written. */
  lostRows = 0;
  readonly #file: OutputFile;
  readonly #schema: Schema;
  readonly #builders: readonly AnyBuilder[];
  readonly #arrow: CompressedStreamWriter;
  readonly #seq: Word64Column;
  readonly #cycle: Word64Column;
  readonly #hart: NumberColumn;
  readonly #pid: NumberColumn;
  readonly #span: NumberColumn;
  readonly #pc: Word64Column;
  #capacity = firstCapacity;
  #pending = 0;
  #written = 0;
  /** Of the pending rows, those that the consumer has had. */
  #handedOver = 0;

  /**
   * Creates the file; it is a valid, empty one at once. Throws UsageError when it cannot be created.
   * @param beforeFullBatch called before a batch is written because it is full, which leaves differences in the columns
   */
  constructor(
    readonly kind: N,
    path: string,
    private readonly beforeFullBatch: () => void = () => {},
  ) {
    this.#file = new OutputFile(path);
    this.#schema = arrowSchema(kind);
    const types = this.#schema.fields.map((field) => field.type);
    this.#builders = columnsOf(kind).map((column, index) => newBuilder(column, types[index], firstCapacity));
    const common = this.#builders.slice(0, Object.keys(commonColumns).length);
    [this.#seq, this.#cycle, this.#hart, this.#pid, this.#span, this.#pc] = common as CommonBuilders;
    const own = this.#builders.slice(common.length);
    this.columns = Object.fromEntries(own.map((builder) => [builder.column.name, builder])) as OwnBuilders<N>;
    this.#arrow = new CompressedStreamWriter(this.#schema);
    this.#file.append(this.#arrow.take());
  }

  /** Rows appended and not lost. */
  get rows(): number {
    return this.#written + this.#pending;
  }

  /** Bytes written so far, pending rows not counted. */
  get bytes(): number {
    return this.#file.bytes;
  }

  /** Set once the file could not be written any further. */
  get failure(): WriteFailure | undefined {
    return this.#file.failure;
  }

  /** Starts a row: its common columns. `seq` and `cycle` are safe integers. */
  begin(
    seq: number,
    cycle: number,
    hart: number,
    pid: number,
    span: number,
    pcLow: number,
    pcHigh: number,
  ): void {
    if (this.#pending === this.#capacity) this.#makeRoom();
    this.#pending++;
    this.#seq.appendNumber(seq);
    this.#cycle.appendNumber(cycle);
    this.#hart.append(hart);
    this.#pid.append(pid);
    this.#span.append(span);
    this.#pc.append(pcLow, pcHigh);
  }

  /** Appends a whole row; throws when a value does not fit its column. */
  append(row: EventOf<N>): void {
    if (this.#pending === this.#capacity) this.#makeRoom();
    this.#pending++;
    const values: Record<string, unknown> = row;
    for (const builder of this.#builders) {
      const value = values[builder.column.name];
      if (value === null) builder.appendNull();
      else builder.appendValue(value);
    }
  }

  /** Writes the pending rows as a batch, so that a crash later does not lose them. */
  flush(): void {
    if (this.#pending === 0) return;
    this.#checkColumns();
    if (this.failure === undefined) this.#writeBatch();
    else this.lostRows += this.#pending;
    for (const builder of this.#builders) builder.clear();
    this.#pending = 0;
    this.#handedOver = 0;
  }

  /** Hands a consumer the rows that it has not had. Of a row that is being appended to it hears the next time. */
  handOver(consumer: BatchConsumer): void {
    const names = consumer.columns[this.kind];
    if (names === undefined) return;
    const from = this.#handedOver;
    const to = this.#builders[this.#builders.length - 1].length;
    if (from === to) return;
    const wanted = this.#builders.filter(({ column }) => names.includes(column.name));
    const views = wanted.map((builder) => [builder.column.name, builder.view(from, to)]);
    consumer.take(this.kind, {
      rows: to - from,
      columns: Object.fromEntries(views) as EventBatch['columns'],
    });
    this.#handedOver = to;
  }

  /** Flushes, ends the stream and closes the file. */
  close(): EventFileSummary {
    this.flush();
    this.#arrow.finish();
    this.#file.append(this.#arrow.take());
    return { kind: this.kind, rows: this.#written, lostRows: this.lostRows, ...this.#file.close() };
  }

  #makeRoom(): void {
    if (this.#capacity === batchRows) {
      this.beforeFullBatch();
      return this.flush();
    }
    this.#capacity *= 2;
    for (const builder of this.#builders) builder.grow(this.#capacity);
  }

  #writeBatch(): void {
    const children = this.#builders.map((builder) => builder.data());
    const type = new Struct(this.#schema.fields);
    const data = makeData({ type, length: this.#pending, nullCount: 0, children });
    this.#arrow.write(new RecordBatch(this.#schema, data));
    if (this.#file.append(this.#arrow.take())) this.#written += this.#pending;
    else this.lostRows += this.#pending;
  }

  #checkColumns(): void {
    const wrong = this.#builders.find((builder) => builder.length !== this.#pending);
    if (wrong === undefined) return;
    const { name } = wrong.column;
    throw new Error(`${this.kind}.${name} has ${wrong.length} values for ${this.#pending} rows`);
  }
}

type CommonBuilders = [Word64Column, Word64Column, NumberColumn, NumberColumn, NumberColumn, Word64Column];
