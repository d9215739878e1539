// What a kernel keeps where: found from its debug information and symbols, each finding with its reason. Names are
// hints to be tried first; shapes decide. Nothing here depends on the running machine.
import type { DebugInfo, FunctionInfo } from '../symbols/index.js';
import { hex } from './hexadecimal.js';
import { findLocks, type LockFacts } from './lock-facts.js';
import { findProcessFacts, type ProcessFacts } from './process-facts.js';
import { findReferenceCounts, type ReferenceCountFacts } from './reference-count-facts.js';
import { findFreeList, type FreeListFacts } from './free-list-facts.js';

/** A function that plays a role for the probes. */
export interface RoleFunction {
  readonly name: string;
  /** First instruction. */
  readonly entry: number;
  /** Instructions that leave it. */
  readonly exits: readonly number[];
}

/** Roles the probes know, with the names kernels have been seen to use. */
const roleNames = {
  allocate: ['kalloc'],
  free: ['kfree'],
  map: ['mappages'],
  free_table: ['freewalk'],
  panic: ['panic'],
} as const;

export type Role = keyof typeof roleNames;

/** What was found in a kernel; what is absent was not found. Addresses are physical. */
export interface KernelProfile {
  readonly functions: Readonly<Partial<Record<Role, RoleFunction>>>;
  readonly freeList?: FreeListFacts;
  /** Candidates by shape, likeliest first; their use decides. */
  readonly referenceCounts: readonly ReferenceCountFacts[];
  readonly processes?: ProcessFacts;
  readonly locks?: LockFacts;
  /** First address behind the kernel's image, where free frames begin. */
  readonly imageEnd?: number;
  /** What was found and why, a sentence each. */
  readonly findings: readonly string[];
  /** What was not found, and what is lost by it, a sentence each. */
  readonly missing: readonly string[];
}

/** Looks for everything the probes need. */
export function findProfile(debug: DebugInfo): KernelProfile {
  const findings: string[] = [];
  const missing: string[] = [];
  const functions: Partial<Record<Role, RoleFunction>> = {};
  for (const role of Object.keys(roleNames) as Role[]) {
    const found = findRole(debug, role);
    if (found) functions[role] = found;
    if (found) findings.push(`${role}: function ${found.name} at ${hex(found.entry)}, by its name`);
    else missing.push(`no function ${roleNames[role].join(' or ')}: ${lostWithout[role]}`);
  }
  const note = <T extends { readonly why: string }>(
    what: string,
    facts: T | undefined,
    lost: string,
  ): T | undefined => {
    if (facts) findings.push(`${what}: ${facts.why}`);
    else missing.push(lost);
    return facts;
  };
  const freeList = note(
    'free list',
    findFreeList(debug),
    'no free list found: no frame_alloc and frame_free events',
  );
  const referenceCounts = findReferenceCounts(debug);
  for (const { why } of referenceCounts) findings.push(`reference counts, perhaps: ${why}`);
  if (referenceCounts.length === 0) missing.push(lostWithoutCounts);
  const processes = note(
    'processes',
    findProcessFacts(debug),
    'no process table found: events carry no process, and there are no process, context_switch, syscall and page_fault events',
  );
  const locks = note('locks', findLocks(debug), 'no locks found whose holder can be told: no lock events');
  const end = debug.symbols.variable('end')?.address;
  return {
    functions,
    ...(freeList && { freeList }),
    referenceCounts,
    ...(processes && { processes }),
    ...(locks && { locks }),
    ...(end !== undefined && { imageEnd: Number(end) }),
    findings,
    missing: [...missing, ...tablesLost(functions)],
  };
}

const lostWithoutCounts =
  'no reference-count array found: no refcount_change events (a kernel without copy-on-write has none)';

const lostWithout: Record<Role, string> = {
  allocate: 'no kalloc events',
  free: 'no kfree events',
  map: 'page tables are seen only once they are in use',
  free_table: 'the emptying of page tables counts as unmapping',
  panic: 'no panic events; a panic is known only by what the console prints',
};

function tablesLost({ free, free_table: freeTable }: KernelProfile['functions']): string[] {
  const why = 'nothing tells when a page table is freed and its frame put to another use';
  return free || freeTable ? [] : [`${why}: no page_table and pte_write events`];
}

function findRole(debug: DebugInfo, role: Role): RoleFunction | undefined {
  for (const name of roleNames[role]) {
    const described = debug.function(name);
    if (described) return { name, entry: Number(described.low), exits: exitsOf(debug, described) };
    const symbol = debug.symbols.function(name);
    if (symbol) {
      const ranges = [{ low: symbol.address, high: symbol.address + BigInt(symbol.size) }];
      return { name, entry: Number(symbol.address), exits: exitsOf(debug, { ranges }) };
    }
  }
  return undefined;
}

function exitsOf(debug: DebugInfo, code: Pick<FunctionInfo, 'ranges'>): number[] {
  return debug.exitsOf(code).map((exit) => Number(exit.address));
}
