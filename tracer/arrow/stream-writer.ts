// Arrow IPC streams whose bodies are LZ4 frames. The library encodes the headers of messages; bodies are put together
// here from the columns' own arrays, in one buffer that goes to the file at once. (The library's writer walks over
// every column of every batch anew, asks for a write for each of some forty pieces, and at 21.2 puts the length after
// compression before a buffer, where the format wants the one before it.)
import {
  BodyCompression,
  BufferRegion,
  DictionaryBatch,
  FieldNode,
  Message,
  RecordBatch,
} from 'apache-arrow/ipc/metadata/message';
import type { Schema } from 'apache-arrow/schema';
import { GrowingBytes } from './growing-bytes.js';
import { encodeLz4Frame } from './lz4-frame.js';

/** A column of a batch. */
export interface BatchPart {
  readonly nullCount: number;
  /** Arrow's bitmap; only where there are nulls. */
  readonly validity: Uint8Array | undefined;
  readonly values: Uint8Array;
}

/** Texts that a column's dictionary has from now on, in Arrow's form: `count + 1` offsets, and the texts' bytes. */
export interface NewTexts {
  /** The index of the column. */
  readonly id: number;
  readonly count: number;
  readonly offsets: Int32Array;
  readonly bytes: Uint8Array;
  /** Whether there are texts before them. */
  readonly isMore: boolean;
}

const alignment = 8;
/** Before a message: a mark, and the length of its header. */
const prefixBytes = 8;
const mark = -1;
/** Before a compressed buffer stands its length without compression, or this when it is stored as it is. */
const isStored = -1n;
const none = new Uint8Array();

/** Codec 0 is LZ4_FRAME. */
const compression = new BodyCompression(0);

/** A message's body: its buffers one behind the other, and where each is. */
class Body {
  readonly bytes = new GrowingBytes();
  regions: BufferRegion[] = [];

  clear(): void {
    this.bytes.clear();
    this.regions = [];
  }

  add(content: Uint8Array): void {
    const at = this.bytes.length;
    if (content.length === 0) {
      this.regions.push(new BufferRegion(at, 0));
      return;
    }
    const frame = encodeLz4Frame(content);
    const isSmaller = frame.length < content.length;
    this.bytes.add64(isSmaller ? BigInt(content.length) : isStored);
    this.bytes.add(isSmaller ? frame : content);
    this.regions.push(new BufferRegion(at, this.bytes.length - at));
    this.bytes.align(alignment);
  }
}

/** Writes batches of one schema; what is written is taken away piece by piece. */
export class CompressedStreamWriter {
  private readonly written = new GrowingBytes();
  private readonly body = new Body();

  /** Begins with the schema's message. */
  constructor(schema: Schema) {
    this.addHeader(Message.from(schema));
  }

  /** What was written since the last call; it is valid until the next message. */
  take(): Uint8Array {
    const bytes = this.written.view();
    this.written.clear();
    return bytes;
  }

  writeTexts({ id, count, offsets, bytes, isMore }: NewTexts): void {
    const { body } = this;
    body.clear();
    body.add(none);
    body.add(new Uint8Array(offsets.buffer, offsets.byteOffset, offsets.byteLength));
    body.add(bytes);
    const batch = new RecordBatch(count, [new FieldNode(count, 0)], body.regions, compression);
    this.addMessage(new DictionaryBatch(batch, id, isMore));
  }

  /** Writes the rows of a batch, all of whose texts have been written. */
  writeBatch(rows: number, columns: readonly BatchPart[]): void {
    const { body } = this;
    body.clear();
    for (const { validity, values } of columns) {
      body.add(validity ?? none);
      body.add(values);
    }
    const nodes = columns.map(({ nullCount }) => new FieldNode(rows, nullCount));
    this.addMessage(new RecordBatch(rows, nodes, body.regions, compression));
  }

  /** Ends the stream: a mark, and no header. */
  finish(): void {
    this.written.add32(mark);
    this.written.add32(0);
  }

  private addMessage(header: RecordBatch | DictionaryBatch): void {
    const { bytes } = this.body;
    this.addHeader(Message.from(header, bytes.length));
    this.written.add(bytes.view());
  }

  private addHeader(message: Message): void {
    const header = Message.encode(message);
    const aligned = Math.ceil((prefixBytes + header.length) / alignment) * alignment;
    this.written.add32(mark);
    this.written.add32(aligned - prefixBytes);
    this.written.add(header);
    this.written.align(alignment);
  }
}
