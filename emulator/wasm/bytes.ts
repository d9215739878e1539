// A growing byte buffer with the two integer encodings of the WebAssembly binary format (LEB128, core spec 5.2.2).

export class ByteWriter {
  private bytes = new Uint8Array(1024);
  private used = 0;

  get length(): number {
    return this.used;
  }

  byte(value: number): void {
    if (this.used === this.bytes.length) this.reserve(1);
    this.bytes[this.used++] = value;
  }

  append(source: Uint8Array | readonly number[]): void {
    this.reserve(source.length);
    this.bytes.set(source, this.used);
    this.used += source.length;
  }

  /** Unsigned LEB128 of a value below 2^32. */
  unsigned(value: number): void {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** Signed LEB128 of a 32-bit value. */
  signed32(value: number): void {
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && !(low & 0x40)) || (rest === -1 && low & 0x40)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  /** Signed LEB128 of a 64-bit value. */
  signed64(value: bigint): void {
    let rest = BigInt.asIntN(64, value);
    for (;;) {
      // The encodings agree where both can be; nearly all constants are small.
      if (BigInt.asIntN(32, rest) === rest) return this.signed32(Number(rest));
      this.byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
  }

  /** A vector of bytes preceded by its length: names and sections. */
  sized(source: Uint8Array): void {
    this.unsigned(source.length);
    this.append(source);
  }

  name(text: string): void {
    this.sized(new TextEncoder().encode(text));
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.used);
  }

  private reserve(count: number): void {
    if (this.used + count <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.used + count));
    larger.set(this.bytes.subarray(0, this.used));
    this.bytes = larger;
  }
}
