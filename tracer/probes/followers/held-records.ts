// Records kept aside until it is known what they mean: copies, in order.
import { recordWords } from '../raw-record.js';

const initialWords = 16 * 1024;

export class HeldRecords {
  private words = new Int32Array(initialWords);
  private used = 0;

  /** Number of records held. */
  get count(): number {
    return this.used / recordWords;
  }

  /** Copies the records between two indices of the words. */
  add(words: Int32Array, from: number, to: number): void {
    const needed = this.used + to - from;
    if (needed > this.words.length) {
      const larger = new Int32Array(Math.max(needed, this.words.length * 2));
      larger.set(this.words);
      this.words = larger;
    }
    this.words.set(words.subarray(from, to), this.used);
    this.used = needed;
  }

  /** All of them, which are then forgotten. */
  take(): Int32Array {
    const taken = this.words.subarray(0, this.used);
    this.words = new Int32Array();
    this.used = 0;
    return taken;
  }
}
