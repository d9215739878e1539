// Reads all units of a file, whatever versions they mix. A damaged unit is left out with a warning; the
// others stay usable.
import { hex } from '../../../text/index.js';
import { ByteReader, MalformedData } from '../byte-reader.js';
import type { AbbreviationTable } from './abbreviations.js';
import { Attribute, UnitType } from './constants.js';
import type { Entry } from './entry.js';
import type { DebugSections } from './sections.js';
import { Unit, readInitialLength } from './unit.js';

/** Units with their root entries, and how references between entries are followed. */
export class UnitList {
  readonly roots: readonly Entry[];
  /** Roots of the units that each define one type. */
  readonly typeRoots: readonly Entry[];
  private readonly units: Unit[] = [];
  private readonly typeUnits = new Map<bigint, Unit>();

  constructor(sections: DebugSections, warnings: string[]) {
    const tables = new Map<string, AbbreviationTable>();
    const roots: Entry[] = [];
    const typeRoots: Entry[] = [];
    let skeletons = 0;
    for (const inTypesSection of [false, true]) {
      const section = inTypesSection ? sections.types : sections.info;
      const sectionName = inTypesSection ? '.debug_types' : '.debug_info';
      forEachUnit(section, sectionName, warnings, (reader, offset, offsetSize) => {
        const unit = new Unit(sections, offset, offsetSize, reader, inTypesSection);
        const root = unit.readEntries(tables);
        if (unit.unitType === UnitType.type && unit.signature !== undefined) {
          this.typeUnits.set(unit.signature, unit);
          typeRoots.push(root);
        } else {
          roots.push(root);
        }
        if (!inTypesSection) this.units.push(unit);
        if (unit.unitType === UnitType.skeleton) skeletons++;
      });
    }
    if (skeletons > 0)
      warnings.push(
        `${skeletons} of ${this.units.length} units keep types and functions in .dwo files, which are not read: ` +
          'build without -gsplit-dwarf.',
      );
    this.roots = roots;
    this.typeRoots = typeRoots;
  }

  /** The entry an attribute refers to: in its unit, in another, or by signature in a type unit. */
  readonly resolve = (entry: Entry, attribute: number): Entry | undefined => {
    const local = entry.reference(attribute);
    if (local !== undefined) return local;
    const signature = entry.signature(attribute);
    if (signature !== undefined) return this.typeUnits.get(signature)?.definedType();
    const offset = entry.sectionReference(attribute);
    if (offset === undefined) return undefined;
    const unit = this.units.findLast((candidate) => candidate.offset <= offset);
    return unit?.entryAt(offset - unit.offset);
  };
}

function forEachUnit(
  section: Uint8Array,
  sectionName: string,
  warnings: string[],
  read: (reader: ByteReader, offset: number, offsetSize: 4 | 8) => void,
): void {
  const reader = new ByteReader(section);
  while (reader.remaining > 0) {
    const offset = reader.position;
    try {
      const { end, offsetSize } = readInitialLength(reader);
      // Past this unit before it is read: if it is damaged, the next one is still found.
      read(reader.part(end - reader.position), offset, offsetSize);
    } catch (error) {
      if (!(error instanceof MalformedData)) throw error;
      warnings.push(`Unit at ${sectionName}+${hex(offset)} is skipped: ${error.message}.`);
      if (reader.position <= offset + 12) return;
    }
  }
}

/** The path of the unit's main source file, for messages. */
export function unitName(root: Entry): string {
  return root.string(Attribute.name) ?? '';
}
