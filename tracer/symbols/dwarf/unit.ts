// A unit of .debug_info (or .debug_types) and its tree of entries (DWARF 5, 7.5.1 and 7.5.2). Reading a unit
// only finds where entries begin; attributes are decoded when asked for (entry.ts).
import { lastAtMost } from '../address.js';
import { ByteReader, MalformedData } from '../byte-reader.js';
import { type AbbreviationTable, readAbbreviations, skipAttributes } from './abbreviations.js';
import { Attribute, UnitType } from './constants.js';
import { Entry } from './entry.js';
import type { UnitContext } from './forms.js';
import type { DebugSections } from './sections.js';

/** Deeper nesting is refused: real code stays below a few dozen, and consumers may recurse. */
const depthMax = 256;
const reservedLength = 0xfffffff0;
const longFormat = 0xffffffff;

/** Length and format of a unit, a line program or a frame entry (DWARF 5, 7.4): where it ends. */
export function readInitialLength(reader: ByteReader): { end: number; offsetSize: 4 | 8 } {
  const length = reader.u32();
  const isLong = length === longFormat;
  if (length >= reservedLength && !isLong) throw new MalformedData('unit has a reserved length');
  const bytes = isLong ? reader.u64() : length;
  const end = reader.position + bytes;
  if (end > reader.end) throw new MalformedData(`unit of ${bytes} bytes runs past the end of its section`);
  return { end, offsetSize: isLong ? 8 : 4 };
}

export class Unit implements UnitContext {
  readonly version: number;
  readonly unitType: number;
  readonly addressSize: number;
  /** Cursor over this unit's bytes, shared by its entries. */
  readonly reader: ByteReader;
  /** Identifies a type unit for ref_sig8. */
  readonly signature: bigint | undefined;
  stringOffsetsBase = 0;
  addressBase = 0;
  rangeListsBase = 0;
  private readonly typeOffset: number;
  private readonly abbreviationOffset: number;
  /** Entries and their ascending offsets from the start of the unit. */
  private readonly entries: Entry[] = [];
  private readonly offsets: number[] = [];

  /** Reads the header; `reader` stands behind the initial length and ends with the unit. */
  constructor(
    readonly sections: DebugSections,
    readonly offset: number,
    readonly offsetSize: 4 | 8,
    reader: ByteReader,
    inTypesSection: boolean,
  ) {
    this.reader = reader;
    this.version = reader.u16();
    if (this.version < 2 || this.version > 5) {
      throw new MalformedData(`DWARF version ${this.version} is not supported`);
    }
    if (this.version >= 5) {
      this.unitType = reader.u8();
      this.addressSize = reader.u8();
      this.abbreviationOffset = reader.unsigned(offsetSize);
    } else {
      this.unitType = inTypesSection ? UnitType.type : UnitType.compile;
      this.abbreviationOffset = reader.unsigned(offsetSize);
      this.addressSize = reader.u8();
    }
    if (this.addressSize !== 8 && this.addressSize !== 4) {
      throw new MalformedData(`address size ${this.addressSize} is not supported`);
    }
    const isType = this.unitType === UnitType.type || this.unitType === UnitType.split_type;
    const isSplit = this.unitType === UnitType.skeleton || this.unitType === UnitType.split_compile;
    this.signature = isType || isSplit ? reader.word() : undefined;
    this.typeOffset = isType ? reader.unsigned(offsetSize) : 0;
  }

  /** Indexes all entries. @throws MalformedData */
  readEntries(tables: Map<string, AbbreviationTable>): Entry {
    const table = this.abbreviations(tables);
    const { reader } = this;
    let root: Entry | undefined;
    let parent: Entry | undefined;
    let depth = 0;
    while (reader.remaining > 0) {
      const offset = reader.position - this.offset;
      const code = reader.uleb();
      if (code === 0) {
        if (parent?.parent === undefined) break;
        parent = parent.parent;
        depth--;
        continue;
      }
      const abbreviation = table.get(code);
      if (abbreviation === undefined) throw new MalformedData(`abbreviation ${code} is not defined`);
      const entry = new Entry(this, reader.position, abbreviation, parent);
      this.offsets.push(offset);
      this.entries.push(entry);
      if (abbreviation.size >= 0) reader.take(abbreviation.size);
      else skipAttributes(reader, abbreviation.attributes, abbreviation.attributes.length, this);
      parent?.children.push(entry);
      if (root === undefined) this.readBases((root = entry));
      if (abbreviation.hasChildren) {
        parent = entry;
        if (++depth > depthMax) throw new MalformedData(`entries nest deeper than ${depthMax}`);
      } else if (parent === undefined) break;
    }
    if (root === undefined) throw new MalformedData('unit has no entries');
    return root;
  }

  /** The entry at an offset from the start of this unit. */
  entryAt(offset: number): Entry | undefined {
    const index = lastAtMost(this.offsets, this.offsets.length, offset);
    return this.offsets[index] === offset ? this.entries[index] : undefined;
  }

  /** The type that a type unit defines. */
  definedType(): Entry | undefined {
    return this.entryAt(this.typeOffset);
  }

  private abbreviations(tables: Map<string, AbbreviationTable>): AbbreviationTable {
    // Units may share a table, but offsets inside entries depend on these three as well.
    const key = [this.abbreviationOffset, this.version, this.offsetSize, this.addressSize].join(' ');
    let table = tables.get(key);
    if (table === undefined) tables.set(key, (table = readAbbreviations(this.abbreviationOffset, this)));
    return table;
  }

  private readBases(root: Entry): void {
    const next = this.reader.position;
    // Without the attribute, a table starts behind the header of its section (DWARF 5, 7.26 to 7.28).
    const header = this.version >= 5 ? this.offsetSize * 2 : 0;
    this.stringOffsetsBase = root.number(Attribute.str_offsets_base) ?? header;
    this.addressBase = root.number(Attribute.addr_base) ?? header;
    this.rangeListsBase = root.number(Attribute.rnglists_base) ?? header + 4;
    this.reader.position = next;
  }
}
