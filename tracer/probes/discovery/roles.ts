// Which functions play a role for the probes: by the names that kernels have been seen to use, and where a name is
// missing, by what the code does to the list of free frames.
import { hex } from '../../../text/index.js';
import type { DebugInfo, FunctionInfo, NamedRange } from '../../symbols/index.js';
import type { Finding, Sureness } from './finding.js';
import { listFunctions, listUse, type ListUse } from './free-list-code.js';
import type { FreeListFacts } from './free-list-facts.js';
import { memorySteps } from './memory-steps.js';

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

export const roles = Object.keys(roleNames) as Role[];

const lostWithout: Record<Role, string> = {
  allocate: 'no kalloc events',
  free: 'no kfree and frame_write events',
  map: 'page tables are seen only once they are in use',
  free_table: 'the emptying of page tables counts as unmapping',
  panic: 'no panic and panic_call events; a panic is known only by what the console prints',
};

/** What the roles are called in findings. */
const roleTitles: Record<Role, string> = {
  allocate: 'allocator',
  free: 'free function',
  map: 'maps pages',
  free_table: 'frees tables',
  panic: 'panic',
};

/** What is lost without a function for the role. */
export function roleLost(role: Role): string {
  return `no function ${roleNames[role].join(' or ')}: ${lostWithout[role]}`;
}

export type RoleFunctions = Readonly<Partial<Record<Role, RoleFunction>>>;

/** A function found, and what speaks for it. */
export interface FoundRole {
  readonly found: RoleFunction;
  readonly sureness: Sureness;
  readonly why: string;
}

/** The functions that have the usual names. */
export function rolesByName(debug: DebugInfo): Partial<Record<Role, FoundRole>> {
  const found: Partial<Record<Role, FoundRole>> = {};
  for (const role of roles)
    for (const name of roleNames[role]) {
      const named = functionNamed(debug, name);
      if (named) found[role] ??= { found: named, sureness: 'likely', why: 'by its name' };
    }
  return found;
}

/** What was found, with what a profile file says instead. */
export function rolesWith(
  found: Partial<Record<Role, FoundRole>>,
  given: Partial<Record<Role, FoundRole | null>>,
): Partial<Record<Role, FoundRole>> {
  const all: Partial<Record<Role, FoundRole>> = {};
  for (const role of roles) {
    const one = given[role] === undefined ? found[role] : given[role];
    if (one) all[role] = one;
  }
  return all;
}

/** Fills in allocator and free function by what code does to the free list, and judges by it those found by name. */
export function rolesByCode(
  debug: DebugInfo,
  named: Partial<Record<Role, FoundRole>>,
  freeList: FreeListFacts | undefined,
): Partial<Record<Role, FoundRole>> {
  if (!freeList) return named;
  const head = freeList.heads[0];
  const settle = (role: 'allocate' | 'free', use: keyof ListUse, what: string) => {
    const present = named[role];
    if (present) {
      const code = debug.symbols.functionAt(BigInt(present.found.entry));
      const does = code !== undefined && listUse(debug, code)[use].has(head);
      return does
        ? { ...present, sureness: 'certain' as const, why: `by its name, and it ${what}` }
        : present;
    }
    const those = listFunctions(debug, head, use);
    const busiest = mostCalled(debug, those);
    const found = busiest && functionNamed(debug, busiest.name);
    const alone = those.length === 1 ? 'the only function that' : 'the most called function that';
    return found && { found, sureness: 'likely' as const, why: `${alone} ${what}` };
  };
  const allocate = settle('allocate', 'pops', 'takes a frame off the free list');
  const free = settle('free', 'pushes', 'puts a frame on the free list');
  return { ...named, ...(allocate && { allocate }), ...(free && { free }) };
}

/** Lines about the functions found. */
export function roleFindings(found: Partial<Record<Role, FoundRole>>): Finding[] {
  return roles.flatMap((role) => {
    const one = found[role];
    if (!one) return [];
    const where = `${one.found.name} at ${hex(one.found.entry)}`;
    return [{ what: roleTitles[role], where, sureness: one.sureness, why: one.why }];
  });
}

/** The function called `name` with its exits; undefined when the kernel has none. */
export function functionNamed(debug: DebugInfo, name: string): RoleFunction | undefined {
  const described = debug.function(name);
  if (described) return { name, entry: Number(described.low), exits: exitsOf(debug, described) };
  const symbol = debug.symbols.function(name);
  if (!symbol) return undefined;
  const ranges = [{ low: symbol.address, high: symbol.address + BigInt(symbol.size) }];
  return { name, entry: Number(symbol.address), exits: exitsOf(debug, { ranges }) };
}

function exitsOf(debug: DebugInfo, code: Pick<FunctionInfo, 'ranges'>): number[] {
  return debug.exitsOf(code).map((exit) => Number(exit.address));
}

/** Of several functions the one with the most calls in the kernel's code; the first of those that have as many. */
function mostCalled(debug: DebugInfo, those: readonly NamedRange[]): NamedRange | undefined {
  if (those.length < 2) return those[0];
  const calls = new Map(those.map(({ address }) => [Number(address), 0]));
  for (const code of debug.symbols.allFunctions())
    for (const step of memorySteps(debug, code)) {
      if (step.kind !== 'call') continue;
      const count = calls.get(step.target);
      if (count !== undefined) calls.set(step.target, count + 1);
    }
  const of = ({ address }: NamedRange) => calls.get(Number(address))!;
  return those.reduce((best, each) => (of(each) > of(best) ? each : best));
}
