// Bytes put one behind the other in a buffer that is used again.

const firstBytes = 4096;

export class GrowingBytes {
  length = 0;
  #bytes = new Uint8Array(firstBytes);
  #view = new DataView(this.#bytes.buffer);

  add(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Adds a signed integer of 32 bits, little-endian. */
  add32(value: number): void {
    this.#reserve(4);
    this.#view.setInt32(this.length, value, true);
    this.length += 4;
  }

  /** Adds a signed integer of 64 bits, little-endian. */
  add64(value: bigint): void {
    this.#reserve(8);
    this.#view.setBigInt64(this.length, value, true);
    this.length += 8;
  }

  /** Adds zeros up to a multiple of `unit`. */
  align(unit: number): void {
    const aligned = Math.ceil(this.length / unit) * unit;
    this.#reserve(aligned - this.length);
    this.#bytes.fill(0, this.length, aligned);
    this.length = aligned;
  }

  /** All of them, valid until more are added. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }

  #reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.view());
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
