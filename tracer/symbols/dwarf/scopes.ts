// Functions and the functions inlined into them, as found in one unit (DWARF 5, 3.3). Lexical blocks are
// looked through.
import type { RangeIndex, Span } from '../range-index.js';
import { Attribute, Tag } from './constants.js';
import { type Entry, type Resolver, inherited, originChain } from './entry.js';
import { type AddressRange, rangesOf } from './ranges.js';

/** A function with code of its own, or an instance of one inlined into another. */
export interface Scope {
  readonly name: string;
  readonly ranges: readonly AddressRange[];
  /** Where execution enters. */
  readonly entry: number;
  /** Bounds of the ranges of this and everything inlined into it. */
  readonly low: number;
  readonly high: number;
  /** Functions inlined directly into this one. */
  readonly inlined: readonly Scope[];
  /** For an inlined instance: the place of the call, file '' and line 0 when unknown. */
  readonly callFile: string;
  readonly callLine: number;
  /** The entry and its origins, nearest first: parameters, type and declaration are read from these. */
  readonly origins: readonly Entry[];
  /** Paths by file number of the unit. */
  readonly files: readonly string[];
}

/** A range of a function in the index of all functions. */
export interface FunctionSpan extends Span {
  readonly scope: Scope;
}

/** What the scopes of a unit are read with. */
export interface ScopeContext {
  readonly resolve: Resolver;
  readonly files: readonly string[];
  readonly unitBase: number;
  readonly isCode: (address: number) => boolean;
}

/** The functions with code among entries of a unit, but those the linker discarded. @throws MalformedData */
export function functionsIn(entries: readonly Entry[], context: ScopeContext): Scope[] {
  const functions: Scope[] = [];
  for (const entry of entries) {
    if (entry.tag !== Tag.subprogram) continue;
    const scope = readScope(entry, context);
    if (scope !== undefined) functions.push(scope);
  }
  return functions;
}

function readScope(entry: Entry, context: ScopeContext): Scope | undefined {
  const ranges = rangesOf(entry, context.unitBase).filter((range) => context.isCode(range.low));
  if (ranges.length === 0 && entry.tag === Tag.subprogram) return undefined;
  const inlined: Scope[] = [];
  collectInlined(entry, context, inlined);
  // An instance may consist only of what is inlined into it.
  if (ranges.length === 0 && inlined.length === 0) return undefined;
  const origins = originChain(entry, context.resolve);
  return {
    name: inherited(origins, (origin) => origin.string(Attribute.name)) ?? '',
    ranges,
    low: Math.min(...ranges.map((range) => range.low), ...inlined.map((inner) => inner.low)),
    high: Math.max(...ranges.map((range) => range.high), ...inlined.map((inner) => inner.high)),
    entry: entryPoint(entry, ranges[0]?.low ?? inlined[0].entry),
    inlined,
    callFile: context.files[entry.number(Attribute.call_file) ?? -1] ?? '',
    callLine: entry.number(Attribute.call_line) ?? 0,
    origins,
    files: context.files,
  };
}

function entryPoint(entry: Entry, start: number): number {
  const given = entry.address(Attribute.entry_pc);
  if (given !== undefined) return given;
  // DWARF 5 also allows an offset from the first range (2.18).
  return start + (entry.number(Attribute.entry_pc) ?? 0);
}

/** Nesting is bounded by the unit reader, so recursion is. */
function collectInlined(entry: Entry, context: ScopeContext, into: Scope[]): void {
  for (const child of entry.children) {
    if (child.tag === Tag.lexical_block) collectInlined(child, context, into);
    if (child.tag !== Tag.inlined_subroutine) continue;
    const scope = readScope(child, context);
    if (scope !== undefined) into.push(scope);
  }
}

/**
 * The function that holds `address` and the instances inlined there, outermost first; empty when there is
 * none. GCC gives inner instances code outside the ranges of their outer ones, so the whole tree is searched.
 */
export function scopesAt(functions: RangeIndex<FunctionSpan>, address: number): Scope[] {
  const holder = functions.at(address)?.scope;
  return holder === undefined ? [] : [holder, ...deepestInlined(holder, address)];
}

function deepestInlined(scope: Scope, address: number): Scope[] {
  for (const inner of scope.inlined) {
    if (address < inner.low || address >= inner.high) continue;
    const below = deepestInlined(inner, address);
    if (below.length > 0 || covers(inner, address)) return [inner, ...below];
  }
  return [];
}

function covers(scope: Scope, address: number): boolean {
  return scope.ranges.some((range) => range.low <= address && address < range.high);
}
