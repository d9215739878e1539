// Common information entries of call frame sections (DWARF 5, 6.4.1) and the pointer encodings .eh_frame adds
// (Linux Standard Base 5.0 Core, 10.5 and 10.6).
import { hex } from '../../../text/index.js';
import { ByteReader, MalformedData } from '../byte-reader.js';
import { readInitialLength } from './unit.js';

/** A section with call frame information. */
export interface FrameSection {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Where the section is in memory, for pointers relative to themselves. */
  readonly address: number;
  /** .eh_frame rather than .debug_frame. */
  readonly isException: boolean;
}

export interface CommonEntry {
  readonly codeAlignment: number;
  readonly dataAlignment: number;
  readonly returnAddressRegister: number;
  readonly pointerEncoding: number;
  /** Whether frame descriptions carry a counted block of augmentation data. */
  readonly hasAugmentation: boolean;
  readonly instructions: { readonly start: number; readonly end: number };
}

const PointerFormat = { absolute: 0, uleb128: 1, udata2: 2, udata4: 3, udata8: 4, sleb128: 9 } as const;
const signedFormats = new Map([
  [10, 2],
  [11, 4],
  [12, 8],
]);
const unsignedFormats = new Map<number, number>([
  [PointerFormat.udata2, 2],
  [PointerFormat.udata4, 4],
  [PointerFormat.udata8, 8],
]);
const relativeToSelf = 0x10;
const omitted = 0xff;

/**
 * An address or length in the given encoding. @throws MalformedData for encodings that need a run-time base.
 */
export function readFramePointer(reader: ByteReader, section: FrameSection, encoding: number): number {
  const base = (encoding & 0x70) === relativeToSelf ? section.address + reader.position : 0;
  if ((encoding & 0xf0) !== 0 && (encoding & 0xf0) !== relativeToSelf) {
    throw new MalformedData(`frame pointer encoding ${hex(encoding)} is not supported`);
  }
  const format = encoding & 0x0f;
  if (format === PointerFormat.absolute) return base + reader.i64();
  if (format === PointerFormat.uleb128) return base + reader.uleb();
  if (format === PointerFormat.sleb128) return base + reader.sleb();
  const unsignedSize = unsignedFormats.get(format);
  if (unsignedSize !== undefined) return base + reader.unsigned(unsignedSize);
  const signedSize = signedFormats.get(format);
  if (signedSize !== undefined) return base + reader.signed(signedSize);
  throw new MalformedData(`frame pointer encoding ${hex(encoding)} is unknown`);
}

/** Reads the common entry at an offset. Throws MalformedData. */
export function readCommonEntry(section: FrameSection, offset: number): CommonEntry {
  const outer = new ByteReader(section.bytes, offset);
  const { end, offsetSize } = readInitialLength(outer);
  const reader = outer.part(end - outer.position);
  reader.take(offsetSize);
  const version = reader.u8();
  if (version !== 1 && version !== 3 && version !== 4) {
    throw new MalformedData(`call frame version ${version} is not supported`);
  }
  const augmentation = reader.string();
  // Version 4 adds the sizes of addresses and segment selectors.
  if (version === 4) reader.take(2);
  const codeAlignment = reader.uleb();
  const dataAlignment = reader.sleb();
  const returnAddressRegister = version === 1 ? reader.u8() : reader.uleb();
  const hasAugmentation = augmentation.startsWith('z');
  if (augmentation !== '' && !hasAugmentation) {
    throw new MalformedData(`call frame augmentation "${augmentation}" is unknown`);
  }
  const pointerEncoding = hasAugmentation ? readAugmentation(reader, section, augmentation) : 0;
  const instructions = { start: reader.position, end: reader.end };
  return {
    codeAlignment,
    dataAlignment,
    returnAddressRegister,
    pointerEncoding,
    hasAugmentation,
    instructions,
  };
}

/** Moves past the augmentation data; of it, only the encoding of pointers matters here. */
function readAugmentation(outer: ByteReader, section: FrameSection, augmentation: string): number {
  const reader = outer.part(outer.uleb());
  let encoding = 0;
  for (const letter of augmentation.slice(1)) {
    if (letter === 'R') encoding = reader.u8();
    else if (letter === 'L') reader.take(1);
    else if (letter === 'P') {
      const personality = reader.u8();
      if (personality !== omitted) readFramePointer(reader, section, personality & 0x0f);
    } else if (letter !== 'S') break;
  }
  return encoding;
}
