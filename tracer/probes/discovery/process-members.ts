// Which members of a struct are a process's: by the usual names, else by type, where only one member has such a type.
import { findMember, underlying, type CompositeType, type Member } from '../../symbols/index.js';

/** The members that tell all of a process but its state. */
export interface ProcessMembers {
  readonly pid: Member;
  readonly pagetable: Member;
  readonly parent: Member | undefined;
  readonly name: Member | undefined;
  readonly size: Member | undefined;
  /** All of those that must be there have the usual names. */
  readonly areNamedSo: boolean;
}

const pidNames = /^(pid|tid|.*_pid|.*_tid|(proc|process|task)_?id|id)$/i;
const kernelNames = /^k|kernel/i;
const sizeNames = ['sz', 'size'];
const nameBytesMaximum = 64;

/** Undefined for a struct that is no process's: without a number or without a page table. */
export function processMembers(type: CompositeType): ProcessMembers | undefined {
  const named = { pid: findMember(type, 'pid'), pagetable: tableByName(type) };
  const pid = named.pid ?? type.members.find(({ name, size }) => size === 4 && pidNames.test(name));
  const pagetable = named.pagetable ?? tableByType(type);
  if (!pid || !pagetable) return undefined;
  return {
    pid,
    pagetable,
    parent: findMember(type, 'parent') ?? only(type.members.filter((member) => pointsToStruct(member, type))),
    name: nameMember(type),
    size: sizeMember(type),
    areNamedSo: named.pid !== undefined && named.pagetable !== undefined,
  };
}

function tableByName(type: CompositeType): Member | undefined {
  return findMember(type, 'pagetable') ?? findMember(type, 'pgdir');
}

/** A page table is 64-bit words that are pointed to; a process may have a second, for the kernel. */
function tableByType(type: CompositeType): Member | undefined {
  const tables = type.members.filter((member) => {
    const pointer = underlying(member.type);
    const word = pointer.kind === 'pointer' ? underlying(pointer.target) : undefined;
    return word?.kind === 'base' && word.size === 8 && word.encoding === 'unsigned';
  });
  return tables.length < 2 ? tables[0] : only(tables.filter(({ name }) => !kernelNames.test(name)));
}

function pointsToStruct(member: Member, type: CompositeType): boolean {
  const pointer = underlying(member.type);
  return pointer.kind === 'pointer' && underlying(pointer.target).name === type.name;
}

/** How much user memory the process has: by its name, since a process has several integers of that width. */
function sizeMember(type: CompositeType): Member | undefined {
  const member = sizeNames.map((name) => findMember(type, name)).find((found) => found !== undefined);
  return member?.size === 8 ? member : undefined;
}

/** `name`, or the only array of characters. */
function nameMember(type: CompositeType): Member | undefined {
  const named = findMember(type, 'name');
  return named ? only([named].filter(isText)) : only(type.members.filter(isText));
}

function isText({ type, size }: Member): boolean {
  const array = underlying(type);
  if (array.kind !== 'array' || size > nameBytesMaximum) return false;
  const element = underlying(array.element);
  return element.kind === 'base' && element.size === 1;
}

function only<T>(those: readonly T[]): T | undefined {
  return those.length === 1 ? those[0] : undefined;
}
