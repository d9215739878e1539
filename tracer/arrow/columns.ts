// Column builders: one typed array a column, filled from staged rows and reused from batch to batch, so that
// appending a value allocates nothing.
import type { Column, ColumnType } from '../schema/index.js';
import type { BatchColumn } from './batch.js';
import { ColumnBuilder } from './column-builder.js';
import { toDeltas, toDeltas64 } from './deltas.js';
import { takeNarrow, takePairs, takeWords, type RowStage } from './row-stage.js';
import type { NewTexts } from './stream-writer.js';

const twoTo32 = 0x1_0000_0000;

/** u64 and i64: two 32-bit halves a value, so that words from guest memory need no bigint. */
export class Word64Column extends ColumnBuilder {
  #words = new Int32Array(2 * this.capacity);

  /** Appends low + 2^32 · high; each half is taken modulo 2^32. */
  append(low: number, high: number): void {
    const { words, at } = this.stage;
    words[at + this.offset] = low;
    words[at + this.offset + 1] = high;
    this.length++;
  }

  /** Appends a safe integer (|value| < 2^53); a negative one as two's complement. */
  appendNumber(value: number): void {
    // Typed arrays store modulo 2^32, for negative halves too.
    this.append(value, Math.floor(value / twoTo32));
  }

  override appendValue(value: unknown): void {
    if (typeof value !== 'bigint') throw this.misfit(value);
    const fitted = this.column.type === 'u64' ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value);
    if (fitted !== value) throw this.misfit(value);
    this.append(Number(BigInt.asUintN(32, value)), Number(BigInt.asUintN(32, value >> 32n)));
  }

  protected override view(from: number, to: number): BatchColumn {
    return { values: new BigUint64Array(this.#words.buffer, 8 * from, to - from) };
  }

  protected override takeValues(rows: number): void {
    takePairs(this.#words, this.taken, rows, this.stage, this.offset);
  }

  protected override toDeltas(): void {
    toDeltas64(new Uint32Array(this.#words.buffer), this.taken);
  }

  protected override appendFiller(): void {
    this.append(0, 0);
  }

  protected override growValues(capacity: number): void {
    const wider = new Int32Array(2 * capacity);
    wider.set(this.#words);
    this.#words = wider;
  }

  protected override valueBytes(): Uint8Array {
    return new Uint8Array(this.#words.buffer, 0, 8 * this.taken);
  }
}

const smallArrays = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, i32: Int32Array } as const;
type SmallType = keyof typeof smallArrays;
type SmallArray = Uint8Array | Uint16Array | Uint32Array | Int32Array;

function wordsOf(values: SmallArray): Int32Array | undefined {
  return values.BYTES_PER_ELEMENT === 4 ? new Int32Array(values.buffer) : undefined;
}

/** u8, u16, u32 and i32. */
export class NumberColumn extends ColumnBuilder {
  #values = this.#newArray(this.capacity);
  /** The same memory, where values are as wide as staged words. */
  #words = wordsOf(this.#values);

  /** Appends a value of the column's range; others wrap around. */
  append(value: number): void {
    const { words, at } = this.stage;
    words[at + this.offset] = value;
    this.length++;
  }

  override appendValue(value: unknown): void {
    if (typeof value !== 'number') throw this.misfit(value);
    const [fitted] = this.#values.subarray(0, 1).fill(value);
    if (fitted !== value) throw this.misfit(value);
    this.append(value);
  }

  protected override view(from: number, to: number): BatchColumn {
    return { values: this.#values.subarray(from, to) };
  }

  protected override takeValues(rows: number): void {
    if (this.#words) takeWords(this.#words, this.taken, rows, this.stage, this.offset);
    else takeNarrow(this.#values as Uint8Array | Uint16Array, this.taken, rows, this.stage, this.offset);
  }

  protected override toDeltas(): void {
    toDeltas(this.#values, this.taken);
  }

  protected override appendFiller(): void {
    this.append(0);
  }

  protected override growValues(capacity: number): void {
    const wider = this.#newArray(capacity);
    wider.set(this.#values);
    this.#values = wider;
    this.#words = wordsOf(wider);
  }

  protected override valueBytes(): Uint8Array {
    return new Uint8Array(this.#values.buffer, 0, this.#values.BYTES_PER_ELEMENT * this.taken);
  }

  #newArray(capacity: number): SmallArray {
    return new smallArrays[this.column.type as SmallType](capacity);
  }
}

/** text: indices into a dictionary that grows with the file. Lone surrogates become U+FFFD. */
export class TextColumn extends ColumnBuilder {
  #indices = new Int32Array(this.capacity);
  readonly #indexOf = new Map<string, number>();
  #unwritten: string[] = [];
  /** Whether the file has a dictionary. */
  #isBegun = false;

  append(text: string): void {
    this.appendNumber(this.numberOf(text));
  }

  /** What stands for the text in the file, for `appendNumber`; a text that is new is one of the file from now on. */
  numberOf(text: string): number {
    return this.#indexOf.get(text) ?? this.#enter(text);
  }

  /** Appends the text that has the number. */
  appendNumber(number: number): void {
    const { words, at } = this.stage;
    words[at + this.offset] = number;
    this.length++;
  }

  override appendValue(value: unknown): void {
    if (typeof value !== 'string') throw this.misfit(value);
    this.append(value);
  }

  protected override view(from: number, to: number): BatchColumn {
    return { values: this.#indices.subarray(from, to), dictionary: [...this.#indexOf.keys()] };
  }

  protected override takeValues(rows: number): void {
    takeWords(this.#indices, this.taken, rows, this.stage, this.offset);
  }

  /** Indices stay as they are: they repeat already. */
  protected override toDeltas(): void {
    throw new Error(`column ${this.column.name} is text, which has no differences`);
  }

  protected override appendFiller(): void {
    this.appendNumber(0);
  }

  protected override growValues(capacity: number): void {
    const wider = new Int32Array(capacity);
    wider.set(this.#indices);
    this.#indices = wider;
  }

  protected override valueBytes(): Uint8Array {
    return new Uint8Array(this.#indices.buffer, 0, 4 * this.taken);
  }

  /** Texts that are not in the file's dictionary yet, which they then are; a first call without any is one of none. */
  newTexts(id: number): NewTexts | undefined {
    const isMore = this.#isBegun;
    if (isMore && this.#unwritten.length === 0) return undefined;
    const encoded = this.#unwritten.map((text) => Buffer.from(text, 'utf8'));
    const count = encoded.length;
    const offsets = new Int32Array(count + 1);
    for (const [index, bytes] of encoded.entries()) offsets[index + 1] = offsets[index] + bytes.length;
    this.#unwritten = [];
    this.#isBegun = true;
    return { id, count, offsets, bytes: Buffer.concat(encoded), isMore };
  }

  #enter(text: string): number {
    const index = this.#indexOf.size;
    this.#indexOf.set(text, index);
    this.#unwritten.push(text);
    return index;
  }
}

/** The builder of each column type. */
export type BuilderOf<T extends ColumnType> = T extends 'u64' | 'i64'
  ? Word64Column
  : T extends 'text'
    ? TextColumn
    : NumberColumn;

export type AnyBuilder = Word64Column | NumberColumn | TextColumn;

/** Words of a column's value in a staged row. */
export function stagedWords({ type }: Column): number {
  return type === 'u64' || type === 'i64' ? 2 : 1;
}

/** A builder for the column at a word of the staged rows, with room for `capacity` rows at first. */
export function newBuilder(column: Column, stage: RowStage, offset: number, capacity: number): AnyBuilder {
  const { type } = column;
  const Builder = stagedWords(column) === 2 ? Word64Column : type === 'text' ? TextColumn : NumberColumn;
  return new Builder(column, stage, offset, capacity);
}
