// LZ4 as its two format descriptions put it, written to be obvious: what judges our frames.

/** The content of a frame of independent blocks without checksums. Throws when it is none. */
export function plainLz4Frame(frame: Uint8Array): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint32(0, true) !== 0x184d2204) throw new Error('no magic number');
  // Version 1; blocks are independent; no checksum and no size of the content.
  if (frame[4] !== 0x60) throw new Error(`flags 0x${frame[4].toString(16)}`);
  const content: number[] = [];
  for (let at = 7; ;) {
    const size = view.getUint32(at, true);
    at += 4;
    if (size === 0) return Uint8Array.from(content);
    const isStored = size >= 0x8000_0000;
    const block = frame.subarray(at, at + (size & 0x7fff_ffff));
    for (const byte of isStored ? block : plainBlock(block)) content.push(byte);
    at += block.length;
  }
}

function plainBlock(block: Uint8Array): number[] {
  const content: number[] = [];
  let at = 0;
  const length = (nibble: number): number => {
    let total = nibble;
    if (nibble === 15) {
      let byte: number;
      do total += byte = block[at++];
      while (byte === 255);
    }
    return total;
  };
  while (at < block.length) {
    const token = block[at++];
    for (let literals = length(token >> 4); literals > 0; literals--) content.push(block[at++]);
    // The last sequence is literals only.
    if (at >= block.length) break;
    const distance = block[at] | (block[at + 1] << 8);
    at += 2;
    for (let copied = 4 + length(token & 15); copied > 0; copied--)
      content.push(content[content.length - distance]);
  }
  return content;
}
