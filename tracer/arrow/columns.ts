// Column builders: one typed array a column, reused from batch to batch, so that appending a value allocates nothing.
import { makeData, Utf8, Vector, type Data, type DataType, type Dictionary } from 'apache-arrow';
import type { Column, ColumnType } from '../schema/index.js';
import type { BatchColumn } from './batch.js';
import { toDeltas, toDeltas64 } from './deltas.js';

const twoTo32 = 0x1_0000_0000;

/** What all builders share: a cursor, null bookkeeping, and the way a batch leaves. */
abstract class ColumnBuilder {
  /** Values appended to the batch under construction. */
  length = 0;
  #nullCount = 0;
  /** Bit set where a row has a value; made when the first null comes. */
  #validity: Uint8Array | undefined;

  constructor(
    readonly column: Column,
    protected readonly type: DataType,
    protected capacity: number,
  ) {}

  /** Appends a null. The column must be declared nullable. */
  appendNull(): void {
    if (this.column.nullable !== true) throw new Error(`column ${this.column.name} is not nullable`);
    this.#validity ??= new Uint8Array((this.capacity + 7) >> 3).fill(0xff);
    this.#validity[this.length >> 3] &= ~(1 << (this.length & 7));
    this.#nullCount++;
    this.appendFiller();
  }

