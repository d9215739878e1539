// Records kept aside until it is known what they mean: copies, in order.
import { recordBytes } from '../../emulator/index.js';

const initialBytes = 64 * 1024;

export class HeldRecords {
  private bytes = new Uint8Array(initialBytes);
  private used = 0;

  /** Number of records held. */
  get count(): number {
    return this.used / recordBytes;
  }

  /** Copies the record at a byte address of a view. */
  add(view: DataView, at: number): void {
    if (this.used + recordBytes > this.bytes.length) {
      const larger = new Uint8Array(this.bytes.length * 2);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes.set(new Uint8Array(view.buffer, view.byteOffset + at, recordBytes), this.used);
    this.used += recordBytes;
  }

  /** All of them, which are then forgotten. */
  take(): DataView {
    const view = new DataView(this.bytes.buffer, 0, this.used);
    this.bytes = new Uint8Array();
    this.used = 0;
    return view;
  }
}
