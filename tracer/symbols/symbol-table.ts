// Names and bounds of functions and variables, from the ELF symbol table alone (no debug information needed).
// Labels in assembly carry neither type nor size: global ones in executable sections count as functions that
// reach to the next function; local ones (loop labels) name an address only where nothing better covers it.
import { fromAddress, toAddress } from './address.js';
import type { ElfFile, ElfSymbol } from './elf.js';
import { RangeIndex, type Span } from './range-index.js';

/** A named piece of code or data. */
export interface NamedRange {
  readonly name: string;
  readonly address: bigint;
  /** In bytes. Symbols without a size reach to the next symbol or the end of their section. */
  readonly size: number;
}

interface Candidate extends NamedRange, Span {
  readonly rank: number;
  readonly symbol: ElfSymbol;
}

/** RISC-V mapping symbols and assembler temporaries name nothing a person wrote. */
const internalName = /^(\$[xd]|\.L|L0\x01)/;

export class SymbolTable {
  private readonly functions: RangeIndex<Candidate>;
  private readonly labels: RangeIndex<Candidate>;
  private readonly functionNames: ReadonlyMap<string, Candidate>;
  private readonly variables: RangeIndex<Candidate>;
  private readonly variableNames: ReadonlyMap<string, Candidate>;

  constructor(elf: ElfFile) {
    const named = elf.symbols.filter((symbol) => !internalName.test(symbol.name));
    const isCode = (symbol: ElfSymbol) => elf.sections[symbol.section]?.executable === true;
    const functions = named.filter(
      (symbol) =>
        symbol.type === 'function' ||
        (symbol.type === 'none' && symbol.binding !== 'local' && isCode(symbol)),
    );
    const labels = named.filter(
      (symbol) => symbol.type === 'none' && symbol.binding === 'local' && isCode(symbol),
    );
    const variables = named.filter(
      (symbol) => symbol.type === 'object' || (symbol.type === 'none' && !isCode(symbol)),
    );
    this.functions = new RangeIndex(bounded(functions, elf));
    // Bounded together, so that a label ends where a function begins.
    const isLabel = new Set(labels);
    const code = bounded([...functions, ...labels], elf);
    this.labels = new RangeIndex(code.filter((candidate) => isLabel.has(candidate.symbol)));
    this.functionNames = byName([...this.labels.spans, ...this.functions.spans]);
    const data = bounded(variables, elf);
    this.variables = new RangeIndex(data);
    this.variableNames = byName(data);
  }

  /** The function whose code holds `pc`. */
  functionAt(pc: bigint): NamedRange | undefined {
    const address = toAddress(pc);
    return this.functions.at(address) ?? this.labels.at(address);
  }

  /** The function called `name`; a global one when several files have one. */
  function(name: string): NamedRange | undefined {
    return this.functionNames.get(name);
  }

  /** The variable (or linker-defined symbol) called `name`; a global one when several files have one. */
  variable(name: string): NamedRange | undefined {
    return this.variableNames.get(name);
  }

  /** The variable that holds the byte at `address`. */
  variableAt(address: bigint): NamedRange | undefined {
    return this.variables.at(toAddress(address));
  }

  /** All functions by ascending address, the preferred name first where several share one. */
  allFunctions(): readonly NamedRange[] {
    return this.functions.spans;
  }
}

/** Sized functions before labels, global before weak before local. */
function rankOf(symbol: ElfSymbol): number {
  const binding = { global: 0, weak: 1, local: 2 }[symbol.binding];
  return (symbol.type === 'none' || symbol.type === 'other' ? 4 : 0) + binding;
}

/** Sorted by address and rank, sizes filled in from the next different address. */
function bounded(symbols: readonly ElfSymbol[], elf: ElfFile): Candidate[] {
  const sorted = symbols
    .map((symbol) => ({ symbol, start: toAddress(symbol.address), rank: rankOf(symbol) }))
    .sort((a, b) => a.start - b.start || a.rank - b.rank);
  const candidates = new Array<Candidate>(sorted.length);
  let following = Infinity;
  for (let index = sorted.length - 1; index >= 0; index--) {
    const { symbol, start, rank } = sorted[index];
    if (index + 1 < sorted.length && sorted[index + 1].start > start) following = sorted[index + 1].start;
    const section = elf.sections[symbol.section];
    const sectionEnd = section === undefined ? start : section.address + section.size;
    const end = symbol.size > 0 ? start + symbol.size : Math.max(start, Math.min(following, sectionEnd));
    candidates[index] = {
      name: symbol.name,
      address: fromAddress(start),
      size: end - start,
      start,
      end,
      rank,
      symbol,
    };
  }
  return candidates;
}

function byName(candidates: readonly Candidate[]): ReadonlyMap<string, Candidate> {
  const names = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const present = names.get(candidate.name);
    if (present === undefined || candidate.rank < present.rank) names.set(candidate.name, candidate);
  }
  return names;
}
