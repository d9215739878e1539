// Where a kernel keeps its processes, and which of them each hart runs: cpus[], proc[] and the members that matter. A
// kernel without proc[] allocates each process: then the function that returns new ones tells where they are.
import { hex } from '../../../text/index.js';
import { underlying, type CompositeType, type DebugInfo, type Type } from '../../symbols/index.js';
import type { Finding } from './finding.js';
import { findProcessMaker } from './process-maker.js';
import { processMembers, type ProcessMembers } from './process-members.js';
import { findStates, type FoundStates, type ProcessStates } from './process-states.js';
import type { RoleFunction } from './roles.js';
import { findTrapframe, type TrapframeFacts } from './trapframe-facts.js';

export interface ProcessFacts {
  /** proc[]: physical address of the first element, element size in bytes, elements; 0 elements where there is none. */
  readonly table: number;
  readonly stride: number;
  readonly count: number;
  /** Where there is no table: returns a new process in a0, or 0. */
  readonly maker?: RoleFunction | undefined;
  /** Offsets of members in an element, in bytes. */
  readonly offsets: {
    readonly pid: number;
    readonly state: number;
    readonly pagetable: number;
    readonly parent?: number;
    readonly name?: number;
    readonly size?: number;
  };
  /** Bytes of the name member. */
  readonly nameBytes: number;
  /** Where a program's registers are while the kernel serves it. */
  readonly trapframe?: TrapframeFacts;
  /** Values of the state member. */
  readonly states: ProcessStates;
  /** Physical address of cpus[0].proc, and the distance to the next hart's. */
  readonly current: number;
  readonly currentStride: number;
  readonly harts: number;
  readonly findings: readonly Finding[];
}

/** Harts of any machine; a longer array of structs that point to processes is something else. */
const hartsMaximum = 64;

interface StructArray {
  readonly name: string;
  readonly address: number;
  readonly element: CompositeType;
  readonly count: number;
}

/** Arrays of structs among the variables, also those that are members of a struct, as beside a lock. */
function structArrays(debug: DebugInfo): StructArray[] {
  return debug.variables.flatMap(({ name, type, address }) => {
    const whole = arrayOfStructs(type, name, Number(address));
    const actual = underlying(type);
    if (whole || actual.kind !== 'struct') return whole ?? [];
    return actual.members.flatMap(
      (member) =>
        arrayOfStructs(member.type, `${name}.${member.name}`, Number(address) + member.offset) ?? [],
    );
  });
}

function arrayOfStructs(type: Type, name: string, address: number): StructArray | undefined {
  const array = underlying(type);
  if (array.kind !== 'array') return undefined;
  const element = underlying(array.element);
  return element.kind === 'struct' ? { name, address, element, count: array.counts[0] } : undefined;
}

/**
 * The process table is the array of structs with pid, state and page table; the harts' array points into it, or, where
 * there is none, to processes that a function makes.
 * @param allocators entries of the functions that hand out memory
 */
export function findProcessFacts(debug: DebugInfo, allocators: readonly number[]): ProcessFacts | undefined {
  const arrays = structArrays(debug);
  for (const { name, address, element, count } of arrays) {
    const found = findProcess(debug, arrays, element);
    if (!found) continue;
    const where = `${name} at ${hex(address)}, ${count} of struct ${element.name}`;
    const processes = { what: 'processes', where, ...judged(found, 'an array of structs') };
    return { table: address, count, ...found.facts, findings: [processes, found.current.finding] };
  }
  return findAllocated(debug, arrays, allocators);
}

/** Processes that harts point to, each in memory of its own. */
function findAllocated(
  debug: DebugInfo,
  arrays: readonly StructArray[],
  allocators: readonly number[],
): ProcessFacts | undefined {
  const pointed = arrays.flatMap(({ element, count }) =>
    count > hartsMaximum ? [] : structsPointedTo(element),
  );
  for (const struct of pointed) {
    const found = findProcess(debug, arrays, struct);
    const maker = found && findProcessMaker(debug, struct.name, allocators);
    if (!maker) continue;
    const where = `struct ${struct.name}, as ${maker.name} at ${hex(maker.entry)} returns them`;
    const processes = { what: 'processes', where, ...judged(found, 'no array: it allocates structs') };
    return { table: 0, count: 0, maker, ...found.facts, findings: [processes, found.current.finding] };
  }
  return undefined;
}

function structsPointedTo({ members }: CompositeType): CompositeType[] {
  return members.flatMap(({ type }) => {
    const pointer = underlying(type);
    const target = pointer.kind === 'pointer' ? underlying(pointer.target) : undefined;
    return target?.kind === 'struct' ? [target] : [];
  });
}

interface FoundProcess {
  readonly members: ProcessMembers;
  readonly states: FoundStates;
  readonly current: NonNullable<ReturnType<typeof findCurrent>>;
  readonly facts: Omit<ProcessFacts, 'table' | 'count' | 'maker' | 'findings'>;
}

/** What can be told of a struct that is a process's; undefined for any other. */
function findProcess(
  debug: DebugInfo,
  arrays: readonly StructArray[],
  struct: CompositeType,
): FoundProcess | undefined {
  const members = processMembers(struct);
  const current = members && findCurrent(arrays, struct.name);
  const states = current && findStates(debug, struct);
  if (!members || !states) return undefined;
  const trapframe = findTrapframe(struct);
  const facts = {
    stride: struct.size,
    ...memberFacts(members, states),
    ...(trapframe && { trapframe }),
    states: states.states,
    ...current.facts,
  };
  return { members, states, current, facts };
}

/** @param kept how the structs are kept */
function judged(
  { members: { areNamedSo, pid, pagetable }, states: { areNamed, member } }: FoundProcess,
  kept: string,
): Pick<Finding, 'sureness' | 'why'> {
  if (areNamedSo && areNamed)
    return {
      sureness: 'certain',
      why: `${kept} with pid, state and page table, whose states have the usual names`,
    };
  const states = areNamed
    ? 'whose states have the usual names'
    : `whose states in ${member.name} are numbers, taken to be in the usual order`;
  return {
    sureness: areNamed ? 'likely' : 'guess',
    why:
      `${kept} that harts point to, ${states}; ` +
      `${pid.name} is taken for the pid and ${pagetable.name} for the page table`,
  };
}

function memberFacts({ pid, pagetable, parent, name, size }: ProcessMembers, { member: state }: FoundStates) {
  const offsets = {
    pid: pid.offset,
    state: state.offset,
    pagetable: pagetable.offset,
    ...(parent && { parent: parent.offset }),
    ...(name && { name: name.offset }),
    ...(size && { size: size.offset }),
  };
  return { offsets, nameBytes: name?.size ?? 0 };
}

function findCurrent(arrays: readonly StructArray[], processStruct: string) {
  for (const { name, address, element, count } of arrays) {
    const member = element.members.find((candidate) => pointsTo(candidate.type, processStruct));
    if (!member || element.name === processStruct || count > hartsMaximum) continue;
    const current = address + member.offset;
    const facts = { current, currentStride: element.size, harts: count };
    const finding: Finding = {
      what: 'current process',
      where: `${name}[].${member.name} at ${hex(current)}, ${count} harts`,
      sureness: 'likely',
      why: `an array of structs that point to struct ${processStruct}`,
    };
    return { facts, finding };
  }
  return undefined;
}

function pointsTo(type: Type, structName: string): boolean {
  const pointer = underlying(type);
  return pointer.kind === 'pointer' && underlying(pointer.target).name === structName;
}
