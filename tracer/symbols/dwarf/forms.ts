// How each attribute form lies in the bytes (DWARF 5, 7.5.6): its size, for skipping, and its values by
// class. What a form needs from its unit is a UnitContext, so that line tables can use the same reader.
import { hex } from '../../../text/index.js';
import { type ByteReader, MalformedData, stringAt } from '../byte-reader.js';
import { ByteReader as Reader } from '../byte-reader.js';
import { Form } from './constants.js';
import type { DebugSections } from './sections.js';

/** What decides sizes and bases of forms: constant within a unit. */
export interface UnitContext {
  readonly sections: DebugSections;
  readonly version: number;
  /** 4 in the 32-bit DWARF format, 8 in the 64-bit one. */
  readonly offsetSize: 4 | 8;
  readonly addressSize: number;
  readonly stringOffsetsBase: number;
  readonly addressBase: number;
}

const fixedSizes = new Map<number, number>([
  [Form.data1, 1],
  [Form.data2, 2],
  [Form.data4, 4],
  [Form.data8, 8],
  [Form.data16, 16],
  [Form.flag, 1],
  [Form.flag_present, 0],
  [Form.implicit_const, 0],
  [Form.ref1, 1],
  [Form.ref2, 2],
  [Form.ref4, 4],
  [Form.ref8, 8],
  [Form.ref_sig8, 8],
  [Form.ref_sup4, 4],
  [Form.ref_sup8, 8],
  [Form.strx1, 1],
  [Form.strx2, 2],
  [Form.strx3, 3],
  [Form.strx4, 4],
  [Form.addrx1, 1],
  [Form.addrx2, 2],
  [Form.addrx3, 3],
  [Form.addrx4, 4],
]);

const offsetForms: ReadonlySet<number> = new Set([
  Form.strp,
  Form.line_strp,
  Form.sec_offset,
  Form.strp_sup,
  Form.gnu_ref_alt,
  Form.gnu_strp_alt,
]);

const lebForms: ReadonlySet<number> = new Set([
  Form.udata,
  Form.sdata,
  Form.ref_udata,
  Form.strx,
  Form.addrx,
  Form.loclistx,
  Form.rnglistx,
  Form.gnu_addr_index,
  Form.gnu_str_index,
]);

const blockLengthSizes = new Map<number, number>([
  [Form.block1, 1],
  [Form.block2, 2],
  [Form.block4, 4],
]);

/** Size in bytes of a form whose size does not depend on its value; -1 for the others. */
export function fixedFormSize(form: number, unit: UnitContext): number {
  if (form === Form.addr) return unit.addressSize;
  if (offsetForms.has(form)) return unit.offsetSize;
  // DWARF 2 defined this reference with the size of an address (DWARF 3, 7.5.4 corrected it).
  if (form === Form.ref_addr) return unit.version <= 2 ? unit.addressSize : unit.offsetSize;
  return fixedSizes.get(form) ?? -1;
}

/** Moves past a value of the form. */
export function skipForm(reader: ByteReader, form: number, unit: UnitContext): void {
  const size = fixedFormSize(form, unit);
  if (size >= 0) reader.take(size);
  else if (lebForms.has(form)) reader.uleb();
  else if (form === Form.string) reader.skipString();
  else if (form === Form.indirect) skipForm(reader, readIndirectForm(reader), unit);
  else readBlock(reader, form);
}

/** The form that precedes an indirect value; one that would nest or has no bytes of its own is malformed. */
export function readIndirectForm(reader: ByteReader): number {
  const form = reader.uleb();
  if (form === Form.indirect || form === Form.implicit_const) {
    throw new MalformedData(`form ${hex(form)} cannot be indirect`);
  }
  return form;
}

/** A block or expression, as a reader of its bytes. */
export function readBlock(reader: ByteReader, form: number): ByteReader {
  if (form === Form.exprloc || form === Form.block) return reader.part(reader.uleb());
  const lengthSize = blockLengthSizes.get(form);
  if (lengthSize === undefined) throw new MalformedData(`attribute form ${hex(form)} is unknown`);
  return reader.part(reader.unsigned(lengthSize));
}

/** Whether values of the form are bytes with a length. */
export function isBlock(form: number): boolean {
  return form === Form.exprloc || form === Form.block || blockLengthSizes.has(form);
}

/** An integer: constants, section offsets, flags, and references or indices as the plain numbers they are. */
export function readNumber(reader: ByteReader, form: number, unit: UnitContext): number {
  if (form === Form.sdata) return reader.sleb();
  if (form === Form.flag_present) return 1;
  const size = fixedFormSize(form, unit);
  if (size >= 1 && size <= 8) return reader.unsigned(size);
  if (lebForms.has(form)) return reader.uleb();
  throw new MalformedData(`attribute form ${hex(form)} is no number`);
}

/** A string of any form; undefined for those kept in a supplementary file. */
export function readString(reader: ByteReader, form: number, unit: UnitContext): string | undefined {
  if (form === Form.string) return reader.string();
  if (form === Form.strp) return stringAt(unit.sections.strings, reader.unsigned(unit.offsetSize));
  if (form === Form.line_strp) return stringAt(unit.sections.lineStrings, reader.unsigned(unit.offsetSize));
  const indexed =
    form === Form.strx || form === Form.gnu_str_index || (form >= Form.strx1 && form <= Form.strx4);
  if (!indexed) return undefined;
  const index = readNumber(reader, form, unit);
  const offsets = new Reader(unit.sections.stringOffsets);
  offsets.take(unit.stringOffsetsBase + index * unit.offsetSize);
  return stringAt(unit.sections.strings, offsets.unsigned(unit.offsetSize));
}

/** Whether values of the form are addresses, inline or by index. */
export function isAddress(form: number): boolean {
  return (
    form === Form.addr ||
    form === Form.addrx ||
    form === Form.gnu_addr_index ||
    (form >= Form.addrx1 && form <= Form.addrx4)
  );
}

/** An address in its internal form (address.ts), direct or through .debug_addr. */
export function readAddress(reader: ByteReader, form: number, unit: UnitContext): number {
  if (form === Form.addr) return reader.signed(unit.addressSize);
  return indexedAddress(readNumber(reader, form, unit), unit);
}

/** An address of the unit’s part of .debug_addr. */
export function indexedAddress(index: number, unit: UnitContext): number {
  const addresses = new Reader(unit.sections.addresses);
  addresses.take(unit.addressBase + index * unit.addressSize);
  return addresses.signed(unit.addressSize);
}
