// LZ4 frames, as Arrow's LZ4_FRAME bodies hold them: the codec's blocks with the frame around them.
// LZ4 Frame Format Description 1.6.3: blocks that stand alone, none larger than 4 MiB, no checksums.
import { compress, decompress } from 'lz4-wasm-nodejs';

/** Magic number, flags (version 1, independent blocks), largest block (7: 4 MiB), and the header's checksum. */
const frameHeader = Uint8Array.of(0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73);
const blockMaximum = 4 << 20;
const sizeBytes = 4;
/** What the widest column of a full batch takes. */
const largestBuffer = 128 << 10;
/** Set in the size of a block that is stored as it is. */
const isStored = 0x8000_0000;

/**
 * Has the codec take memory now. When a WebAssembly memory grows the first time, V8 drops all code that it has
 * optimised for typed arrays: better before there is any than in the middle of a boot.
 */
export function growCodec(): void {
  compress(new Uint8Array(largestBuffer));
}

/** The bytes as one frame. */
export function encodeLz4Frame(bytes: Uint8Array): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += blockMaximum) blocks.push(bytes.subarray(at, at + blockMaximum));
  const encoded = blocks.map(encodeBlock);
  const total = encoded.reduce((sum, block) => sum + block.length, frameHeader.length + sizeBytes);
  const frame = new Uint8Array(total);
  frame.set(frameHeader);
  let at = frameHeader.length;
  for (const block of encoded) {
    frame.set(block, at);
    at += block.length;
  }
  return frame;
}

/** Size and content of a block. The codec puts the length before compression where the frame wants the one after it. */
function encodeBlock(bytes: Uint8Array): Uint8Array {
  const compressed = compress(bytes);
  const view = new DataView(compressed.buffer);
  const size = compressed.length - sizeBytes;
  if (size < bytes.length) {
    view.setUint32(0, size, true);
    return compressed;
  }
  const stored = new Uint8Array(sizeBytes + bytes.length);
  new DataView(stored.buffer).setUint32(0, (bytes.length | isStored) >>> 0, true);
  stored.set(bytes, sizeBytes);
  return stored;
}

/** The content of a frame that `encodeLz4Frame` made of `length` bytes; RangeError for anything else. */
export function decodeLz4Frame(frame: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  if (frameHeader.some((byte, index) => frame[index] !== byte)) throw new RangeError('no LZ4 frame of ours');
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  let at = frameHeader.length;
  let content: Uint8Array<ArrayBuffer> | undefined;
  for (let done = 0; done < length; done += blockMaximum) {
    const blockLength = Math.min(blockMaximum, length - done);
    const size = view.getUint32(at, true);
    const end = at + sizeBytes + (size & ~isStored);
    if (end > frame.length) throw new RangeError('a block leaves its frame');
    const block = decodeBlock(frame.subarray(at, end), size >= isStored, blockLength);
    if (blockLength === length) content = block;
    else (content ??= new Uint8Array(length)).set(block, done);
    at = end;
  }
  if (view.getUint32(at, true) !== 0) throw new RangeError('a frame is too long');
  return content ?? new Uint8Array();
}

function decodeBlock(sized: Uint8Array, stored: boolean, length: number): Uint8Array<ArrayBuffer> {
  const block = sized.slice();
  const content = stored ? block.slice(sizeBytes) : decompressed(block, length);
  if (content.length !== length) throw new RangeError('a block has another length than its buffer says');
  return content;
}

function decompressed(block: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  new DataView(block.buffer).setUint32(0, length, true);
  try {
    return decompress(block) as Uint8Array<ArrayBuffer>;
  } catch (error) {
    // The codec throws its message.
    throw typeof error === 'string' ? new RangeError(error) : error;
  }
}
