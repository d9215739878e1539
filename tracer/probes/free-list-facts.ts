// Where the lists of free frames begin: the ground truth of what is free, whatever the kernel itself counts.
import { findMember, underlying, type DebugInfo, type Type } from '../symbols/index.js';
import { headByCode } from './free-list-code.js';
import { hex } from './hexadecimal.js';

export interface FreeListFacts {
  /** Physical addresses of the pointers to the first free frame: one, or one a hart. */
  readonly heads: readonly number[];
  readonly why: string;
}

/** More lists than harts of any machine: an array that long is a hash table or the like. */
const listsMaximum = 64;
const suggestive = /kmem|free|run/i;

/** A pointer to a struct whose only member points to the same struct: a list through the frames themselves. */
function isListHead(type: Type): boolean {
  const pointer = underlying(type);
  if (pointer.kind !== 'pointer') return false;
  const target = underlying(pointer.target);
  if (target.kind !== 'struct' || target.size !== 8) return false;
  const next = target.members[0] && underlying(target.members[0].type);
  return next?.kind === 'pointer' && underlying(next.target).name === target.name;
}

/** The heads of the free list: those of `kmem`, or of the variable of such a shape whose name suggests it most. */
export function findFreeList(debug: DebugInfo): FreeListFacts | undefined {
  const kmem = debug.variable('kmem');
  const variables = [...(kmem ? [kmem] : []), ...debug.variables].map((variable) => ({
    name: variable.name,
    address: Number(variable.address),
    found: headsIn(variable.type, 0),
  }));
  const candidates = variables.filter(({ found }) => found !== undefined);
  const best =
    candidates.find(({ name }) => name === 'kmem') ??
    candidates.find(({ name }) => suggestive.test(name)) ??
    candidates[0];
  if (best?.found) {
    const heads = best.found.offsets.map((offset) => best.address + offset);
    const many = heads.length > 1 ? `, ${heads.length} lists` : '';
    const why = `${best.name}${best.found.path} at ${hex(heads[0])}${many}, through 8-byte links in the frames`;
    return { heads, why };
  }
  return kmemWithoutTypes(debug);
}

/** Without types, only the code of `kalloc` tells which word of `kmem` is the head. */
function kmemWithoutTypes(debug: DebugInfo): FreeListFacts | undefined {
  const kmem = debug.symbols.variable('kmem');
  const kalloc = debug.symbols.function('kalloc');
  if (!kmem || !kalloc || debug.variables.length > 0) return undefined;
  const head = headByCode(debug, kalloc, kmem);
  return head === undefined
    ? undefined
    : { heads: [head], why: `the word of kmem at ${hex(head)}, by what kalloc does with it` };
}

interface Heads {
  /** In bytes from the start of the variable. */
  readonly offsets: readonly number[];
  /** What follows the variable's name in the source. */
  readonly path: string;
}

const nestingMaximum = 3;

/** List heads in a variable: itself, its first member that is or has some, or those of an array's elements. */
function headsIn(type: Type, nesting: number): Heads | undefined {
  if (isListHead(type)) return { offsets: [0], path: '' };
  const actual = underlying(type);
  if (nesting > nestingMaximum) return undefined;
  if (actual.kind === 'array') {
    const count = actual.counts.reduce((product, each) => product * each, 1);
    const inner = count <= listsMaximum ? headsIn(actual.element, nesting + 1) : undefined;
    const { size } = underlying(actual.element);
    return (
      inner && {
        offsets: Array.from({ length: count }, (_, index) => index).flatMap((index) =>
          inner.offsets.map((offset) => index * size + offset),
        ),
        path: `[]${inner.path}`,
      }
    );
  }
  if (actual.kind !== 'struct') return undefined;
  const named = findMember(actual, 'freelist');
  for (const member of named ? [named, ...actual.members] : actual.members) {
    const inner = headsIn(member.type, nesting + 1);
    if (inner)
      return {
        offsets: inner.offsets.map((offset) => member.offset + offset),
        path: `.${member.name}${inner.path}`,
      };
  }
  return undefined;
}
