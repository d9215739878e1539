// Call frame information: for each pc, how the caller's registers are found (DWARF 5, 6.4), from .debug_frame
// and .eh_frame.
import { hex } from '../../../text/index.js';
import { toAddress } from '../address.js';
import { ByteReader, MalformedData } from '../byte-reader.js';
import { RangeIndex, type Span } from '../range-index.js';
import { type CommonEntry, type FrameSection, readCommonEntry, readFramePointer } from './common-entry.js';
import { type FrameRow, type FrameCursor, initialRow, runInstructions } from './frame-row.js';
import { readInitialLength } from './unit.js';

/** A frame description: the code it covers and the instructions that describe its rows. */
interface FrameDescription extends Span {
  readonly common: CommonEntry;
  readonly section: FrameSection;
  readonly instructions: { readonly start: number; readonly end: number };
}

export class CallFrames {
  private readonly index: RangeIndex<FrameDescription>;

  /** Indexes the sections in order of preference; damaged entries are left out with a warning. */
  constructor(sections: readonly FrameSection[], warnings: string[]) {
    const descriptions: FrameDescription[] = [];
    for (const section of sections) readSection(section, descriptions, warnings);
    this.index = new RangeIndex(descriptions);
  }

  /**
   * How to leave the frame of the function at `pc`, just before the instruction there; undefined when not
   * described.
   */
  rowAt(pc: bigint): FrameRow | undefined {
    const address = toAddress(pc);
    const description = this.index.at(address);
    if (description === undefined) return undefined;
    const { common, section, instructions } = description;
    try {
      const start = initialRow(common.returnAddressRegister);
      const cursor: FrameCursor = {
        location: -Infinity,
        stop: Infinity,
        common,
        section,
        initial: undefined,
      };
      const reader = new ByteReader(section.bytes, common.instructions.start, common.instructions.end);
      const initial = runInstructions(reader, start, cursor);
      const own = new ByteReader(section.bytes, instructions.start, instructions.end);
      return runInstructions(own, initial, {
        ...cursor,
        location: description.start,
        stop: address,
        initial,
      });
    } catch (error) {
      if (error instanceof MalformedData) return undefined;
      throw error;
    }
  }
}

function readSection(section: FrameSection, into: FrameDescription[], warnings: string[]): void {
  const reader = new ByteReader(section.bytes);
  const commons = new Map<number, CommonEntry>();
  while (reader.remaining >= 4) {
    const offset = reader.position;
    try {
      const { end, offsetSize } = readInitialLength(reader);
      const entry = reader.part(end - reader.position);
      if (entry.remaining === 0) continue;
      const description = readDescription(section, entry, offsetSize, commons);
      if (description !== undefined && description.start < description.end) into.push(description);
    } catch (error) {
      if (!(error instanceof MalformedData)) throw error;
      const place = `${section.name}+${hex(offset)}`;
      warnings.push(`Frame entry at ${place} is skipped: ${error.message}.`);
      if (reader.position <= offset + 12) return;
    }
  }
}

/** A frame description; undefined when the entry is a common one, which is read when first referred to. */
function readDescription(
  section: FrameSection,
  entry: ByteReader,
  offsetSize: 4 | 8,
  commons: Map<number, CommonEntry>,
): FrameDescription | undefined {
  const pointerPosition = entry.position;
  const pointer = entry.unsigned(offsetSize);
  const commonMark = section.isException ? 0 : offsetSize === 8 ? 2 ** 64 : 0xffffffff;
  if (pointer === commonMark) return undefined;
  // .eh_frame counts back from the pointer itself, .debug_frame from the start of the section.
  const commonOffset = section.isException ? pointerPosition - pointer : pointer;
  let common = commons.get(commonOffset);
  if (common === undefined) commons.set(commonOffset, (common = readCommonEntry(section, commonOffset)));
  const start = readFramePointer(entry, section, common.pointerEncoding);
  const size = readFramePointer(entry, section, common.pointerEncoding & 0x0f);
  if (common.hasAugmentation) entry.take(entry.uleb());
  const instructions = { start: entry.position, end: entry.end };
  return { start, end: start + size, common, section, instructions };
}
