// Functions that play a role under names nobody expects: told by what they take, whom they call, and whether they
// return.
import { underlying, type DebugInfo, type FunctionInfo, type Type } from '../../symbols/index.js';
import { calledBy } from './call-graph.js';
import { functionNamed, type FoundRole, type Role } from './roles.js';

/** A kernel panics for many reasons; what else never returns (a scheduler, exit) is called from few places. */
const panicCallsMinimum = 8;

/** Who calls whom how often, by the entries of functions. */
type Calls = ReadonlyMap<number, ReadonlyMap<number, number>>;

/** Fills in what has no function yet: only then the kernel's code is read for calls. */
export function rolesByShape(
  debug: DebugInfo,
  found: Partial<Record<Role, FoundRole>>,
): Partial<Record<Role, FoundRole>> {
  if (found.panic && found.free_table && found.map) return found;
  const calls = callsOf(debug);
  const panic = found.panic ?? panicOf(debug, calls);
  const freeTable = found.free_table ?? tableFreer(debug, calls, found.free?.found.entry);
  const map = found.map ?? mapper(debug, calls);
  return {
    ...found,
    ...(panic && { panic }),
    ...(freeTable && { free_table: freeTable }),
    ...(map && { map }),
  };
}

function callsOf(debug: DebugInfo): Calls {
  return new Map(debug.symbols.allFunctions().map((code) => [Number(code.address), calledBy(debug, code)]));
}

/** Of the functions that never return the one with the most calls, if they are many. */
function panicOf(debug: DebugInfo, calls: Calls): FoundRole | undefined {
  const times = new Map<number, number>();
  for (const called of calls.values())
    for (const [target, count] of called) times.set(target, (times.get(target) ?? 0) + count);
  const endless = debug.symbols.allFunctions().filter(({ address, size }) => {
    const range = { low: address, high: address + BigInt(size) };
    return times.has(Number(address)) && debug.exitsOf({ ranges: [range] }).length === 0;
  });
  const [first] = endless.sort((a, b) => times.get(Number(b.address))! - times.get(Number(a.address))!);
  const count = first === undefined ? 0 : times.get(Number(first.address))!;
  if (count < panicCallsMinimum) return undefined;
  return likely(debug, first, `it never returns, and is called from ${count} places`);
}

/** A table's freeing goes down the levels, and ends with the table itself. */
function tableFreer(debug: DebugInfo, calls: Calls, free: number | undefined): FoundRole | undefined {
  if (free === undefined) return undefined;
  const those = debug.symbols.allFunctions().filter(({ address }) => {
    const called = calls.get(Number(address))!;
    return called.has(Number(address)) && called.has(free);
  });
  return those.length === 1
    ? likely(debug, those[0], 'the only function that calls itself and the free function')
    : undefined;
}

/** Takes a page table, an address, a size, a physical address and permissions, and calls no other that does. */
function mapper(debug: DebugInfo, calls: Calls): FoundRole | undefined {
  const those = debug.functions.filter(takesMapping);
  const entries = new Set(those.map(({ low }) => Number(low)));
  const last = those.filter(({ low }) => {
    const called = calls.get(Number(low));
    return called && ![...called.keys()].some((target) => entries.has(target) && target !== Number(low));
  });
  return last.length === 1
    ? likely(
        debug,
        last[0],
        'it takes a page table, addresses, a size and permissions, and no other that does is called by it',
      )
    : undefined;
}

function takesMapping({ parameters }: FunctionInfo): boolean {
  if (parameters.length !== 5) return false;
  const [table, ...rest] = parameters.map(({ type }) => underlying(type));
  const isTable = table.kind === 'pointer' && isInteger(underlying(table.target), 8);
  return isTable && rest.every((type, index) => isInteger(type, 8) || (index === 3 && isInteger(type, 4)));
}

function isInteger(type: Type, bytes: number): boolean {
  return type.kind === 'base' && type.size === bytes;
}

function likely(debug: DebugInfo, { name }: { readonly name: string }, why: string): FoundRole | undefined {
  const found = functionNamed(debug, name);
  return found && { found, sureness: 'likely', why };
}
