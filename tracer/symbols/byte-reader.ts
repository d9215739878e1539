// A bounded little-endian cursor over bytes. Reading past the end throws MalformedData, never returns
// nonsense; whoever parses a file or a unit catches it and turns it into a UsageError or a warning.

/** The bytes contradict their format. Internal to this folder: no public face lets it out. */
export class MalformedData extends Error {
  override name = 'MalformedData';
}

const utf8 = new TextDecoder('utf-8');
const lebBytesMax = 10;

export class ByteReader {
  constructor(
    readonly bytes: Uint8Array,
    public position = 0,
    /** Reads stop before this offset. */
    readonly end: number = bytes.length,
  ) {
    if (!(position >= 0 && position <= end && end <= bytes.length)) {
      throw new MalformedData(`offset ${position} lies outside its ${bytes.length} bytes`);
    }
  }

  get remaining(): number {
    return this.end - this.position;
  }

  /** Moves on by `count` bytes and returns where they began. */
  take(count: number): number {
    const start = this.position;
    if (!(count >= 0 && start + count <= this.end)) {
      throw new MalformedData(`${count} bytes at offset ${start} run past the end at ${this.end}`);
    }
    this.position = start + count;
    return start;
  }

  u8(): number {
    return this.bytes[this.take(1)];
  }

  u16(): number {
    const start = this.take(2);
    return this.bytes[start] | (this.bytes[start + 1] << 8);
  }

  u32(): number {
    return this.wordAt(this.take(4)) >>> 0;
  }

  /** A size, offset or count of eight bytes; exact below 2^53, and no valid one is larger. */
  u64(): number {
    const start = this.take(8);
    return (this.wordAt(start + 4) >>> 0) * 2 ** 32 + (this.wordAt(start) >>> 0);
  }

  /** Eight bytes as a signed value, which is also the internal form of an address (address.ts). */
  i64(): number {
    const start = this.take(8);
    return this.wordAt(start + 4) * 2 ** 32 + (this.wordAt(start) >>> 0);
  }

  word(): bigint {
    const low = BigInt(this.u32());
    return low | (BigInt(this.u32()) << 32n);
  }

  /** Readers are made by the thousand, so they do without a DataView of their own. */
  private wordAt(start: number): number {
    const { bytes } = this;
    return bytes[start] | (bytes[start + 1] << 8) | (bytes[start + 2] << 16) | (bytes[start + 3] << 24);
  }

  /** An unsigned value of 1, 2, 3, 4 or 8 bytes. */
  unsigned(size: number): number {
    if (size === 8) return this.u64();
    let value = 0;
    const start = this.take(size);
    for (let index = size - 1; index >= 0; index--) value = value * 256 + this.bytes[start + index];
    return value;
  }

  /** A signed value of 1, 2, 4 or 8 bytes. */
  signed(size: number): number {
    if (size === 8) return this.i64();
    const value = this.unsigned(size);
    const sign = 2 ** (size * 8 - 1);
    return value >= sign ? value - 2 * sign : value;
  }

  /** Unsigned LEB128 (DWARF 5, 7.6); exact below 2^53. */
  uleb(): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < lebBytesMax; count++) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw new MalformedData(`LEB128 number before offset ${this.position} does not end`);
  }

  /** Signed LEB128; exact between -2^53 and 2^53. */
  sleb(): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < lebBytesMax; count++) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      scale *= 128;
      // Ten bytes carry 70 bits, so the sign of a full-length number wraps to the right value by itself.
      if (byte < 0x80) return (byte & 0x40) !== 0 ? value - scale : value;
    }
    throw new MalformedData(`LEB128 number before offset ${this.position} does not end`);
  }

  /** A NUL-terminated UTF-8 string. */
  string(): string {
    const start = this.position;
    const stop = this.bytes.indexOf(0, start);
    if (stop < 0 || stop >= this.end) throw new MalformedData(`string at offset ${start} does not end`);
    this.position = stop + 1;
    return utf8.decode(this.bytes.subarray(start, stop));
  }

  skipString(): void {
    const stop = this.bytes.indexOf(0, this.position);
    if (stop < 0 || stop >= this.end) {
      throw new MalformedData(`string at offset ${this.position} does not end`);
    }
    this.position = stop + 1;
  }

  /** A reader of the next `count` bytes, keeping offsets; this one moves past them. */
  part(count: number): ByteReader {
    const start = this.take(count);
    return new ByteReader(this.bytes, start, start + count);
  }
}

/** The string at `offset` of a string section. */
export function stringAt(bytes: Uint8Array, offset: number): string {
  return new ByteReader(bytes, Math.min(offset, bytes.length)).string();
}
