// Builds, unit by unit, what DebugInfo answers from: line table, functions, variables, type names.
// A unit that turns out to be damaged leaves a warning and only what it gave before.
import { hex } from '../../text/index.js';
import { ByteReader, MalformedData } from './byte-reader.js';
import { Attribute, Tag } from './dwarf/constants.js';
import { type Entry, descendants } from './dwarf/entry.js';
import { type LineHeader, readLineHeader } from './dwarf/line-header.js';
import { runLineProgram } from './dwarf/line-program.js';
import { type LineTable, LineTableBuilder } from './dwarf/line-table.js';
import { type FunctionSpan, type Scope, functionsIn } from './dwarf/scopes.js';
import { type DebugSections, debugSections } from './dwarf/sections.js';
import { UnitList } from './dwarf/unit-list.js';
import { type VariableEntry, variablesIn } from './dwarf/variables.js';
import type { ElfFile } from './elf.js';
import { RangeIndex } from './range-index.js';

/** A compilation unit, as `trace inspect` shows it. */
export interface UnitSummary {
  /** Main source file, as it was given to the compiler. */
  readonly name: string;
  readonly directory: string;
  readonly producer: string;
  /** DWARF version of its entries. */
  readonly version: number;
}

export interface DebugData {
  readonly units: readonly UnitSummary[];
  readonly unitList: UnitList;
  /** The line table, read when it is asked for the first time: it takes as long as all else, and many ask nothing. */
  readonly lines: () => LineTable;
  readonly functions: RangeIndex<FunctionSpan>;
  readonly variables: readonly VariableEntry[];
  /** Top-level type entries by name with their keyword: `struct proc`, `enum state`, `uint64`. */
  readonly typeEntries: ReadonlyMap<string, Entry>;
  /** Those of the line table come when that is read. */
  readonly warnings: readonly string[];
}

/** Reads all debug information of a file; what is damaged is left out and named in `warnings`. */
export function readDebugData(elf: ElfFile): DebugData {
  const sections = debugSections(elf);
  const warnings: string[] = [];
  const builder = new DebugDataBuilder(elf, sections, new UnitList(sections, warnings), warnings);
  if (sections.info.length === 0) {
    warnings.push(`${elf.path} has no debug information: source lines and types are unknown.`);
  }
  return builder.build();
}

const typeKeywords = new Map<number, string>([
  [Tag.structure_type, 'struct '],
  [Tag.union_type, 'union '],
  [Tag.enumeration_type, 'enum '],
  [Tag.typedef, ''],
  [Tag.base_type, ''],
]);

/** The name a type entry is found by; undefined for anonymous ones and entries that are no types. */
export function typeKey(entry: Entry): string | undefined {
  const keyword = typeKeywords.get(entry.tag);
  const name = keyword === undefined ? undefined : entry.string(Attribute.name);
  return name === undefined ? undefined : keyword + name;
}

/** Where the lines of a unit are told; without a header when that is damaged. */
interface LineProgram {
  readonly root: Entry;
  readonly header: LineHeader | undefined;
}

/** What `make` gives, made at the first call. */
function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

class DebugDataBuilder {
  private readonly units: UnitSummary[] = [];
  private readonly functions: Scope[] = [];
  private readonly variables: VariableEntry[] = [];
  private readonly typeEntries = new Map<string, Entry>();
  private readonly lineTable: LineTableBuilder;
  private readonly linePrograms = new Map<number, LineProgram>();
  private readonly code: RangeIndex<{ start: number; end: number }>;

  constructor(
    elf: ElfFile,
    private readonly sections: DebugSections,
    private readonly unitList: UnitList,
    private readonly warnings: string[],
  ) {
    const executable = elf.sections.filter((section) => section.executable && section.allocated);
    this.code = new RangeIndex(
      executable.map((section) => ({ start: section.address, end: section.address + section.size })),
    );
    this.lineTable = new LineTableBuilder(this.isCode);
  }

  build(): DebugData {
    for (const root of this.unitList.typeRoots) {
      this.attempt(root, 'type unit', () => root.children.forEach((entry) => this.noteType(entry)));
    }
    for (const root of this.unitList.roots) {
      this.attempt(root, 'line table', () => this.readLineHeader(root));
      this.attempt(root, 'unit', () => this.readUnit(root));
    }
    const spans = this.functions.flatMap((scope) =>
      scope.ranges.map((range) => ({ start: range.low, end: range.high, scope })),
    );
    return {
      units: this.units,
      unitList: this.unitList,
      lines: once(() => this.readLines()),
      functions: new RangeIndex(spans),
      variables: this.variables,
      typeEntries: this.typeEntries,
      warnings: this.warnings,
    };
  }

  private readonly isCode = (address: number) => this.code.at(address) !== undefined;

  private attempt(root: Entry, what: string, read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof MalformedData)) throw error;
      const place = `.debug_info+${hex(root.unit.offset)}`;
      this.warnings.push(`The ${what} of ${place} is damaged and skipped: ${error.message}.`);
    }
  }

  private readLineHeader(root: Entry): void {
    const offset = root.number(Attribute.stmt_list);
    if (offset === undefined || this.linePrograms.has(offset)) return;
    this.linePrograms.set(offset, { root, header: undefined });
    const section = new ByteReader(this.sections.lines, offset);
    const header = readLineHeader(section, root.unit, root.string(Attribute.comp_dir) ?? '');
    this.linePrograms.set(offset, { root, header });
  }

  private readLines(): LineTable {
    for (const { root, header } of this.linePrograms.values()) {
      if (header === undefined) continue;
      this.attempt(root, 'line table', () => {
        this.lineTable.startProgram(header.files);
        runLineProgram(this.sections.lines, header, this.lineTable);
      });
    }
    return this.lineTable.build();
  }

  private readUnit(root: Entry): void {
    const { resolve } = this.unitList;
    this.units.push({
      name: root.string(Attribute.name) ?? '',
      directory: root.string(Attribute.comp_dir) ?? '',
      producer: root.string(Attribute.producer) ?? '',
      version: root.unit.version,
    });
    for (const entry of root.children) this.noteType(entry);
    const files = this.linePrograms.get(root.number(Attribute.stmt_list) ?? -1)?.header?.files ?? [];
    const unitBase = root.address(Attribute.low_pc) ?? 0;
    // Functions and their static variables can be nested in functions, blocks and namespaces.
    const entries = descendants(root);
    for (const variable of variablesIn(entries, resolve)) this.variables.push(variable);
    const context = { resolve, files, unitBase, isCode: this.isCode };
    for (const scope of functionsIn(entries, context)) this.functions.push(scope);
  }

  private noteType(entry: Entry): void {
    const key = typeKey(entry);
    if (key === undefined || this.typeEntries.has(key) || entry.flag(Attribute.declaration)) return;
    this.typeEntries.set(key, entry);
  }
}
