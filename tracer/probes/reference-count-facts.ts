// Where a kernel may count the references to its frames: arrays of integers with an element a frame, and pointers to
// such arrays. What is found here are candidates by shape; reference-count-search.ts sees from their use which it is.
import {
  underlying,
  type BaseType,
  type CompositeType,
  type DebugInfo,
  type Member,
  type Type,
} from '../symbols/index.js';
import { hex } from './hexadecimal.js';

export interface ReferenceCountFacts {
  /** Name of the variable (and member) as in the source. */
  readonly name: string;
  /** Physical address of element 0, or of the pointer to it. */
  readonly address: number;
  readonly isPointer: boolean;
  readonly elementBytes: number;
  /** Bytes from one element to the next; more than `elementBytes` when they are members of structs. */
  readonly stride: number;
  readonly isSigned: boolean;
  /** Elements; 0 for a pointer, where it is known only once the kernel runs. */
  readonly count: number;
  /** Physical address of the frame that element 0 is expected to count. */
  readonly firstFrame: number;
  /** The name says that something is counted. */
  readonly isNamedSo: boolean;
  readonly why: string;
}

const kernelBase = 0x80000000;
const frameBytes = 4096;
/** Frames of the smallest RAM anybody runs these kernels with (4 MiB): a shorter array counts something else. */
const framesMinimum = 1024;
/** A struct that describes a frame is small. */
const describingBytesMaximum = 64;
const candidatesMaximum = 4;
const nestingMaximum = 2;
const suggestive = /ref|rfc|rc$|cnt|count|cow|shar|owner|usage/i;

/** Candidates, likeliest first: names that suggest counting first, then the most elements. */
export function findReferenceCounts(debug: DebugInfo): ReferenceCountFacts[] {
  const candidates = debug.variables.flatMap((variable) =>
    candidatesIn(variable.type, variable.name, Number(variable.address), 0),
  );
  const score = ({ isNamedSo, isPointer, count }: ReferenceCountFacts): number =>
    (isNamedSo ? 1e12 : 0) + (isPointer ? 0 : count);
  return candidates.sort((a, b) => score(b) - score(a)).slice(0, candidatesMaximum);
}

/** The address of the frame that element 0 counts, if the array is as long as it must be. */
export function expectedFirstFrame(count: number): number {
  return count * frameBytes > kernelBase ? 0 : kernelBase;
}

function candidatesIn(type: Type, name: string, address: number, nesting: number): ReferenceCountFacts[] {
  const actual = underlying(type);
  if (actual.kind === 'array') {
    const count = actual.counts.reduce((product, each) => product * each, 1);
    return count < framesMinimum ? [] : arrayOf(actual.element, name, address, count);
  }
  if (actual.kind === 'pointer') return pointerTo(actual.target, name, address);
  if (actual.kind !== 'struct' || nesting > nestingMaximum) return [];
  return actual.members.flatMap((member) =>
    candidatesIn(member.type, `${name}.${member.name}`, address + member.offset, nesting + 1),
  );
}

function arrayOf(element: Type, name: string, address: number, count: number): ReferenceCountFacts[] {
  const composite = underlying(element);
  const member = composite.kind === 'struct' ? countingMember(composite) : undefined;
  const integer = integerOf(member ? member.type : element);
  if (!integer) return [];
  const path = member ? `${name}[].${member.name}` : name;
  const isNamedSo = suggestive.test(path);
  // Bytes are more often buffers and stacks than counts: they need a name that says so.
  if (integer.size === 1 && !isNamedSo) return [];
  const firstFrame = expectedFirstFrame(count);
  const at = address + (member?.offset ?? 0);
  const why =
    `${path} at ${hex(at)}, ${count} elements of ${integer.size} bytes, ` +
    `element 0 for frame ${hex(firstFrame)} unless its use says otherwise`;
  const shape = { isPointer: false, stride: composite.size, count, firstFrame, isNamedSo, why };
  return [{ name: path, address: at, ...elementFacts(integer), ...shape }];
}

/** A pointer is a candidate by its name only: integers are pointed at everywhere. */
function pointerTo(target: Type, name: string, address: number): ReferenceCountFacts[] {
  const integer = integerOf(target);
  if (!integer || !suggestive.test(name.slice(name.lastIndexOf('.') + 1))) return [];
  const why = `where ${name} at ${hex(address)} points, elements of ${integer.size} bytes`;
  const shape = { isPointer: true, stride: integer.size, count: 0, firstFrame: 0, isNamedSo: true, why };
  return [{ name, address, ...elementFacts(integer), ...shape }];
}

/** The member that counts, in a struct that describes a frame. */
function countingMember(struct: CompositeType): Member | undefined {
  if (struct.size > describingBytesMaximum) return undefined;
  const integers = struct.members.filter((member) => integerOf(member.type) && !member.bits);
  return (
    integers.find(({ name }) => suggestive.test(name)) ?? (integers.length === 1 ? integers[0] : undefined)
  );
}

function elementFacts({ size, encoding }: BaseType): { elementBytes: number; isSigned: boolean } {
  return { elementBytes: size, isSigned: encoding === 'signed' };
}

function integerOf(type: Type): BaseType | undefined {
  const actual = underlying(type);
  if (actual.kind !== 'base' || ![1, 2, 4, 8].includes(actual.size)) return undefined;
  return ['signed', 'unsigned', 'character'].includes(actual.encoding) ? actual : undefined;
}
