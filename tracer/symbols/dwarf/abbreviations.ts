// Abbreviation tables (DWARF 5, 7.5.3): the shapes that debugging entries refer to by number.
import { ByteReader } from '../byte-reader.js';
import { Form } from './constants.js';
import { fixedFormSize, skipForm, type UnitContext } from './forms.js';

/** An attribute of an abbreviation: what it is and how it is stored. */
export interface AttributeShape {
  readonly name: number;
  readonly form: number;
  /** Value of an implicit_const, else 0. */
  readonly constant: number;
  /** Offset from the entry's first attribute when all before have a fixed size; else -1. */
  readonly offset: number;
  /** Bytes of the form; -1 when that depends on the value. */
  readonly size: number;
}

/** The shape of an entry: tag and attributes. */
export interface Abbreviation {
  readonly tag: number;
  readonly hasChildren: boolean;
  readonly attributes: readonly AttributeShape[];
  /** Bytes of all attributes together; -1 when that depends on their values. */
  readonly size: number;
}

export type AbbreviationTable = ReadonlyMap<number, Abbreviation>;

/** The table at `offset`, with offsets and sizes as they are in `unit`. */
export function readAbbreviations(offset: number, unit: UnitContext): AbbreviationTable {
  const reader = new ByteReader(unit.sections.abbreviations, offset);
  const table = new Map<number, Abbreviation>();
  for (let code = reader.uleb(); code !== 0; code = reader.uleb()) {
    const tag = reader.uleb();
    const hasChildren = reader.u8() !== 0;
    table.set(code, { tag, hasChildren, ...readShapes(reader, unit) });
  }
  return table;
}

function readShapes(
  reader: ByteReader,
  unit: UnitContext,
): { attributes: readonly AttributeShape[]; size: number } {
  const attributes: AttributeShape[] = [];
  let offset = 0;
  for (;;) {
    const name = reader.uleb();
    const form = reader.uleb();
    const constant = form === Form.implicit_const ? reader.sleb() : 0;
    if (name === 0 && form === 0) return { attributes, size: offset };
    const size = fixedFormSize(form, unit);
    attributes.push({ name, form, constant, offset, size });
    offset = offset < 0 || size < 0 ? -1 : offset + size;
  }
}

/** Moves past the first `count` attributes of an entry. */
export function skipAttributes(
  reader: ByteReader,
  attributes: readonly AttributeShape[],
  count: number,
  unit: UnitContext,
): void {
  for (let index = 0; index < count; index++) {
    const { size, form } = attributes[index];
    if (size >= 0) reader.take(size);
    else skipForm(reader, form, unit);
  }
}
