// Writes the rows of one event kind as an Arrow IPC stream, in bounded batches that go to the file whole.
import { OutputFile, type FileSummary, type WriteFailure } from '../files/output-file.js';
import {
  columnsOf,
  commonColumns,
  type ColumnType,
  type EventName,
  type EventOf,
  type events,
} from '../schema/index.js';
import type { BatchColumn, EventBatch } from './batch.js';
import type { BatchConsumer } from './batch-consumer.js';
import { arrowSchema } from './schema.js';
import { batchRows } from './column-builder.js';
import { newBuilder, stagedWords, TextColumn, type AnyBuilder, type BuilderOf } from './columns.js';
import { RowStage, stageRows } from './row-stage.js';
import { CompressedStreamWriter } from './stream-writer.js';

export { batchRows };

// Kinds with few rows stay small; a busy kind doubles its way up to a full batch.
const firstCapacity = 256;

const twoTo32 = 2 ** 32;

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
  readonly #builders: readonly AnyBuilder[];
  readonly #arrow: CompressedStreamWriter;
  readonly #common: readonly AnyBuilder[];
  readonly #last: AnyBuilder;
  readonly #stage: RowStage;
  #capacity = firstCapacity;
  /** Rows of the batch under construction that are in their columns, and those that are still staged. */
  #taken = 0;
  #staged = 0;
  #stagedMost = stageRows;
  #written = 0;
  /** Of the pending rows, those that the consumer has had in step with other kinds. */
  #handedOver = 0;
  readonly #inStep: BatchViews | undefined;
  readonly #whole: BatchViews | undefined;

  /**
   * Creates the file; it is a valid, empty one at once. Throws UsageError when it cannot be created.
   * @param beforeFullBatch called before a batch is written because it is full, which leaves differences in the columns
   * @param consumer goes along with the rows
   */
  constructor(
    readonly kind: N,
    path: string,
    private readonly beforeFullBatch: () => void = () => {},
    private readonly consumer?: BatchConsumer,
  ) {
    this.#file = new OutputFile(path);
    const columns = columnsOf(kind);
    const offsets = columns.map((_, index) => sum(columns.slice(0, index).map(stagedWords)));
    this.#stage = new RowStage(sum(columns.map(stagedWords)));
    this.#builders = columns.map((column, index) =>
      newBuilder(column, this.#stage, offsets[index], firstCapacity),
    );
    this.#inStep = viewsOf(this.#builders, consumer?.columns[kind]);
    this.#whole = viewsOf(this.#builders, consumer?.batchColumns[kind]);
    this.#common = this.#builders.slice(0, Object.keys(commonColumns).length);
    this.#last = this.#builders[this.#builders.length - 1];
    const own = this.#builders.slice(this.#common.length);
    this.columns = Object.fromEntries(own.map((builder) => [builder.column.name, builder])) as OwnBuilders<N>;
    this.#arrow = new CompressedStreamWriter(arrowSchema(kind));
    this.#file.append([this.#arrow.take()]);
  }

  /** Rows appended and not lost. */
  get rows(): number {
    return this.#written + this.#pending();
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
    this.beginWords(seq, cycle, Math.floor(cycle / twoTo32), hart, pid, span, pcLow, pcHigh);
  }

  /** The same from halves of 32 bits, of which each is taken modulo 2^32: no number on the way is larger than that. */
  beginWords(
    seq: number,
    cycleLow: number,
    cycleHigh: number,
    hart: number,
    pid: number,
    span: number,
    pcLow: number,
    pcHigh: number,
  ): void {
    const { words } = this.#stage;
    const at = this.#beginRow();
    // In order of `commonColumns`.
    words[at] = seq;
    words[at + 1] = Math.floor(seq / twoTo32);
    words[at + 2] = cycleLow;
    words[at + 3] = cycleHigh;
    words[at + 4] = hart;
    words[at + 5] = pid;
    words[at + 6] = span;
    words[at + 7] = pcLow;
    words[at + 8] = pcHigh;
  }

  /** Appends a whole row; throws when a value does not fit its column. */
  append(row: EventOf<N>): void {
    this.#beginRow();
    const values: Record<string, unknown> = row;
    for (const builder of this.#builders) {
      const value = values[builder.column.name];
      if (value === null) builder.appendNull();
      else builder.appendValue(value);
    }
  }

  /** Writes the pending rows as a batch, so that a crash later does not lose them. */
  flush(): void {
    const pending = this.#pending();
    if (pending === 0) return;
    this.#unstage();
    this.#checkColumns();
    if (this.#whole) this.consumer!.takeBatch(this.kind, this.#whole.rows(0, pending));
    if (this.failure === undefined) this.#writeBatch();
    else this.lostRows += pending;
    for (const builder of this.#builders) builder.clear();
    this.#taken = 0;
    this.#handedOver = 0;
    this.#stagedMost = stageRows;
  }

  /** Hands the consumer the rows that it has not had. Of a row that is being appended to it hears the next time. */
  handOver(): void {
    if (this.#inStep === undefined) return;
    this.#unstage();
    const from = this.#handedOver;
    const to = this.#taken;
    if (from === to) return;
    this.consumer!.take(this.kind, this.#inStep.rows(from, to));
    this.#handedOver = to;
  }

  /** Flushes, ends the stream and closes the file. */
  close(): EventFileSummary {
    this.flush();
    this.#arrow.finish();
    this.#file.append([this.#arrow.take()]);
    return { kind: this.kind, rows: this.#written, lostRows: this.lostRows, ...this.#file.close() };
  }

  #pending(): number {
    return this.#taken + this.#staged;
  }

  /** Where the words of a new row begin. */
  #beginRow(): number {
    if (this.#staged === this.#stagedMost) this.#makeRoom();
    const stage = this.#stage;
    stage.at = stage.stride * this.#staged++;
    return stage.at;
  }

  #makeRoom(): void {
    this.#unstage();
    this.#checkColumns();
    if (this.#taken < batchRows) return;
    this.beforeFullBatch();
    this.flush();
  }

  /** Brings the staged rows to their columns, except for one that is still being appended to. */
  #unstage(): void {
    const stage = this.#stage;
    const rows = this.#last.length - this.#taken;
    if (rows > 0) {
      this.#reserve(this.#taken + rows);
      for (const builder of this.#builders) builder.take(rows);
      stage.words.copyWithin(0, rows * stage.stride, this.#staged * stage.stride);
      this.#taken += rows;
      this.#staged -= rows;
      stage.at -= rows * stage.stride;
      for (const builder of this.#common) builder.length = this.#taken;
    }
    this.#stagedMost = Math.min(stageRows, batchRows - this.#taken);
  }

  #reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    while (rows > this.#capacity) this.#capacity *= 2;
    for (const builder of this.#builders) builder.grow(this.#capacity);
  }

  #writeBatch(): void {
    for (const [id, builder] of this.#builders.entries()) {
      const texts = builder instanceof TextColumn ? builder.newTexts(id) : undefined;
      if (texts) this.#arrow.writeTexts(texts);
    }
    const parts = this.#builders.map((builder) => builder.part());
    this.#arrow.writeBatch(this.#taken, parts);
    if (this.#file.append([this.#arrow.take()])) this.#written += this.#taken;
    else this.lostRows += this.#taken;
  }

  #checkColumns(): void {
    const rows = this.#pending();
    const own = this.#builders.slice(this.#common.length);
    const wrong = own.find((builder) => builder.length !== rows);
    if (wrong === undefined) return;
    throw new Error(`${this.kind}.${wrong.column.name} has ${wrong.length} values for ${rows} rows`);
  }
}

/** Columns for a consumer. */
class BatchViews {
  constructor(private readonly builders: readonly AnyBuilder[]) {}

  /** Some of the pending rows, which have left the stage. */
  rows(from: number, to: number): EventBatch {
    const columns: Record<string, BatchColumn> = {};
    for (const builder of this.builders) columns[builder.column.name] = builder.batch(from, to);
    return { rows: to - from, columns };
  }
}

function viewsOf(
  builders: readonly AnyBuilder[],
  names: readonly string[] | undefined,
): BatchViews | undefined {
  return names && new BatchViews(builders.filter(({ column }) => names.includes(column.name)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
