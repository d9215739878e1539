// An ELF64 file without what is not loaded: symbols, debug information and the section headers that lead there.
// (System V ABI, "Object Files": ELF header and program header.)

const headerBytes = 64;
const segmentLoad = 1;

/** Places in the ELF header. */
const programHeaders = 32;
const sectionHeaders = 40;
const programHeaderSize = 54;
const programHeaderCount = 56;
const sectionHeaderCount = 60;
const sectionNames = 62;

/**
 * What of a linked ELF64 little-endian file is needed to execute it, a copy.
 *
 * @param elf a file that `parseElf` takes
 */
export function loadedPart(elf: Uint8Array): Uint8Array {
  const view = new DataView(elf.buffer, elf.byteOffset, elf.byteLength);
  const start = Number(view.getBigUint64(programHeaders, true));
  const size = view.getUint16(programHeaderSize, true);
  const count = view.getUint16(programHeaderCount, true);
  let end = Math.max(headerBytes, start + count * size);
  for (let at = start; at < start + count * size; at += size) {
    if (view.getUint32(at, true) !== segmentLoad) continue;
    end = Math.max(end, Number(view.getBigUint64(at + 8, true) + view.getBigUint64(at + 32, true)));
  }
  const part = elf.slice(0, end);
  const header = new DataView(part.buffer);
  header.setBigUint64(sectionHeaders, 0n, true);
  header.setUint16(sectionHeaderCount, 0, true);
  header.setUint16(sectionNames, 0, true);
  return part;
}