  /** Makes room for `capacity` rows, keeping those that are there. */
  grow(capacity: number): void {
    this.capacity = capacity;
    this.growValues(capacity);
    if (this.#validity === undefined) return;
    const wider = new Uint8Array((capacity + 7) >> 3).fill(0xff);
    wider.set(this.#validity);
    this.#validity = wider;
  }

  /** The batch under construction as Arrow data, to be called once a batch: views, valid until the next append. */
  data(): Data {
    if (this.column.encoding === 'delta') this.toDeltas();
    return makeData({
      ...this.valueData(),
      type: this.type,
      length: this.length,
      nullCount: this.#nullCount,
      nullBitmap: this.#validity ?? null,
    } as Parameters<typeof makeData>[0]);
  }

  /** The values of some rows: a view that is valid until the next append. */
  abstract view(from: number, to: number): BatchColumn;

  clear(): void {
    this.length = 0;
    this.#nullCount = 0;
    this.#validity?.fill(0xff);
  }

  protected abstract toDeltas(): void;
  protected abstract appendFiller(): void;
  protected abstract growValues(capacity: number): void;
  protected abstract valueData(): object;
  /** Appends the value of a row object; throws when it does not fit the type. */
  abstract appendValue(value: unknown): void;

  protected misfit(value: unknown): Error {
    return new Error(`${String(value)} does not fit column ${this.column.name} (${this.column.type})`);
  }
}

/** u64 and i64: two 32-bit halves a value, so that words from guest memory need no bigint. */
export class Word64Column extends ColumnBuilder {
  #words = new Uint32Array(2 * this.capacity);

  /** Appends low + 2^32 · high; each half is taken modulo 2^32. */
  append(low: number, high: number): void {
    const at = 2 * this.length++;
    this.#words[at] = low;
    this.#words[at + 1] = high;
  }

  /** Appends a safe integer (|value| < 2^53); a negative one as two's complement. */
  appendNumber(value: number): void {
    // Uint32Array stores modulo 2^32, for negative halves too.
    this.append(value, Math.floor(value / twoTo32));
  }

  override appendValue(value: unknown): void {
    if (typeof value !== 'bigint') throw this.misfit(value);
    const fitted = this.column.type === 'u64' ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value);
    if (fitted !== value) throw this.misfit(value);
    this.append(Number(BigInt.asUintN(32, value)), Number(BigInt.asUintN(32, value >> 32n)));
  }

  override view(from: number, to: number): BatchColumn {
    return { values: new BigUint64Array(this.#words.buffer, 8 * from, to - from) };
  }

  protected override toDeltas(): void {
    toDeltas64(this.#words, this.length);
  }

  protected override appendFiller(): void {
    this.append(0, 0);
  }

  protected override growValues(capacity: number): void {
    const wider = new Uint32Array(2 * capacity);
    wider.set(this.#words);
    this.#words = wider;
  }

  protected override valueData(): object {
    const signed = this.column.type === 'i64';
    return { data: signed ? new BigInt64Array(this.#words.buffer) : new BigUint64Array(this.#words.buffer) };
  }
}

const smallArrays = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, i32: Int32Array } as const;
type SmallType = keyof typeof smallArrays;

/** u8, u16, u32 and i32. */
export class NumberColumn extends ColumnBuilder {
  #values = this.#newArray(this.capacity);

  /** Appends a value of the column's range; others wrap around. */
  append(value: number): void {
    this.#values[this.length++] = value;
  }

  override appendValue(value: unknown): void {
    if (typeof value !== 'number') throw this.misfit(value);
    this.append(value);
    if (this.#values[this.length - 1] !== value) throw this.misfit(value);
  }

  override view(from: number, to: number): BatchColumn {
    return { values: this.#values.subarray(from, to) };
  }

  protected override toDeltas(): void {
    toDeltas(this.#values, this.length);
  }

  protected override appendFiller(): void {
    this.append(0);
  }

  protected override growValues(capacity: number): void {
    const wider = this.#newArray(capacity);
    wider.set(this.#values);
    this.#values = wider;
  }

  protected override valueData(): object {
    return { data: this.#values };
  }

  #newArray(capacity: number): Uint8Array | Uint16Array | Uint32Array | Int32Array {
    return new smallArrays[this.column.type as SmallType](capacity);
  }
}

/** text: indices into a dictionary that grows with the file. Lone surrogates become U+FFFD. */
export class TextColumn extends ColumnBuilder {
  #indices = new Int32Array(this.capacity);
  readonly #indexOf = new Map<string, number>();
  #unwritten: string[] = [];
  #dictionary: Vector<Utf8> | undefined;

  append(text: string): void {
    this.#indices[this.length++] = this.#indexOf.get(text) ?? this.#enter(text);
  }

  override appendValue(value: unknown): void {
    if (typeof value !== 'string') throw this.misfit(value);
    this.append(value);
  }

  override view(from: number, to: number): BatchColumn {
    return { values: this.#indices.subarray(from, to), dictionary: [...this.#indexOf.keys()] };
  }

  /** Indices stay as they are: they repeat already. */
  protected override toDeltas(): void {
    throw new Error(`column ${this.column.name} is text, which has no differences`);
  }

  protected override appendFiller(): void {
    this.#indices[this.length++] = 0;
  }

  protected override growValues(capacity: number): void {
    const wider = new Int32Array(capacity);
    wider.set(this.#indices);
    this.#indices = wider;
  }

  protected override valueData(): object {
    return { data: this.#indices, dictionary: this.#grownDictionary() };
  }

  #enter(text: string): number {
    const index = this.#indexOf.size;
    this.#indexOf.set(text, index);
    this.#unwritten.push(text);
    return index;
  }

  /** The writer emits a chunk it has not seen as a delta, as long as the first chunk stays the same object. */
  #grownDictionary(): Vector<Utf8> {
    const chunks = this.#dictionary?.data ?? [];
    if (this.#dictionary !== undefined && this.#unwritten.length === 0) return this.#dictionary;
    const utf8 = (this.type as Dictionary<Utf8>).dictionary;
    this.#dictionary = new Vector([...chunks, utf8Data(utf8, this.#unwritten)]);
    this.#unwritten = [];
    return this.#dictionary;
  }
}

function utf8Data(type: Utf8, texts: readonly string[]): Data<Utf8> {
  const valueOffsets = new Int32Array(texts.length + 1);
  const encoded = texts.map((text) => Buffer.from(text, 'utf8'));
  for (const [index, bytes] of encoded.entries())
    valueOffsets[index + 1] = valueOffsets[index] + bytes.length;
  const data = new Uint8Array(Buffer.concat(encoded));
  return makeData({ type, length: texts.length, nullCount: 0, valueOffsets, data });
}

/** The builder of each column type. */
export type BuilderOf<T extends ColumnType> = T extends 'u64' | 'i64'
  ? Word64Column
  : T extends 'text'
    ? TextColumn
    : NumberColumn;

export type AnyBuilder = Word64Column | NumberColumn | TextColumn;

/** A builder for the column, with room for `capacity` rows at first. */
export function newBuilder(column: Column, type: DataType, capacity: number): AnyBuilder {
  if (column.type === 'u64' || column.type === 'i64') return new Word64Column(column, type, capacity);
  return column.type === 'text'
    ? new TextColumn(column, type, capacity)
    : new NumberColumn(column, type, capacity);
}
