// The DWARF sections of a file by role; an absent one is empty, so that reading from it is out of range and
// not undefined.
import type { ElfFile } from '../elf.js';

const names = {
  info: '.debug_info',
  types: '.debug_types',
  abbreviations: '.debug_abbrev',
  strings: '.debug_str',
  lineStrings: '.debug_line_str',
  stringOffsets: '.debug_str_offsets',
  addresses: '.debug_addr',
  ranges: '.debug_ranges',
  rangeLists: '.debug_rnglists',
  lines: '.debug_line',
} as const;

export type DebugSections = { readonly [Role in keyof typeof names]: Uint8Array };

export function debugSections(elf: ElfFile): DebugSections {
  const byName = new Map(elf.sections.map((section) => [section.name, section.bytes]));
  const roles = Object.entries(names).map(([role, name]) => [role, byName.get(name) ?? new Uint8Array(0)]);
  return Object.fromEntries(roles) as DebugSections;
}
