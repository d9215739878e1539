// How devices turn their registers into snapshot bytes and back: little-endian, packed, in the order written.
// Reader and writer stand together so that they cannot drift apart.

/** Appends a device’s state field by field, little-endian; `StateReader` takes it in the same order. */
export class StateWriter {
  #bytes = new Uint8Array(64);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  u8(value: number): this {
    const at = this.#reserve(1);
    this.#view.setUint8(at, value);
    return this;
  }

  flag(value: boolean): this {
    return this.u8(value ? 1 : 0);
  }

  u32(value: number): this {
    const at = this.#reserve(4);
    this.#view.setUint32(at, value, true);
    return this;
  }

  /** A cycle, an address or another number that 32 bits may not hold; Infinity is allowed. */
  wide(value: number): this {
    const at = this.#reserve(8);
    this.#view.setFloat64(at, value, true);
    return this;
  }

  words(values: Uint32Array): this {
    for (const value of values) this.u32(value);
    return this;
  }

  /** Bytes with their length before them. */
  bytes(values: Uint8Array): this {
    this.u32(values.length);
    const at = this.#reserve(values.length);
    this.#bytes.set(values, at);
    return this;
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** Makes room and says where it is. Call it before `#view` is looked at: it may put another in its place. */
  #reserve(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#length);
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}

/** Reads what a StateWriter wrote. Bytes that end too early or too late are not this device's state: an Error. */
export class StateReader {
  readonly #view: DataView;
  #at = 0;

  constructor(
    bytes: Uint8Array,
    /** Names the device in the message of an Error. */
    readonly owner: string,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  flag(): boolean {
    return this.u8() !== 0;
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  wide(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** Bytes that were written with their length: a view. */
  bytes(): Uint8Array {
    const length = this.u32();
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + this.#take(length), length);
  }

  /** Fills `values` in place. */
  words(values: Uint32Array): void {
    for (let index = 0; index < values.length; index++) values[index] = this.u32();
  }

  finish(): void {
    if (this.#at !== this.#view.byteLength) this.#refuse();
  }

  #take(count: number): number {
    const at = this.#at;
    this.#at += count;
    if (this.#at > this.#view.byteLength) this.#refuse();
    return at;
  }

  #refuse(): never {
    throw new Error(
      `the saved state of ${this.owner} has ${this.#view.byteLength} bytes, which is not its size`,
    );
  }
}
