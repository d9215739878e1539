// What a function does to a list of free frames, by its code: it pops when a word of memory receives the link of the
// very frame it pointed to (`list = list->next`), and pushes when a frame's first word receives what the list's word
// holds (`frame->next = list`). Nothing else looks like a pop; pushes are told by which word it is.
import type { DebugInfo, NamedRange } from '../../symbols/index.js';
import { memorySteps } from './memory-steps.js';

/** Heads by physical address, and whether an unknown index was added: then it is the head of the first list of many. */
type Heads = ReadonlyMap<number, boolean>;

/** What a function does to lists. */
export interface ListUse {
  readonly pops: Heads;
  readonly pushes: Heads;
}

/** What the code of a function does to lists. */
export function listUse(debug: DebugInfo, code: Pick<NamedRange, 'address' | 'size'>): ListUse {
  const pops = new Map<number, boolean>();
  const pushes = new Map<number, boolean>();
  for (const step of memorySteps(debug, code)) {
    if (step.kind !== 'store' || step.bytes !== 8 || !step.value) continue;
    const { base, value, offset } = step;
    if (value.is === 'link' && base?.is === 'address' && value.address === base.address + offset)
      pops.set(value.address, value.isIndexed);
    const isFrame = base === undefined || base.is === 'word';
    if (value.is === 'word' && !value.isMoved && isFrame && offset === 0)
      pushes.set(value.address, value.isIndexed);
  }
  return { pops, pushes };
}

/** All functions that pop, or push, the list that has this head. */
export function listFunctions(debug: DebugInfo, head: number, use: keyof ListUse): readonly NamedRange[] {
  return debug.symbols.allFunctions().filter((code) => listUse(debug, code)[use].has(head));
}

/** Heads of lists that some function pops and some function pushes onto: of frames, or of whatever else is kept so. */
export function headsOfAnyCode(debug: DebugInfo): number[] {
  const pushed = new Set<number>();
  const popped = new Map<number, boolean>();
  for (const code of debug.symbols.allFunctions()) {
    const use = listUse(debug, code);
    for (const head of use.pushes.keys()) pushed.add(head);
    for (const [head, isIndexed] of use.pops) popped.set(head, isIndexed);
  }
  return [...popped].flatMap(([head, isIndexed]) => (pushed.has(head) && !isIndexed ? [head] : []));
}
