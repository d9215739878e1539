// Where the lists of free frames begin: the ground truth of what is free, whatever the kernel itself counts.
import { hex } from '../../../text/index.js';
import { findMember, underlying, type DebugInfo, type Type } from '../../symbols/index.js';
import type { Found } from './finding.js';
import { headsOfAnyCode, listUse } from './free-list-code.js';
import type { RoleFunction } from './roles.js';

export interface FreeListFacts {
  /** Physical addresses of the pointers to the first free frame: one, or one a hart. */
  readonly heads: readonly number[];
  readonly finding: Found;
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

/**
 * The heads of the free list: of the variables of such a shape, the one whose list the allocator pops, by its code;
 * else `kmem`, or the one whose name suggests it most.
 */
export function findFreeList(
  debug: DebugInfo,
  allocator: RoleFunction | undefined,
): FreeListFacts | undefined {
  const code = allocator && debug.symbols.functionAt(BigInt(allocator.entry));
  const popped = code ? listUse(debug, code).pops : new Map<number, boolean>();
  const candidates = listVariables(debug);
  const inUse = candidates.find(({ heads }) => heads.some((head) => popped.has(head)));
  const best =
    inUse ??
    candidates.find(({ name }) => name === 'kmem') ??
    candidates.find(({ name }) => suggestive.test(name)) ??
    candidates[0];
  if (!best) return listByCode(debug, allocator?.name, [...popped]);
  const { heads, where } = best;
  if (inUse) {
    const why = `its type links frames to each other, and ${allocator!.name} takes them from it`;
    return { heads, finding: { where, sureness: 'certain', why } };
  }
  if (candidates.length === 1)
    return { heads, finding: { where, sureness: 'likely', why: 'the only variable that links frames so' } };
  const why = `${candidates.length} variables have such a type; this one by its name`;
  return { heads, finding: { where, sureness: 'guess', why } };
}

/** Variables that are, or have, heads of lists through the frames themselves. */
function listVariables(debug: DebugInfo) {
  const kmem = debug.variable('kmem');
  return [...(kmem ? [kmem] : []), ...debug.variables].flatMap(({ name, address, type }) => {
    const found = headsIn(type, 0);
    if (!found) return [];
    const heads = found.offsets.map((offset) => Number(address) + offset);
    const many = heads.length > 1 ? `, ${heads.length} lists` : '';
    return [{ name, heads, where: `${name}${found.path} at ${hex(heads[0])}${many}` }];
  });
}

/** Without such a type, the code that takes frames and puts them back tells the head. */
function listByCode(
  debug: DebugInfo,
  allocator: string | undefined,
  popped: readonly (readonly [number, boolean])[],
): FreeListFacts | undefined {
  const taken = popped.flatMap(([head, isIndexed]) => (isIndexed ? [] : [head]));
  const heads = allocator === undefined ? headsOfAnyCode(debug) : taken;
  if (heads.length !== 1) return undefined;
  const [head] = heads;
  const variable = debug.symbols.variableAt(BigInt(head))?.name ?? 'nothing that has a name';
  const where = `the word at ${hex(head)}, in ${variable}`;
  const finding: Found =
    allocator === undefined
      ? { where, sureness: 'guess', why: 'the only list that code both takes from and puts on' }
      : { where, sureness: 'likely', why: `by what ${allocator} does with it` };
  return { heads, finding };
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
