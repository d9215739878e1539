// Writes the smallest ELF file that a loader accepts: one segment of code and data, no sections, no symbols.

const headerBytes = 64;
const segmentHeaderBytes = 56;

/** A statically linked RV64 executable with `image` at the physical and virtual address `base`, entered there. */
export function elfExecutable(image: Uint8Array, base: number): Uint8Array {
  const dataOffset = 4096;
  const file = new Uint8Array(dataOffset + image.length);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]); // 64 bits, little-endian, version 1
  view.setUint16(16, 2, true); // executable
  view.setUint16(18, 243, true); // RISC-V
  view.setUint32(20, 1, true);
  view.setBigUint64(24, BigInt(base), true);
  view.setBigUint64(32, BigInt(headerBytes), true); // where segment headers start
  view.setUint32(48, 5, true); // flags: compressed instructions, double-precision calling convention
  view.setUint16(52, headerBytes, true);
  view.setUint16(54, segmentHeaderBytes, true);
  view.setUint16(56, 1, true); // one segment
  view.setUint32(headerBytes, 1, true); // to be loaded
  view.setUint32(headerBytes + 4, 7, true); // readable, writable, executable
  const words = [dataOffset, base, base, image.length, image.length, 4096];
  words.forEach((word, i) => view.setBigUint64(headerBytes + 8 + 8 * i, BigInt(word), true));
  file.set(image, dataOffset);
  return file;
}
