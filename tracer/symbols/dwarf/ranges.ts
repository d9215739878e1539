// The code an entry covers: low_pc/high_pc, or a list in .debug_ranges (DWARF 2-4) or .debug_rnglists (DWARF
// 5, 2.17).
import { ByteReader, MalformedData } from '../byte-reader.js';
import { Attribute, Form } from './constants.js';
import type { Entry } from './entry.js';
import { indexedAddress } from './forms.js';
import type { Unit } from './unit.js';

/** Addresses low (included) to high (excluded), in the internal form. */
export interface AddressRange {
  readonly low: number;
  readonly high: number;
}

const RangeListEntry = {
  end_of_list: 0,
  base_addressx: 1,
  startx_endx: 2,
  startx_length: 3,
  offset_pair: 4,
  base_address: 5,
  start_end: 6,
  start_length: 7,
} as const;

/** The non-empty ranges of an entry, in the order given; the first starts at the entry pc of a function. */
export function rangesOf(entry: Entry, unitBase: number): AddressRange[] {
  const low = entry.address(Attribute.low_pc);
  if (entry.has(Attribute.ranges)) {
    const offset = entry.number(Attribute.ranges) ?? 0;
    const { unit } = entry;
    const isIndex = entry.form(Attribute.ranges) === Form.rnglistx;
    const ranges =
      unit.version < 5
        ? readRanges(unit, offset, unitBase)
        : readRangeList(unit, isIndex ? rangeListOffset(unit, offset) : offset, unitBase);
    return ranges.filter((range) => range.low < range.high);
  }
  if (low === undefined) return [];
  const high = entry.address(Attribute.high_pc) ?? low + (entry.number(Attribute.high_pc) ?? 0);
  return low < high ? [{ low, high }] : [];
}

function rangeListOffset(unit: Unit, index: number): number {
  const reader = new ByteReader(unit.sections.rangeLists);
  reader.take(unit.rangeListsBase + index * unit.offsetSize);
  return unit.rangeListsBase + reader.unsigned(unit.offsetSize);
}

function readRanges(unit: Unit, offset: number, unitBase: number): AddressRange[] {
  const reader = new ByteReader(unit.sections.ranges, offset);
  const ranges: AddressRange[] = [];
  let base = unitBase;
  for (;;) {
    const low = reader.signed(unit.addressSize);
    const high = reader.signed(unit.addressSize);
    if (low === 0 && high === 0) return ranges;
    // The greatest address (all ones, so -1) selects a new base (DWARF 4, 2.17.3).
    if (low === -1) base = high;
    else ranges.push({ low: base + low, high: base + high });
  }
}

function readRangeList(unit: Unit, offset: number, unitBase: number): AddressRange[] {
  const reader = new ByteReader(unit.sections.rangeLists, offset);
  const address = () => reader.signed(unit.addressSize);
  const indexed = () => indexedAddress(reader.uleb(), unit);
  const ranges: AddressRange[] = [];
  let base = unitBase;
  for (;;) {
    const kind = reader.u8();
    if (kind === RangeListEntry.end_of_list) return ranges;
    else if (kind === RangeListEntry.base_addressx) base = indexed();
    else if (kind === RangeListEntry.base_address) base = address();
    else if (kind === RangeListEntry.offset_pair) {
      ranges.push({ low: base + reader.uleb(), high: base + reader.uleb() });
    } else if (kind === RangeListEntry.startx_endx) ranges.push({ low: indexed(), high: indexed() });
    else if (kind === RangeListEntry.start_end) ranges.push({ low: address(), high: address() });
    else if (kind === RangeListEntry.startx_length || kind === RangeListEntry.start_length) {
      const low = kind === RangeListEntry.start_length ? address() : indexed();
      ranges.push({ low, high: low + reader.uleb() });
    } else throw new MalformedData(`range list entry of kind ${kind} is unknown`);
  }
}
