// Reads FlatBuffers tables with every access checked: a damaged file must end in an error, never in an endless
// loop or all of memory (what the generated accessors of the library do with a wild vector length).
// Layout: FlatBuffers "Internals"; little-endian throughout.

/** Throws RangeError, as DataView does, when a field lies outside the buffer. */
export class FlatTable {
  readonly #vtable: number;
  readonly #vtableBytes: number;

  constructor(
    readonly view: DataView,
    readonly position: number,
  ) {
    this.#vtable = position - view.getInt32(position, true);
    this.#vtableBytes = view.getUint16(this.#vtable, true);
  }

  /** The root table of a buffer. */
  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new FlatTable(view, view.getUint32(0, true));
  }

  uint8(field: number): number {
    const at = this.#locate(field);
    return at === undefined ? 0 : this.view.getUint8(at);
  }

  int32(field: number): number {
    const at = this.#locate(field);
    return at === undefined ? 0 : this.view.getInt32(at, true);
  }

  /** A 64-bit field that must be a safe integer. */
  int64(field: number): number {
    const at = this.#locate(field);
    return at === undefined ? 0 : safeInt64(this.view, at);
  }

  table(field: number): FlatTable | undefined {
    const at = this.#locate(field);
    return at === undefined ? undefined : new FlatTable(this.view, this.#follow(at));
  }

  text(field: number): string {
    const { start, length } = this.#vector(field, 1);
    return Buffer.from(this.view.buffer, this.view.byteOffset + start, length).toString('utf8');
  }

  /** A vector of tables. */
  tables(field: number): FlatTable[] {
    const { start, length } = this.#vector(field, 4);
    return Array.from({ length }, (_, index) => new FlatTable(this.view, this.#follow(start + 4 * index)));
  }

  /** A vector of structs of two 64-bit integers, flattened. */
  int64Pairs(field: number): number[] {
    const { start, length } = this.#vector(field, 16);
    return Array.from({ length: 2 * length }, (_, index) => safeInt64(this.view, start + 8 * index));
  }

  /** Position of a field's value; undefined when the field has its default. */
  #locate(field: number): number | undefined {
    const entry = 4 + 2 * field;
    if (entry + 2 > this.#vtableBytes) return undefined;
    const offset = this.view.getUint16(this.#vtable + entry, true);
    return offset === 0 ? undefined : this.position + offset;
  }

  #follow(at: number): number {
    return at + this.view.getUint32(at, true);
  }

  #vector(field: number, elementBytes: number): { start: number; length: number } {
    const at = this.#locate(field);
    if (at === undefined) return { start: 0, length: 0 };
    const position = this.#follow(at);
    const length = this.view.getUint32(position, true);
    if (position + 4 + length * elementBytes > this.view.byteLength)
      throw new RangeError('a vector is too long');
    return { start: position + 4, length };
  }
}

function safeInt64(view: DataView, at: number): number {
  const value = Number(view.getBigInt64(at, true));
  if (!Number.isSafeInteger(value)) throw new RangeError('an integer is too large');
  return value;
}
