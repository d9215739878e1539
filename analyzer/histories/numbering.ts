// Small dense numbers for frames, so that what is known of a frame is an element of an array. A physical address comes
// as two 32-bit halves, as 64-bit columns are read here.

const lowBytes = 4;
const directPages = 2 ** (32 - 12);

/** Numbers frames in order of first sight. */
export class FrameNumbering {
  /** Number plus one of the frames below 4 GiB, 0 for none yet. */
  private readonly direct = new Int32Array(directPages);
  private readonly others = new Map<number, number>();
  /** Page numbers (physical address / 4096) by frame number. */
  readonly pages: number[] = [];

  /** How many frames have been seen. */
  get size(): number {
    return this.pages.length;
  }

  /** The number of the frame that holds a physical address, given as halves. */
  ofAddress(low: number, high: number): number {
    return this.ofPage((high >>> 0) * 2 ** 20 + (low >>> 12));
  }

  /** The number of the frame with a page number. */
  ofPage(page: number): number {
    const known = page < directPages ? this.direct[page] : (this.others.get(page) ?? 0);
    return known === 0 ? this.add(page) : known - 1;
  }

  /** The number of the frame that a frame-holding page-table entry (Sv39) names. */
  ofEntry(low: number, high: number): number {
    return this.ofPage((high & 0x3f_ffff) * 2 ** 22 + (low >>> 10));
  }

  /** Addresses of the frames with the given numbers, as a 64-bit column; a negative number gives 0. */
  addresses(numbers: Int32Array, rows: number): BigUint64Array {
    const known = Float64Array.from(this.pages);
    const halves = new Uint32Array(2 * rows);
    for (let row = 0; row < rows; row++) {
      const number = numbers[row];
      if (number < 0) continue;
      halves[2 * row] = (known[number] % 2 ** 20) << 12;
      halves[2 * row + 1] = known[number] / 2 ** 20;
    }
    return new BigUint64Array(halves.buffer);
  }

  private add(page: number): number {
    this.pages.push(page);
    if (page < directPages) this.direct[page] = this.pages.length;
    else this.others.set(page, this.pages.length);
    return this.pages.length - 1;
  }
}

/** The halves of a 64-bit column: element `2 * row` is the low one. */
export function halvesOf(values: ArrayBufferView): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.byteLength / lowBytes);
}
