// Where a kernel keeps its processes, and which of them each hart runs: cpus[], proc[] and the members that matter.
import { hex } from '../../../text/index.js';
import { underlying, type CompositeType, type DebugInfo, type Type } from '../../symbols/index.js';
import type { Finding } from './finding.js';
import { processMembers, type ProcessMembers } from './process-members.js';
import { findStates, type FoundStates, type ProcessStates } from './process-states.js';
import { findTrapframe, type TrapframeFacts } from './trapframe-facts.js';

export interface ProcessFacts {
  /** proc[]: physical address of the first element, element size in bytes, elements. */
  readonly table: number;
  readonly stride: number;
  readonly count: number;
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

/** The process table is the array of structs with pid, state and page table; the harts' array points into it. */
export function findProcessFacts(debug: DebugInfo): ProcessFacts | undefined {
  const arrays = structArrays(debug);
  for (const { name, address, element, count } of arrays) {
    const members = processMembers(element);
    const current = members && findCurrent(arrays, element.name);
    const found = current && findStates(debug, element);
    if (!members || !found) continue;
    const trapframe = findTrapframe(element);
    const where = `${name} at ${hex(address)}, ${count} of struct ${element.name}`;
    return {
      table: address,
      stride: element.size,
      count,
      ...memberFacts(members, found),
      ...(trapframe && { trapframe }),
      states: found.states,
      ...current.facts,
      findings: [{ what: 'processes', where, ...judged(members, found) }, current.finding],
    };
  }
  return undefined;
}

function judged(
  { areNamedSo, pid, pagetable }: ProcessMembers,
  { areNamed, member }: FoundStates,
): Pick<Finding, 'sureness' | 'why'> {
  if (areNamedSo && areNamed)
    return {
      sureness: 'certain',
      why: 'an array of structs with pid, state and page table, whose states have the usual names',
    };
  const states = areNamed
    ? 'whose states have the usual names'
    : `whose states in ${member.name} are numbers, taken to be in the usual order`;
  return {
    sureness: areNamed ? 'likely' : 'guess',
    why:
      `an array of structs that harts point into, ${states}; ` +
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
