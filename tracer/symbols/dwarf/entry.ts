// A debugging information entry: its place in the tree, and its attributes decoded on demand by class.
// A missing attribute, or one whose form does not fit the class asked for, is undefined.
import type { ByteReader } from '../byte-reader.js';
import { type Abbreviation, skipAttributes } from './abbreviations.js';
import { Attribute, Form } from './constants.js';
import { isAddress, isBlock, readAddress, readBlock, readIndirectForm, readNumber } from './forms.js';
import { readString } from './forms.js';
import type { Unit } from './unit.js';

const noChildren: Entry[] = [];
/** Abstract origins and specifications chain at most this far; a longer chain is a cycle. */
const originsMax = 8;

export class Entry {
  readonly children: Entry[];

  constructor(
    readonly unit: Unit,
    /** Offset in the section of the first attribute. */
    private readonly position: number,
    private readonly abbreviation: Abbreviation,
    readonly parent: Entry | undefined,
  ) {
    this.children = abbreviation.hasChildren ? [] : noChildren;
  }

  get tag(): number {
    return this.abbreviation.tag;
  }

  has(name: number): boolean {
    return this.abbreviation.attributes.some((attribute) => attribute.name === name);
  }

  string(name: number): string | undefined {
    const form = this.seek(name);
    return form === 0 ? undefined : readString(this.unit.reader, form, this.unit);
  }

  /** A constant, section offset or flag as a number. */
  number(name: number): number | undefined {
    const { attributes } = this.abbreviation;
    const form = this.seek(name);
    if (form === 0 || form === Form.data16 || form === Form.string || isBlock(form)) return undefined;
    if (form === Form.implicit_const) {
      return attributes.find((attribute) => attribute.name === name)?.constant;
    }
    return readNumber(this.unit.reader, form, this.unit);
  }

  flag(name: number): boolean {
    return (this.number(name) ?? 0) !== 0;
  }

  /** An address in its internal form; undefined for constants (high_pc may be an offset). */
  address(name: number): number | undefined {
    const form = this.seek(name);
    return isAddress(form) ? readAddress(this.unit.reader, form, this.unit) : undefined;
  }

  block(name: number): ByteReader | undefined {
    const form = this.seek(name);
    return isBlock(form) ? readBlock(this.unit.reader, form) : undefined;
  }

  /** The form of an attribute; 0 when there is none. */
  form(name: number): number {
    return this.seek(name);
  }

  /** Signature of a type in a type unit, when the attribute refers to one. */
  signature(name: number): bigint | undefined {
    return this.seek(name) === Form.ref_sig8 ? this.unit.reader.word() : undefined;
  }

  /** Offset in .debug_info that the attribute refers to across units. */
  sectionReference(name: number): number | undefined {
    const form = this.seek(name);
    return form === Form.ref_addr ? readNumber(this.unit.reader, form, this.unit) : undefined;
  }

  /** The entry of the same unit that the attribute refers to. */
  reference(name: number): Entry | undefined {
    const form = this.seek(name);
    if (form < Form.ref1 || form > Form.ref_udata) return undefined;
    return this.unit.entryAt(readNumber(this.unit.reader, form, this.unit));
  }

  /** Puts the unit's cursor at the attribute and returns its form. */
  private seek(name: number): number {
    const { attributes } = this.abbreviation;
    const { reader } = this.unit;
    for (let index = 0; index < attributes.length; index++) {
      if (attributes[index].name !== name) continue;
      const { offset, form } = attributes[index];
      reader.position = this.position + Math.max(offset, 0);
      if (offset < 0) skipAttributes(reader, attributes, index, this.unit);
      return form === Form.indirect ? readIndirectForm(reader) : form;
    }
    return 0;
  }
}

/** Follows references of an entry, within its unit or across units. */
export type Resolver = (entry: Entry, attribute: number) => Entry | undefined;

/** The entry and those it elaborates, nearest first: abstract origins and specifications. */
export function originChain(entry: Entry, resolve: Resolver): Entry[] {
  const chain = [entry];
  for (let count = 0; count < originsMax; count++) {
    const last = chain[chain.length - 1];
    const next = resolve(last, Attribute.abstract_origin) ?? resolve(last, Attribute.specification);
    if (next === undefined) break;
    chain.push(next);
  }
  return chain;
}

/** The first defined value along the chain. */
export function inherited<T>(chain: readonly Entry[], read: (entry: Entry) => T | undefined): T | undefined {
  for (const entry of chain) {
    const value = read(entry);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Everything below an entry, parents before children. */
export function descendants(root: Entry): Entry[] {
  const found: Entry[] = [];
  let level = root.children;
  while (level.length > 0) {
    const next: Entry[] = [];
    for (const entry of level) {
      found.push(entry);
      for (const child of entry.children) next.push(child);
    }
    level = next;
  }
  return found;
}
