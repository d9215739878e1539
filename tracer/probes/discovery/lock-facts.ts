// Which locks a kernel has at fixed addresses, and how one tells who holds it: found by the shape of their struct,
// which points at the hart inside. Locks in long arrays, one for each process or buffer, are told apart from none by
// the hart's own count of the locks it holds, without which no locks are found.
import { locksMaximum, type WatchedLocks } from '../../../emulator/index.js';
import { hex } from '../../../text/index.js';
import {
  underlying,
  type CompositeType,
  type DebugInfo,
  type Member,
  type Type,
} from '../../symbols/index.js';
import { countedOffsets } from './counted-members.js';
import type { Found } from './finding.js';

/** A lock with a fixed address. */
export interface KnownLock {
  /** As the source would name it: `kmem.lock`. */
  readonly name: string;
  /** Physical address of its struct. */
  readonly address: number;
}

/** The known locks in the order of their bits, and what the machine must be told to see them held. */
export interface LockFacts {
  readonly locks: readonly KnownLock[];
  readonly watched: WatchedLocks;
  readonly finding: Found;
}

const lockBytesMaximum = 64;
/** Longer arrays hold a lock for each of something else than harts. */
const arrayMaximum = 16;
const nestingMaximum = 3;
const depthNames = /^(noff|ncli|.*depth.*|.*nest.*)$/;
/** Locks about memory come first: there may be more locks than bits. */
const aboutMemory = /kmem|ref|count|page|frame|alloc|cow/i;

/** The array with an element for each hart. */
interface Harts {
  readonly struct: CompositeType;
  readonly address: number;
}

/** Looks for locks; undefined when there are none whose holder can be told. */
export function findLocks(debug: DebugInfo): LockFacts | undefined {
  return (
    locksWith(debug, (struct) => depthOf(struct, ({ name }) => depthNames.test(name))) ?? locksByCode(debug)
  );
}

/** Without a telling name, the count of the locks is what the code counts up and down. */
function locksByCode(debug: DebugInfo): LockFacts | undefined {
  const counted = countedOffsets(debug);
  return locksWith(debug, (struct) => depthOf(struct, ({ offset }) => counted.has(offset)));
}

function depthOf(struct: CompositeType, is: (member: Member) => boolean): Member | undefined {
  return struct.members.find((one) => one.size === 4 && is(one));
}

/** @param depthIn the member of a hart's struct that counts the locks it holds */
function locksWith(
  debug: DebugInfo,
  depthIn: (struct: CompositeType) => Member | undefined,
): LockFacts | undefined {
  for (const { type, address, name } of debug.variables) {
    const struct = elementStruct(type);
    const depth = struct && depthIn(struct);
    if (!struct || !depth) continue;
    const harts: Harts = { struct, address: Number(address) };
    const found = debug.variables.flatMap((one) => locksIn(one.type, one.name, Number(one.address), harts));
    if (found.length > 0) return factsOf(found, harts, depth, name);
  }
  return undefined;
}

interface FoundLock extends KnownLock {
  /** Physical address of the word that points at its holder. */
  readonly holder: number;
}

function factsOf(found: readonly FoundLock[], harts: Harts, depth: Member, cpus: string): LockFacts {
  const first = found.filter(({ name }) => aboutMemory.test(name));
  const locks = [...first, ...found.filter((one) => !first.includes(one))].slice(0, locksMaximum);
  const stride = harts.struct.size;
  const names = locks.map(({ name }) => name).join(', ');
  return {
    locks: locks.map(({ name, address }) => ({ name, address })),
    watched: {
      holders: locks.map(({ holder }) => holder),
      ordered: Math.min(first.length, locks.length),
      harts: { base: harts.address, stride },
      depth: { base: harts.address + depth.offset, stride },
    },
    finding: {
      where: names,
      sureness: 'likely',
      why: `each points at its holder, an element of ${cpus} at ${hex(harts.address)}, which counts in ${depth.name}`,
    },
  };
}

function locksIn(type: Type, name: string, address: number, harts: Harts, nesting = 0): FoundLock[] {
  const actual = underlying(type);
  if (nesting > nestingMaximum) return [];
  if (actual.kind === 'array') {
    const [count] = actual.counts;
    if (actual.counts.length > 1 || count > arrayMaximum) return [];
    const bytes = underlying(actual.element).size;
    return Array.from({ length: count }, (_, index) =>
      locksIn(actual.element, `${name}[${index}]`, address + index * bytes, harts, nesting + 1),
    ).flat();
  }
  if (actual.kind !== 'struct') return [];
  const holder = holderMember(actual, harts.struct);
  if (holder) return [{ name, address, holder: address + holder.offset }];
  return actual.members.flatMap((member) =>
    locksIn(member.type, `${name}.${member.name}`, address + member.offset, harts, nesting + 1),
  );
}

/** Of a struct that is a lock: a word that is taken, and a pointer to the hart inside. */
function holderMember(struct: CompositeType, hart: CompositeType): Member | undefined {
  if (struct.size > lockBytesMaximum || struct.name === hart.name) return undefined;
  const isTaken = struct.members.some((member) => underlying(member.type).kind === 'base');
  return isTaken ? struct.members.find((member) => pointsTo(member.type, hart.name)) : undefined;
}

function pointsTo(type: Type, structName: string): boolean {
  const pointer = underlying(type);
  return pointer.kind === 'pointer' && underlying(pointer.target).name === structName;
}

function elementStruct(type: Type): CompositeType | undefined {
  const array = underlying(type);
  if (array.kind !== 'array' || array.counts[0] > 64) return undefined;
  const element = underlying(array.element);
  return element.kind === 'struct' ? element : undefined;
}
