// Which variables the code of some functions, and of those they call, reads and writes.
import type { DebugInfo } from '../../symbols/index.js';
import { memorySteps, type AddressStep, type MemoryStep } from './memory-steps.js';

/** A use of a constant address: an access there, or at an index from it, or where the pointer at it points. */
export interface CodeReference {
  readonly address: number;
  /** `address`: the address is made, which may be all that the code tells. */
  readonly kind: 'load' | 'store' | 'address';
  /** Of the access; 0 for an address. */
  readonly bytes: number;
  /** An index that the code does not tell was added. */
  readonly isIndexed: boolean;
  /** The access is through the pointer at the address. */
  readonly isThrough: boolean;
}

/** Callees of callees: an allocator counts in a helper of its own, seldom deeper. */
const depthMaximum = 2;

/**
 * What the functions at these entries refer to.
 * @param except entries whose code is left out, such as that of panic
 */
export function codeReferences(
  debug: DebugInfo,
  entries: readonly number[],
  except: readonly number[] = [],
): CodeReference[] {
  const seen = new Set<number>(except);
  const references: CodeReference[] = [];
  let level = entries;
  for (let depth = 0; depth <= depthMaximum; depth++) {
    const next: number[] = [];
    for (const entry of level) {
      const code = seen.has(entry) ? undefined : debug.symbols.functionAt(BigInt(entry));
      seen.add(entry);
      for (const step of code ? memorySteps(debug, code) : []) {
        if (step.kind === 'call') next.push(step.target);
        else references.push(...referenceOf(step));
      }
    }
    level = next;
  }
  return references;
}

function referenceOf(step: MemoryStep | AddressStep): CodeReference[] {
  if (step.kind === 'address')
    return [{ address: step.address, kind: 'address', bytes: 0, isIndexed: false, isThrough: false }];
  const { kind, bytes, base, offset } = step;
  if (!base || base.is === 'link') return [];
  const isThrough = base.is === 'word';
  const address = base.address + (isThrough ? 0 : offset);
  return [{ address, kind, bytes, isIndexed: base.isIndexed, isThrough }];
}
