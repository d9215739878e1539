// Where a kernel keeps its processes, and which of them each hart runs: cpus[], proc[] and the members that matter.
import { hex } from '../../text/index.js';
import {
  findMember,
  underlying,
  type CompositeType,
  type DebugInfo,
  type Member,
  type Type,
} from '../symbols/index.js';
import type { Finding } from './finding.js';
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
  readonly states: Readonly<Record<'unused' | 'sleeping' | 'runnable' | 'running' | 'zombie', number>>;
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
    const states = members && stateValues(members.state.type);
    if (!members || !states) continue;
    const current = findCurrent(arrays, element.name);
    if (!current) continue;
    const trapframe = findTrapframe(element);
    return {
      table: address,
      stride: element.size,
      count,
      ...memberFacts(members),
      ...(trapframe && { trapframe }),
      states,
      ...current.facts,
      findings: [
        {
          what: 'processes',
          where: `${name} at ${hex(address)}, ${count} of struct ${element.name}`,
          sureness: 'certain',
          why: 'an array of structs with pid, state and page table, whose states have the usual names',
        },
        current.finding,
      ],
    };
  }
  return undefined;
}

type ProcessMembers = NonNullable<ReturnType<typeof processMembers>>;

function memberFacts({ pid, state, pagetable, parent, name, size }: ProcessMembers) {
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

function processMembers(type: CompositeType) {
  const pid = findMember(type, 'pid');
  const state = findMember(type, 'state') ?? type.members.find((member) => stateValues(member.type));
  const pagetable = findMember(type, 'pagetable') ?? findMember(type, 'pgdir');
  if (!pid || !state || !pagetable) return undefined;
  const parent = findMember(type, 'parent');
  return { pid, state, pagetable, parent, name: nameMember(type), size: sizeMember(type) };
}

/** How much user memory the process has: by its name, since a process has several integers of that width. */
function sizeMember(type: CompositeType): Member | undefined {
  const member = findMember(type, 'sz') ?? findMember(type, 'size');
  return member?.size === 8 ? member : undefined;
}

/** `name`, or the only array of characters. */
function nameMember(type: CompositeType): Member | undefined {
  const member = findMember(type, 'name');
  return member && underlying(member.type).kind === 'array' ? member : undefined;
}

function stateValues(type: Type): ProcessFacts['states'] | undefined {
  const enumeration = underlying(type);
  if (enumeration.kind !== 'enumeration') return undefined;
  const value = (pattern: RegExp) => enumeration.enumerators.find(({ name }) => pattern.test(name))?.value;
  const unused = value(/unused/i);
  const sleeping = value(/sleeping/i);
  const runnable = value(/runnable/i);
  const running = value(/running/i);
  const zombie = value(/zombie/i);
  if (unused === undefined || sleeping === undefined || runnable === undefined) return undefined;
  if (running === undefined || zombie === undefined) return undefined;
  return { unused, sleeping, runnable, running, zombie };
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
