// A page table in memory, entry by entry (privileged specification, "Sv39: Page-Based 39-bit Virtual-Memory System").
import { pageBytes, type Machine } from '../../emulator/index.js';
import { frameOf, Pte, pteAccess, tableLevels } from '../schema/index.js';
import { wordAt } from './memory.js';

/** A valid last-level entry. */
export interface Mapping {
  readonly va: bigint;
  /** Physical address that `va` maps to. */
  readonly physical: number;
  /** 4096, or more for an entry above the last level. */
  readonly bytes: number;
  /** The entry itself. */
  readonly entry: bigint;
}

const topLevel = tableLevels - 1;
const entriesInTable = 512;
/** Bit of the highest virtual address bit, which the ones above repeat. */
const signBit = 1n << 38n;

/** Every valid leaf entry of a page table in order of virtual address. Damaged tables end where they leave RAM. */
export function* mappingsOf(machine: Machine, root: number): Generator<Mapping> {
  yield* tableMappings(machine, root, topLevel, 0n);
}

function* tableMappings(machine: Machine, table: number, level: number, base: bigint): Generator<Mapping> {
  const bytes = pageBytes * entriesInTable ** level;
  for (let index = 0; index < entriesInTable; index++) {
    const entry = wordAt(machine, table + index * 8);
    if (entry === undefined || (entry & Pte.v) === 0n) continue;
    const physical = frameOf(entry);
    const va = base + BigInt(index) * BigInt(bytes);
    if ((entry & pteAccess) === 0n) {
      if (level > 0) yield* tableMappings(machine, physical, level - 1, va);
    } else yield { va: canonical(va), physical, bytes, entry };
  }
}

/** An entry that a translation reads. */
export interface WalkedEntry {
  /** 2 for the root's, 0 for that of a page of 4096 bytes. */
  readonly level: number;
  /** Physical address of the entry. */
  readonly at: number;
  readonly entry: bigint;
}

/** The entries for an address from the root down, the last of them a leaf or not valid. */
export function walk(machine: Machine, root: number, address: bigint): WalkedEntry[] {
  const walked: WalkedEntry[] = [];
  let table = root;
  for (let level = topLevel; level >= 0; level--) {
    const at = table + Number((address >> BigInt(12 + 9 * level)) & 511n) * 8;
    const entry = wordAt(machine, at);
    if (entry === undefined) break;
    walked.push({ level, at, entry });
    if ((entry & Pte.v) === 0n || (entry & pteAccess) !== 0n) break;
    table = frameOf(entry);
  }
  return walked;
}

/** The mapping that translates a virtual address, whatever it permits. */
export function mappingAt(machine: Machine, root: number, address: bigint): Mapping | undefined {
  const last = walk(machine, root, address).at(-1);
  if (!last || (last.entry & Pte.v) === 0n || (last.entry & pteAccess) === 0n) return undefined;
  const bytes = pageBytes * entriesInTable ** last.level;
  const va = (address / BigInt(bytes)) * BigInt(bytes);
  return { va, physical: frameOf(last.entry), bytes, entry: last.entry };
}

/** Translates by a page table, as the walk does, whatever the entry permits. */
export function translateBy(machine: Machine, root: number, address: bigint): number | undefined {
  const found = mappingAt(machine, root, address);
  return found && found.physical + Number(address - found.va);
}

function canonical(va: bigint): bigint {
  return va & signBit ? BigInt.asUintN(64, va - (signBit << 1n)) : va;
}

/** Neighbouring pages with equal bits. */
export interface MappedRange {
  readonly va: bigint;
  readonly pages: number;
  /** The frames, each followed by the one a page further up: [first, number of frames]. */
  readonly frames: readonly (readonly [first: number, count: number])[];
  /** The entry of the first page. */
  readonly entry: bigint;
}

/** Accessed and dirty bits come and go by themselves. */
const comparedBits = 0x33fn;

/** Puts neighbouring pages with equal permissions together. */
export function rangesOf(mappings: Iterable<Mapping>): MappedRange[] {
  const ranges: { va: bigint; pages: number; frames: [number, number][]; entry: bigint }[] = [];
  for (const { va, physical, bytes, entry } of mappings) {
    const pages = bytes / pageBytes;
    const last = ranges[ranges.length - 1];
    const isNeighbour =
      last !== undefined &&
      last.va + BigInt(last.pages * pageBytes) === va &&
      (last.entry & comparedBits) === (entry & comparedBits);
    if (!isNeighbour) {
      ranges.push({ va, pages, frames: [[physical, pages]], entry });
      continue;
    }
    last.pages += pages;
    const run = last.frames[last.frames.length - 1];
    if (run[0] + run[1] * pageBytes === physical) run[1] += pages;
    else last.frames.push([physical, pages]);
  }
  return ranges;
}
