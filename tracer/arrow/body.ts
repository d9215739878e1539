// The body of a message: its buffers, decompressed when somebody asks for them.
import type { BatchHeader } from './headers.js';
import { decodeLz4Frame } from './lz4-frame.js';
import type { LocatedMessage, MessageFile } from './messages.js';

/** Before a compressed buffer: its length without compression, or -1 when it is stored as it is. */
const lengthBytes = 8;
const isStored = -1;
/** LZ4 makes of one byte no more than these. */
export const expansionMaximum = 255;

export class BatchBody {
  readonly #bytes: Uint8Array<ArrayBuffer>;

  constructor(
    readonly file: MessageFile,
    readonly located: LocatedMessage,
    readonly batch: BatchHeader,
  ) {
    this.#bytes = file.read(located.bodyStart, located.bodyBytes);
  }

  /** The content of a buffer, of at least `least` bytes, in memory of its own. UsageError (65) when it is damaged. */
  buffer(index: number, least: number): Uint8Array<ArrayBuffer> {
    const offset = this.batch.buffers[2 * index] ?? -1;
    const length = this.batch.buffers[2 * index + 1] ?? -1;
    if (offset < 0 || length < 0 || offset + length > this.#bytes.length)
      throw this.#damaged('a buffer lies outside its message');
    const stored = this.#bytes.subarray(offset, offset + length);
    const content = this.batch.isCompressed && length > 0 ? this.#decompress(stored) : stored.slice();
    if (content.length < least) throw this.#damaged('a buffer is too short');
    return content;
  }

  #decompress(stored: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    if (stored.length < lengthBytes) throw this.#damaged('a buffer is too short');
    const length = Number(new DataView(stored.buffer, stored.byteOffset).getBigInt64(0, true));
    const content = stored.subarray(lengthBytes);
    if (length === isStored) return content.slice();
    if (length < 0 || length > expansionMaximum * content.length)
      throw this.#damaged('a buffer has an impossible length');
    try {
      return decodeLz4Frame(content, length);
    } catch (error) {
      if (error instanceof RangeError) throw this.#damaged(error.message);
      throw error;
    }
  }

  #damaged(what: string): Error {
    return this.file.damaged(this.located.bodyStart, what);
  }
}
