// Where the list of free frames begins: the ground truth of what is free, whatever the kernel itself counts.
import { findMember, underlying, type DebugInfo, type Type } from '../symbols/index.js';
import { hex } from './profile.js';

export interface FreeListFacts {
  /** Physical address of the pointer to the first free frame. */
  readonly head: number;
  readonly why: string;
}

/** A pointer to a struct whose first member points to the same struct: a list through the frames themselves. */
function isListHead(type: Type): boolean {
  const pointer = underlying(type);
  if (pointer.kind !== 'pointer') return false;
  const target = underlying(pointer.target);
  if (target.kind !== 'struct' || target.size !== 8) return false;
  const next = target.members[0] && underlying(target.members[0].type);
  return next?.kind === 'pointer' && underlying(next.target).name === target.name;
}

/** The head of the free list: `kmem.freelist`, or the only list head of its shape. */
export function findFreeList(debug: DebugInfo): FreeListFacts | undefined {
  const named = debug.variable('kmem');
  const member = named && findMember(named.type, 'freelist');
  if (named && member) {
    const head = Number(named.address) + member.offset;
    return { head, why: `kmem.freelist at ${hex(head)}, by its name and type` };
  }
  for (const variable of debug.variables) {
    const found = listHeadIn(variable.type);
    if (found === undefined) continue;
    const head = Number(variable.address) + found.offset;
    return { head, why: `${variable.name}${found.path} at ${hex(head)}, a list through 8-byte links` };
  }
  const symbol = debug.symbols.variable('kmem');
  if (!symbol || debug.variables.length > 0) return undefined;
  const head = Number(symbol.address) + symbol.size - 8;
  return {
    head,
    why: `the last word of kmem at ${hex(head)}, by its name alone: there is no debug information`,
  };
}

function listHeadIn(type: Type): { offset: number; path: string } | undefined {
  if (isListHead(type)) return { offset: 0, path: '' };
  const composite = underlying(type);
  if (composite.kind !== 'struct') return undefined;
  const member = composite.members.find((candidate) => isListHead(candidate.type));
  return member && { offset: member.offset, path: `.${member.name}` };
}
