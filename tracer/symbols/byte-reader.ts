// A bounded little-endian cursor over bytes. Reading past the end throws MalformedData, never returns nonsense; whoever
// parses a file or a unit catches it and turns it into a UsageError or a warning.

/** The bytes contradict their format. Internal to this folder: no public face lets it out. */
export class MalformedData extends Error {
  override name = 'MalformedData';
}

const utf8 = new TextDecoder('utf-8');
const lebBytesMax = 10;

export class ByteReader {
  private readonly view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    public position = 0,
    /** Reads stop before this offset. */
    readonly end: number = bytes.length,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
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
    return this.view.getUint16(this.take(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  /** A size, offset or count of eight bytes; exact below 2^53, and no valid one is larger. */
  u64(): number {
    const start = this.take(8);
    return this.view.getUint32(start + 4, true) * 2 ** 32 + this.view.getUint32(start, true);
  }

  /** Eight bytes as a signed value, which is also the internal form of an address (address.ts). */
  i64(): number {
    const start = this.take(8);
    return this.view.getInt32(start + 4, true) * 2 ** 32 + this.view.getUint32(start, true);
  }

  word(): bigint {
    return this.view.getBigUint64(this.take(8), true);
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
