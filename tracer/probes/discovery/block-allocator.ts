// A free list that the allocator does not keep itself: it asks one that hands out blocks of many sizes, as a buddy
// allocator does, whose lists no single head begins. Then calls tell which frames leave it and come back.
import { hex } from '../../../text/index.js';
import { underlying, type DebugInfo, type FunctionInfo, type Type } from '../../symbols/index.js';
import { calledBy } from './call-graph.js';
import { instructionsOf } from './memory-steps.js';
import type { Found } from './finding.js';
import { functionNamed, type RoleFunction } from './roles.js';

/** Code of a function: physical addresses, `low` included, `high` not. */
export interface CodeSpan {
  readonly low: number;
  readonly high: number;
}

/** The two functions of an allocator of blocks, and who asks them for frames. Addresses are physical. */
export interface BlockAllocatorFacts {
  /** Given a size, it returns a block's address in a0, or 0. */
  readonly take: RoleFunction;
  /** Is given a block's address in a0. */
  readonly give: RoleFunction;
  /** The code of the kernel's own allocator: blocks that it takes are frames. */
  readonly allocator: CodeSpan;
  /** The code of the kernel's own free function: blocks that it gives back are frames. */
  readonly freer: CodeSpan;
  readonly finding: Found;
}

/** What the allocator asks for memory, and the free function of the same file that takes it back. */
export function findBlockAllocator(
  debug: DebugInfo,
  allocate: RoleFunction | undefined,
  free: RoleFunction | undefined,
): BlockAllocatorFacts | undefined {
  if (!allocate || !free || endsInCall(debug, allocate) || endsInCall(debug, free)) return undefined;
  const [takers, givers] = [calledAlone(debug, allocate, free), calledAlone(debug, free, allocate)];
  const pairs = takers.filter(returnsMemory).flatMap((taker) => {
    return givers
      .filter((giver) => takesMemory(giver) && giver.file === taker.file)
      .map((giver) => [taker, giver]);
  });
  const [take, give] = pairs.length === 1 ? pairs[0].map(({ name }) => functionNamed(debug, name)) : [];
  const [allocator, freer] = [codeOf(debug, allocate), codeOf(debug, free)];
  if (!take || !give || !allocator || !freer) return undefined;
  const finding: Found = {
    where: `${take.name} at ${hex(take.entry)}, ${give.name} at ${hex(give.entry)}`,
    sureness: 'likely',
    why: `${allocate.name} asks the one for memory, and ${free.name} hands it back to the other, of the same file`,
  };
  return { take, give, allocator, freer, finding };
}

const linkRegister = 1;

/** Whether it jumps to another function at its end: that one then returns for it, and nothing tells who had called. */
function endsInCall(debug: DebugInfo, { entry, exits }: RoleFunction): boolean {
  const code = debug.symbols.functionAt(BigInt(entry));
  const leaving = code ? [...instructionsOf(debug, code)].filter(({ pc }) => exits.includes(pc)) : [];
  return leaving.some(
    ({ decoded: { instruction, rs1 } }) => instruction.name !== 'jalr' || rs1 !== linkRegister,
  );
}

/** Functions that one function calls and the other does not. */
function calledAlone(debug: DebugInfo, one: RoleFunction, other: RoleFunction): FunctionInfo[] {
  const targets = targetsOf(debug, one);
  const others = targetsOf(debug, other);
  return debug.functions.filter(({ low }) => targets.has(Number(low)) && !others.has(Number(low)));
}

function targetsOf(debug: DebugInfo, { entry }: RoleFunction): ReadonlyMap<number, number> {
  const code = debug.symbols.functionAt(BigInt(entry));
  return code ? calledBy(debug, code) : new Map();
}

function codeOf(debug: DebugInfo, { entry }: RoleFunction): CodeSpan | undefined {
  const code = debug.symbols.functionAt(BigInt(entry));
  return code && { low: Number(code.address), high: Number(code.address) + code.size };
}

/** Given a size or nothing, it returns an address of whatever type. */
function returnsMemory({ parameters, returnType }: FunctionInfo): boolean {
  return parameters.length <= 1 && parameters.every(({ type }) => isInteger(type)) && isAddress(returnType);
}

function takesMemory({ parameters }: FunctionInfo): boolean {
  return parameters.length === 1 && isAddress(parameters[0].type);
}

function isInteger(type: Type): boolean {
  return underlying(type).kind === 'base';
}

/** An address of no type: of void or bytes, or a number as wide. A pointer to a struct is one to its description. */
function isAddress(type: Type): boolean {
  const actual = underlying(type);
  if (actual.kind !== 'pointer') return actual.kind === 'base' && actual.size === 8;
  const target = underlying(actual.target);
  return target.kind === 'void' || (target.kind === 'base' && target.size === 1);
}
