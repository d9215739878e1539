// What a kernel keeps where: found from its debug information, symbols and code, each finding with its reason. Names
// are hints to be tried first; shapes and use decide. Nothing here depends on the running machine.
import type { DebugInfo } from '../../symbols/index.js';
import { findBlockAllocator, type BlockAllocatorFacts } from './block-allocator.js';
import { codeReferences, type CodeReference } from './code-references.js';
import type { Finding } from './finding.js';
import { findFreeList, type FreeListFacts } from './free-list-facts.js';
import { findLocks, type LockFacts } from './lock-facts.js';
import { findProcessFacts, type ProcessFacts } from './process-facts.js';
import { GivenFacts, type ProfileFile } from './profile-file/index.js';
import { findReferenceCounts, type ReferenceCountFacts } from './reference-count-facts.js';
import {
  roleFindings,
  roleLost,
  roles,
  rolesByCode,
  rolesByName,
  rolesWith,
  type Role,
  type RoleFunction,
  type RoleFunctions,
} from './roles.js';
import { rolesByShape } from './roles-by-shape.js';

export type { Role, RoleFunction };

/** What was found in a kernel; what is absent was not found. Addresses are physical. */
export interface KernelProfile {
  readonly functions: RoleFunctions;
  readonly freeList?: FreeListFacts;
  /** Where frames come from, if not from such a list. */
  readonly blocks?: BlockAllocatorFacts;
  /** Candidates by shape, likeliest first; their use decides. */
  readonly referenceCounts: readonly ReferenceCountFacts[];
  readonly processes?: ProcessFacts;
  readonly locks?: LockFacts;
  /** First address behind the kernel's image, where free frames begin. */
  readonly imageEnd?: number;
  /** What was found, and why. */
  readonly findings: readonly Finding[];
  /** What was not found, and what is lost by it, a sentence each. */
  readonly missing: readonly string[];
}

/**
 * Looks for everything the probes need.
 * @param file what to take for granted
 * @throws UsageError when the file names what the kernel does not have
 */
export function findProfile(debug: DebugInfo, file?: ProfileFile): KernelProfile {
  const given = new GivenFacts(debug, file);
  const named = rolesWith(rolesByName(debug), given.functions());
  const listed = orElse(given.freeList(), () => findFreeList(debug, named.allocate?.found));
  // A list that was guessed may be left from before.
  const isUnsure = given.freeList() === undefined && (!listed || listed.finding.sureness === 'guess');
  const blocks = isUnsure ? findBlockAllocator(debug, named.allocate?.found, named.free?.found) : undefined;
  const freeList = blocks ? undefined : listed;
  const byCode = rolesByShape(debug, rolesByCode(debug, named, freeList));
  const found = rolesWith(byCode, given.functions());
  const functions: RoleFunctions = Object.fromEntries(
    Object.entries(found).map(([role, one]) => [role, one.found]),
  );
  const referenceCounts = given.referenceCounts(findReferenceCounts(debug, referencesOf(debug, functions)));
  const allocators = [functions.allocate, blocks?.take].flatMap((one) => (one ? [one.entry] : []));
  const processes = given.processes(findProcessFacts(debug, allocators)) ?? undefined;
  const locks = findLocks(debug);
  const imageEnd = orElse(given.imageEnd(), () => addressOf(debug, 'end'));
  const parts = {
    functions,
    ...(freeList && { freeList }),
    ...(blocks && { blocks }),
    referenceCounts,
    ...(processes && { processes }),
    ...(locks && { locks }),
    ...(imageEnd !== undefined && { imageEnd }),
  };
  return { ...parts, findings: [...roleFindings(found), ...dataFindings(parts)], missing: missingIn(parts) };
}

/** What a file says, where it says something; null is nothing. */
function orElse<T>(given: T | null | undefined, find: () => T | undefined): T | undefined {
  return given === undefined ? find() : (given ?? undefined);
}

function addressOf(debug: DebugInfo, symbol: string): number | undefined {
  const address = debug.symbols.variable(symbol)?.address;
  return address === undefined ? undefined : Number(address);
}

type Parts = Omit<KernelProfile, 'findings' | 'missing'>;

/** Lines about the kernel's data. */
function dataFindings({ freeList, blocks, referenceCounts, processes, locks }: Parts): Finding[] {
  return [
    ...(freeList ? [{ what: 'free list', ...freeList.finding }] : []),
    ...(blocks ? [{ what: 'free blocks', ...blocks.finding }] : []),
    ...referenceCounts.map(({ finding }) => ({ what: 'reference counts', ...finding })),
    ...(processes ? processes.findings : []),
    ...(locks ? [{ what: 'locks', ...locks.finding }] : []),
  ];
}

/** What was not found, and what is lost by it, a sentence each. */
function missingIn({ functions, freeList, blocks, referenceCounts, processes, locks }: Parts): string[] {
  const lost: readonly [boolean, string][] = [
    [!!freeList || !!blocks, 'no free list found: no frame_alloc, frame_free and free_frame_write events'],
    [
      !blocks,
      'frames come from an allocator of blocks: no free_frame_write events, and no numbers of free frames',
    ],
    [
      referenceCounts.length > 0,
      'no reference-count array found: no refcount_change events (a kernel without copy-on-write has none)',
    ],
    [
      !!processes,
      'no processes found, in a table or by the function that makes them: events carry no process, and there are no process, context_switch, syscall, page_fault and fault_repeat events',
    ],
    [!!locks, 'no locks found whose holder can be told: no lock and lock_order events'],
    [
      !!functions.free || !!functions.free_table,
      'nothing tells when a page table is freed and its frame put to another use: no page_table and pte_write events',
    ],
  ];
  const absent = roles.filter((role) => !functions[role]);
  return [...absent.map(roleLost), ...lost.flatMap(([found, sentence]) => (found ? [] : [sentence]))];
}

/** What the code that hands out and takes back frames refers to. */
function referencesOf(debug: DebugInfo, { allocate, free, panic }: RoleFunctions): CodeReference[] {
  const entries = [allocate, free].flatMap((role) => (role ? [role.entry] : []));
  return codeReferences(debug, entries, panic ? [panic.entry] : []);
}
