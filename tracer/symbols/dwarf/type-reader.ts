// Makes type descriptions (types.ts) from debugging entries (DWARF 5, chapter 5). Each entry is described
// once; what it refers to, only when asked for. A damaged entry becomes a type of kind 'unknown', never an
// exception.
import { MalformedData } from '../byte-reader.js';
import type {
  ArrayType,
  BaseType,
  CompositeType,
  EnumerationType,
  Member,
  OtherType,
  Type,
} from '../types.js';
import { Attribute, Operation, Tag } from './constants.js';
import type { Entry, Resolver } from './entry.js';

const voidType: OtherType = { kind: 'void', name: 'void', size: 0 };
const unknownType: OtherType = { kind: 'unknown', name: '', size: 0 };
/** Typedefs, qualifiers and arrays chain at most this far; a longer chain is a cycle. */
const chainMax = 64;

const encodings: Readonly<Record<number, BaseType['encoding']>> = {
  0x02: 'boolean',
  0x04: 'float',
  0x05: 'signed',
  0x06: 'character',
  0x07: 'unsigned',
  0x08: 'character',
  0x10: 'character',
};

/** Tags whose size or meaning is that of the type they refer to. */
const transparentTags: ReadonlySet<number> = new Set([
  Tag.typedef,
  Tag.const_type,
  Tag.volatile_type,
  Tag.restrict_type,
  Tag.atomic_type,
  Tag.array_type,
]);

export class TypeReader {
  private readonly described = new Map<Entry, Type>();

  constructor(
    private readonly resolve: Resolver,
    /** The complete definition of a declared-only struct, union or enumeration. */
    private readonly definitionOf: (entry: Entry) => Entry | undefined,
  ) {}

  /** The type an entry (variable, member, function …) refers to; void when it refers to none. */
  referencedBy(entry: Entry): Type {
    return this.guard(unknownType, () => {
      if (!entry.has(Attribute.type)) return voidType;
      const target = this.resolve(entry, Attribute.type);
      return target === undefined ? unknownType : this.describe(target);
    });
  }

  describe(entry: Entry): Type {
    let type = this.described.get(entry);
    if (type === undefined) {
      type = this.guard<Type>(unknownType, () => (this.chainEnds(entry) ? this.make(entry) : unknownType));
      this.described.set(entry, type);
    }
    return type;
  }

  private make(entry: Entry): Type {
    const name = entry.string(Attribute.name) ?? '';
    const size = entry.number(Attribute.byte_size) ?? 0;
    switch (entry.tag) {
      case Tag.base_type:
        return {
          kind: 'base',
          name,
          size,
          encoding: encodings[entry.number(Attribute.encoding) ?? 0] ?? 'other',
        };
      case Tag.pointer_type:
        return this.withTarget(entry, 'pointer', name, size === 0 ? entry.unit.addressSize : size);
      case Tag.structure_type:
      case Tag.union_type:
        return this.composite(entry, name, size);
      case Tag.array_type:
        return this.array(entry, name, size);
      case Tag.enumeration_type:
        return this.enumeration(entry, name, size);
      case Tag.typedef:
        return this.withTarget(entry, 'typedef', name, this.referencedBy(entry).size);
      case Tag.const_type:
      case Tag.volatile_type:
      case Tag.restrict_type:
      case Tag.atomic_type:
        return this.withTarget(entry, 'qualified', name, this.referencedBy(entry).size);
      case Tag.subroutine_type:
        return { kind: 'function', name, size: 0 };
      default:
        return unknownType;
    }
  }

  private withTarget<K extends 'pointer' | 'typedef' | 'qualified'>(
    entry: Entry,
    kind: K,
    name: string,
    size: number,
  ): { kind: K; name: string; size: number; readonly target: Type } {
    const target = () => this.referencedBy(entry);
    return {
      kind,
      name,
      size,
      get target() {
        return target();
      },
    };
  }

