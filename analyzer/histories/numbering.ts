// Small dense numbers for frames, so that what is known of a frame is an element of an array. A physical address comes
// as two 32-bit halves, as 64-bit columns are read here.
import { frameNumberOf } from '../../tracer/schema/index.js';

const lowBytes = 4;
const directPages = 2 ** (32 - 12);

/** Numbers frames in order of first sight. */
export class FrameNumbering {
  /** Number plus one of the frames below 4 GiB, 0 for none yet. */
  private readonly direct = new Int32Array(directPages);
  private readonly others = new Map<number, number>();
  private readonly pages: number[] = [];

  /** How many frames have been seen. */
  get size(): number {
    return this.pages.length;
  }

  /** Page numbers (physical address / 4096) by frame number. */
  found(): Float64Array<ArrayBuffer> {
    return Float64Array.from(this.pages);
  }

  /** The number of the frame that holds a physical address, given as halves. */
  ofAddress(low: number, high: number): number {
    return this.ofPage(pageOf(low, high));
  }

  /** The same where the frame was seen before, else -1. */
  known(low: number, high: number): number {
    return this.plusOne(pageOf(low, high)) - 1;
  }

  /** The number of the frame that a frame-holding page-table entry (Sv39) names. */
  ofEntry(low: number, high: number): number {
    return this.ofPage(frameNumberOf(low, high));
  }

  private ofPage(page: number): number {
    const known = this.plusOne(page);
    return known === 0 ? this.add(page) : known - 1;
  }

  private plusOne(page: number): number {
    return page < directPages ? this.direct[page] : (this.others.get(page) ?? 0);
  }

  private add(page: number): number {
    this.pages.push(page);
    if (page < directPages) this.direct[page] = this.pages.length;
    else this.others.set(page, this.pages.length);
    return this.pages.length - 1;
  }
}

/** The number of the page with an address, given as halves. It fits a double exactly. */
export function pageOf(low: number, high: number): number {
  return (high >>> 0) * 2 ** 20 + (low >>> 12);
}

/** Addresses of pages as a 64-bit column. */
export function addressesOfPages(pages: Float64Array, rows: number): BigUint64Array {
  const halves = new Uint32Array(2 * rows);
  for (let row = 0; row < rows; row++) putAddress(halves, row, pages[row]);
  return new BigUint64Array(halves.buffer);
}

/** The same of those with the given numbers in a list of pages; a negative number gives 0. */
export function addressesOf(pages: Float64Array, numbers: Int32Array, rows: number): BigUint64Array {
  const halves = new Uint32Array(2 * rows);
  for (let row = 0; row < rows; row++) if (numbers[row] >= 0) putAddress(halves, row, pages[numbers[row]]);
  return new BigUint64Array(halves.buffer);
}

function putAddress(halves: Uint32Array, row: number, page: number): void {
  const high = Math.floor(page / 2 ** 20);
  // No remainder: that of doubles takes many times as long.
  halves[2 * row] = (page - high * 2 ** 20) << 12;
  halves[2 * row + 1] = high;
}

/** The halves of a 64-bit column: element `2 * row` is the low one. */
export function halvesOf(values: ArrayBufferView): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.byteLength / lowBytes);
}
