// Arrow IPC streams whose bodies are LZ4 frames, written with the Arrow library.
import { AsyncByteQueue, CompressionType, RecordBatchStreamWriter, type Schema } from 'apache-arrow';
import { BufferRegion } from 'apache-arrow/ipc/metadata/message';
import { encodeLz4Frame } from './lz4-frame.js';

/** Collects what Arrow writes, without copying: the caller drains it before the column arrays are reused. */
class ChunkList extends AsyncByteQueue {
  chunks: Uint8Array[] = [];

  override write(chunk: Uint8Array): void {
    this.chunks.push(chunk);
  }
}

const lengthBytes = 8;
/** Stands for the length of a buffer that is stored as it is. */
const isStored = -1n;

type CompressedBody = ReturnType<RecordBatchStreamWriter['_compressBodyBuffers']>;

/** Writes batches of one schema; what is written is taken away piece by piece. */
export class CompressedStreamWriter extends RecordBatchStreamWriter {
  readonly #chunks = new ChunkList();

  /** Begins with the schema's message. */
  constructor(schema: Schema) {
    super({ compressionType: CompressionType.LZ4_FRAME });
    this.reset(this.#chunks, schema);
  }

  /** The chunks written since the last call; they may be views of the columns' arrays. */
  take(): Uint8Array[] {
    const taken = this.#chunks.chunks;
    this.#chunks.chunks = [];
    return taken;
  }

  /**
   * As the library's own, except that a buffer is preceded by its length before compression, as the format says. (The
   * library, at 21.2, writes the length after compression, which no other reader accepts.)
   */
  protected override _compressBodyBuffers(buffers: ArrayBufferView[]): CompressedBody {
    const pieces: Uint8Array[] = [];
    const bufferRegions: BufferRegion[] = [];
    let offset = 0;
    for (const buffer of buffers) {
      const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
      const [length, content] = bytes.length === 0 ? [bytes, bytes] : compressed(bytes);
      pieces.push(length, content);
      const size = length.length + content.length;
      bufferRegions.push(new BufferRegion(offset, size));
      offset = (offset + size + 7) & ~7;
    }
    return { byteLength: offset, bufferRegions, buffers: pieces };
  }
}

/** The prefix of a buffer and its content. */
function compressed(bytes: Uint8Array): [Uint8Array, Uint8Array] {
  const frame = encodeLz4Frame(bytes);
  const isSmaller = frame.length < bytes.length;
  const length = new Uint8Array(lengthBytes);
  new DataView(length.buffer).setBigInt64(0, isSmaller ? BigInt(bytes.length) : isStored, true);
  return [length, isSmaller ? frame : bytes];
}