  private composite(entry: Entry, name: string, size: number): Type {
    const isDeclaration = entry.flag(Attribute.declaration);
    const definition = isDeclaration ? this.definitionOf(entry) : undefined;
    if (definition !== undefined) return this.describe(definition);
    let members: readonly Member[] | undefined;
    const read = () => this.guard([], () => this.members(entry));
    const type: CompositeType = {
      kind: entry.tag === Tag.union_type ? 'union' : 'struct',
      name,
      size,
      complete: !isDeclaration,
      get members() {
        return (members ??= read());
      },
    };
    return type;
  }

  private members(entry: Entry): Member[] {
    return entry.children
      .filter((child) => child.tag === Tag.member && !child.flag(Attribute.external))
      .map((child) => {
        const type = this.referencedBy(child);
        const name = child.string(Attribute.name) ?? '';
        const size = child.number(Attribute.byte_size) ?? type.size;
        const offset = memberOffset(child);
        const bitSize = child.number(Attribute.bit_size);
        if (bitSize === undefined) return { name, offset, type, size };
        const bit = firstBit(child, offset, size, bitSize);
        const bits = { offset: bit % 8, size: bitSize };
        return { name, offset: Math.floor(bit / 8), type, size: type.size, bits };
      });
  }

  private array(entry: Entry, name: string, size: number): ArrayType {
    const element = this.referencedBy(entry);
    const counts = entry.children.filter((child) => child.tag === Tag.subrange_type).map(elementCount);
    const total = counts.reduce((product, count) => product * count, element.size);
    return { kind: 'array', name, size: size || total, element, counts };
  }

  private enumeration(entry: Entry, name: string, size: number): EnumerationType {
    const definition = entry.flag(Attribute.declaration) ? this.definitionOf(entry) : undefined;
    const enumerators = (definition ?? entry).children
      .filter((child) => child.tag === Tag.enumerator)
      .map((child) => ({
        name: child.string(Attribute.name) ?? '',
        value: child.number(Attribute.const_value) ?? 0,
      }));
    return { kind: 'enumeration', name, size, enumerators };
  }

  private chainEnds(entry: Entry): boolean {
    let current: Entry | undefined = entry;
    for (let count = 0; count < chainMax; count++) {
      if (current === undefined || !transparentTags.has(current.tag)) return true;
      current = this.resolve(current, Attribute.type);
    }
    return false;
  }

  private guard<T>(fallback: T, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof MalformedData) return fallback;
      throw error;
    }
  }
}

/** DWARF 2 writes the offset as an expression that adds a constant; later versions write the constant. */
function memberOffset(member: Entry): number {
  const expression = member.block(Attribute.data_member_location);
  if (expression === undefined) return member.number(Attribute.data_member_location) ?? 0;
  const operation = expression.remaining > 0 ? expression.u8() : 0;
  return operation === Operation.plus_uconst || operation === Operation.constu ? expression.uleb() : 0;
}

/** Lowest bit of a bit-field from the start of the enclosing type. */
function firstBit(member: Entry, offset: number, storageSize: number, bitSize: number): number {
  const dataBitOffset = member.number(Attribute.data_bit_offset);
  if (dataBitOffset !== undefined) return dataBitOffset;
  // DWARF 2 and 3 count from the most significant bit of the storage unit.
  return offset * 8 + storageSize * 8 - (member.number(Attribute.bit_offset) ?? 0) - bitSize;
}

function elementCount(subrange: Entry): number {
  const count = subrange.number(Attribute.count);
  if (count !== undefined) return Number.isSafeInteger(count) ? count : 0;
  const upperBound = subrange.number(Attribute.upper_bound);
  // An upper bound of -1 in any width stands for an empty array.
  const isUnbounded =
    upperBound === undefined || !Number.isSafeInteger(upperBound) || upperBound === 0xffffffff;
  return isUnbounded ? 0 : upperBound + 1;
}
