// The committed ELF files of test/symbols/fixtures, and where things are in their sources.
import { readFileSync } from 'node:fs';
import { DebugInfo, type ElfFile, type NamedRange, parseElf } from '../../tracer/symbols/index.js';

const folder = new URL('./fixtures/', import.meta.url);

export const fixtureNames = ['dwarf-2', 'dwarf-5', 'mixed'] as const;
export type FixtureName = (typeof fixtureNames)[number];

export function fixtureBytes(name: FixtureName): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`${name}.elf`, folder)));
}

export function readFixture(name: FixtureName): { elf: ElfFile; info: DebugInfo } {
  const elf = parseElf(fixtureBytes(name), `${name}.elf`);
  return { elf, info: DebugInfo.parse(elf) };
}

/** Number of the line of a fixture source that holds the comment `// mark`. */
export function lineOf(source: string, mark: string): number {
  const lines = readFileSync(new URL(source, folder), 'utf8').split('\n');
  const index = lines.findIndex((line) => line.endsWith(`// ${mark}`));
  if (index < 0) throw new Error(`${source} has no line marked ${mark}`);
  return index + 1;
}

/** Every address at which an instruction could start. */
export function addressesOf(range: NamedRange): bigint[] {
  return Array.from({ length: range.size / 2 }, (_, index) => range.address + BigInt(index * 2));
}

/** A symbol that must be there. */
export function functionNamed(info: DebugInfo, name: string): NamedRange {
  const found = info.symbols.function(name);
  if (found === undefined) throw new Error(`no function ${name}`);
  return found;
}
