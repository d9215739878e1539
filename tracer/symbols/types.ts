// Types of the debugged program as plain descriptions, and helpers to walk them. They are made lazily by
// dwarf/type-reader.ts: following a pointer of a recursive structure never loops by itself.

interface Named {
  /** As written in the source, without struct/union/enum; '' when anonymous. */
  readonly name: string;
  /** In bytes; 0 when unknown or incomplete. */
  readonly size: number;
}

/** A type of the language itself, such as int. */
export interface BaseType extends Named {
  readonly kind: 'base';
  readonly encoding: 'boolean' | 'signed' | 'unsigned' | 'float' | 'character' | 'other';
}

/** A pointer to `target`. */
export interface PointerType extends Named {
  readonly kind: 'pointer';
  readonly target: Type;
}

/** A struct or union; `complete` is false when only its name is known. */
export interface CompositeType extends Named {
  readonly kind: 'struct' | 'union';
  readonly complete: boolean;
  readonly members: readonly Member[];
}

/** A member of a struct or union. */
export interface Member {
  /** '' for an anonymous struct or union; `findMember` looks inside those. */
  readonly name: string;
  /**
   * In bytes from the start of the enclosing type; for a bit-field, of the byte that holds its lowest bit.
   */
  readonly offset: number;
  readonly type: Type;
  /** Of its type, in bytes. */
  readonly size: number;
  /** For a bit-field: its lowest bit, counted from bit 0 of the byte at `offset`, and its width. */
  readonly bits?: { readonly offset: number; readonly size: number };
}

/** An array, of one or more dimensions. */
export interface ArrayType extends Named {
  readonly kind: 'array';
  readonly element: Type;
  /** Elements in each dimension, outermost first; 0 for an unknown bound. */
  readonly counts: readonly number[];
}

/** An enumeration with its names. */
export interface EnumerationType extends Named {
  readonly kind: 'enumeration';
  readonly enumerators: readonly { readonly name: string; readonly value: number }[];
}

/** A typedef, or a qualifier such as const (then `name` is ''). */
export interface AliasType extends Named {
  readonly kind: 'typedef' | 'qualified';
  readonly target: Type;
}

/** A function type, void, or one that could not be read. */
export interface OtherType extends Named {
  readonly kind: 'function' | 'void' | 'unknown';
}

export type Type =
  BaseType | PointerType | CompositeType | ArrayType | EnumerationType | AliasType | OtherType;

/** The type behind typedefs and qualifiers. */
export function underlying(type: Type): Type {
  let current = type;
  while (current.kind === 'typedef' || current.kind === 'qualified') current = current.target;
  return current;
}

/** Damaged input could nest an anonymous type in itself. */
const nestingMax = 16;

/** The member called `name`, also inside anonymous members; its offset is from the start of `type`. */
export function findMember(type: Type, name: string, nesting = 0): Member | undefined {
  const composite = underlying(type);
  if ((composite.kind !== 'struct' && composite.kind !== 'union') || nesting > nestingMax) return undefined;
  for (const member of composite.members) {
    if (member.name === name) return member;
    if (member.name !== '') continue;
    const inner = findMember(member.type, name, nesting + 1);
    if (inner !== undefined) return { ...inner, offset: member.offset + inner.offset };
  }
  return undefined;
}
