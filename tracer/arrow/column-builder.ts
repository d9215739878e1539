// What the builders of all column types have in common.
import type { Column } from '../schema/index.js';
import type { BatchColumn } from './batch.js';
import type { RowStage } from './row-stage.js';
import type { BatchPart } from './stream-writer.js';

/** Rows of a full batch. */
export const batchRows = 16_384;

/** What all builders share: how many values they have, null bookkeeping, and the way a batch leaves. */
export abstract class ColumnBuilder {
  /** Values appended to the batch under construction, those that are still staged among them. */
  length = 0;
  /** Those of them that the stage has been relieved of. */
  protected taken = 0;
  #nullCount = 0;
  /** Bit set where a row has a value; made when the first null comes, for as many rows as a batch may have. */
  #validity: Uint8Array | undefined;

  /**
   * @param stage where values are appended
   * @param offset the column's first word in a staged row
   * @param capacity rows that there is room for at first
   */
  constructor(
    readonly column: Column,
    protected readonly stage: RowStage,
    protected readonly offset: number,
    protected capacity: number,
  ) {}

  /** Appends a null. The column must be declared nullable. */
  appendNull(): void {
    if (this.column.nullable !== true) throw new Error(`column ${this.column.name} is not nullable`);
    this.#validity ??= new Uint8Array((batchRows + 7) >> 3).fill(0xff);
    this.#validity[this.length >> 3] &= ~(1 << (this.length & 7));
    this.#nullCount++;
    this.appendFiller();
  }

  /** Takes the next rows out of the stage, the first that are there. There must be room. */
  take(rows: number): void {
    this.takeValues(rows);
    this.taken += rows;
  }

  /** Makes room for `capacity` rows, keeping those that are there. */
  grow(capacity: number): void {
    this.capacity = capacity;
    this.growValues(capacity);
  }

  /** The batch under construction as it goes to the file, asked for once a batch: views, valid until the next one. */
  part(): BatchPart {
    if (this.column.encoding === 'delta') this.toDeltas();
    const validity = this.#validity?.subarray(0, (this.capacity + 7) >> 3);
    const nullCount = this.#nullCount;
    return { nullCount, validity: nullCount > 0 ? validity : undefined, values: this.valueBytes() };
  }

  /** Some rows that have left the stage, valid until more do. */
  batch(from: number, to: number): BatchColumn {
    const column = this.view(from, to);
    return this.#nullCount === 0 ? column : { ...column, validity: this.#validityOf(from, to) };
  }

  /** The bits of some rows, in a bitmap that begins with them. */
  #validityOf(from: number, to: number): Uint8Array {
    const bits = new Uint8Array((to - from + 7) >> 3);
    for (let row = from; row < to; row++)
      bits[(row - from) >> 3] |= ((this.#validity![row >> 3] >> (row & 7)) & 1) << ((row - from) & 7);
    return bits;
  }

  clear(): void {
    this.length = 0;
    this.taken = 0;
    this.#nullCount = 0;
    this.#validity?.fill(0xff);
  }

  /** The values of some rows: a view. */
  protected abstract view(from: number, to: number): BatchColumn;
  protected abstract takeValues(rows: number): void;
  protected abstract toDeltas(): void;
  protected abstract appendFiller(): void;
  protected abstract growValues(capacity: number): void;
  /** The values that were taken, as they lie in memory. */
  protected abstract valueBytes(): Uint8Array;
  /** Appends the value of a row object; throws when it does not fit the type. */
  abstract appendValue(value: unknown): void;

  protected misfit(value: unknown): Error {
    return new Error(`${String(value)} does not fit column ${this.column.name} (${this.column.type})`);
  }
}
