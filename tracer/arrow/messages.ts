// The messages of an Arrow IPC stream in a file: where each one is, read by position, so that columns nobody
// asked for are never read. Arrow columnar format, "Encapsulated message format".
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { ExitCode, UsageError } from '../../errors.js';
import { errorCode } from '../files/output-file.js';
import { decodeMessage, type Header } from './headers.js';

const continuation = 0xffff_ffff;
const prefixBytes = 8;

/** One message: its header and where its body lies in the file. */
export interface LocatedMessage {
  readonly header: Header;
  readonly bodyStart: number;
  readonly bodyBytes: number;
}

/** A file of messages, read forward; what does not fit the format is a UsageError (65). */
export class MessageFile {
  readonly #descriptor: number;
  readonly #bytes: number;
  #position = 0;
  /** Whether the end-of-stream marker has been read: the file was closed, not cut off. */
  ended = false;

  /** Throws UsageError (65) when the file cannot be opened. */
  constructor(readonly path: string) {
    try {
      this.#descriptor = openSync(path, 'r');
      this.#bytes = fstatSync(this.#descriptor).size;
    } catch (error) {
      throw new UsageError(`cannot read ${path} (${errorCode(error)})`, ExitCode.unreadableTrace);
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** The next whole message; undefined at the end of the stream or where the file is cut off. */
  next(): LocatedMessage | undefined {
    const start = this.#position;
    if (this.ended || start + prefixBytes > this.#bytes) return undefined;
    const prefix = new DataView(this.read(start, prefixBytes).buffer);
    const marker = prefix.getUint32(0, true);
    const headerBytes = prefix.getUint32(4, true);
    // A power failure may leave a tail of zeros.
    if (marker === 0 && headerBytes === 0) return undefined;
    if (marker !== continuation) throw this.damaged(start, 'no message begins there');
    if (headerBytes === 0) {
      this.ended = true;
      return undefined;
    }
    const bodyStart = start + prefixBytes + headerBytes;
    if (bodyStart > this.#bytes) return undefined;
    const { header, bodyBytes } = this.#decode(this.read(start + prefixBytes, headerBytes), start);
    if (bodyBytes < 0) throw this.damaged(start, 'a length is impossible');
    if (bodyStart + bodyBytes > this.#bytes) return undefined;
    this.#position = bodyStart + bodyBytes;
    return { header, bodyStart, bodyBytes };
  }

  /** The bytes at a position, in a buffer of their own. */
  read(position: number, length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const count = readSync(this.#descriptor, bytes, done, length - done, position + done);
      if (count === 0) throw this.damaged(position + done, 'the file became shorter while it was read');
      done += count;
    }
    return bytes;
  }

  /** The error for content that no crash of ours explains. */
  damaged(position: number, what: string): UsageError {
    return new UsageError(
      `${this.path} is damaged or no event file: at byte ${position}, ${what}; run the program again to make a new trace`,
      ExitCode.unreadableTrace,
    );
  }

  #decode(header: Uint8Array, start: number): ReturnType<typeof decodeMessage> {
    try {
      return decodeMessage(header);
    } catch (error) {
      if (error instanceof RangeError) throw this.damaged(start, 'a message header cannot be decoded');
      throw error;
    }
  }
}
