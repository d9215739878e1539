// Where a kernel counts the references to its frames: an array of integers with an element a frame.
import { underlying, type DebugInfo, type Type } from '../symbols/index.js';
import { hex } from './profile.js';

export interface ReferenceCountFacts {
  /** Name of the variable (and member) as in the source. */
  readonly name: string;
  /** Physical address of element 0. */
  readonly address: number;
  readonly elementBytes: 1 | 2 | 4 | 8;
  readonly isSigned: boolean;
  readonly count: number;
  /** Physical address of the frame that element 0 counts. */
  readonly firstFrame: number;
  readonly why: string;
}

const kernelBase = 0x80000000;
const frameBytes = 4096;
/** Frames of the smallest RAM anybody runs these kernels with (4 MiB): a shorter array counts something else. */
const framesMinimum = 1024;
const suggestive = /ref|cnt|count|cow|share/i;

interface Candidate {
  readonly name: string;
  readonly address: number;
  readonly element: Type;
  readonly count: number;
}

/** The array that looks most like it: names that suggest counting first, then the most elements. */
export function findReferenceCounts(debug: DebugInfo): ReferenceCountFacts | undefined {
  const candidates = debug.variables.flatMap((variable) =>
    arraysIn(variable.type, variable.name, Number(variable.address), 0),
  );
  const plausible = candidates.filter((candidate) => isPlausible(candidate));
  plausible.sort((a, b) => score(b) - score(a));
  const best = plausible[0];
  return best && describe(best);
}

function arraysIn(type: Type, name: string, address: number, depth: number): Candidate[] {
  const actual = underlying(type);
  if (actual.kind === 'array') {
    const count = actual.counts.reduce((product, each) => product * each, 1);
    return [{ name, address, element: actual.element, count }];
  }
  if (actual.kind !== 'struct' || depth > 2) return [];
  return actual.members.flatMap((member) =>
    arraysIn(member.type, `${name}.${member.name}`, address + member.offset, depth + 1),
  );
}

function isPlausible({ element, count, name }: Candidate): boolean {
  if (count < framesMinimum) return false;
  let integer = underlying(element);
  if (integer.kind === 'struct' && integer.members.length === 1)
    integer = underlying(integer.members[0].type);
  if (integer.kind !== 'base' || ![1, 2, 4, 8].includes(integer.size)) return false;
  if (integer.encoding !== 'signed' && integer.encoding !== 'unsigned' && integer.encoding !== 'character')
    return false;
  // Bytes are more often buffers and stacks than counts: they need a name that says so.
  return integer.size > 1 || suggestive.test(name);
}

const score = ({ name, count }: Candidate): number => (suggestive.test(name) ? 1e12 : 0) + count;

function describe({ name, address, element, count }: Candidate): ReferenceCountFacts {
  let integer = underlying(element);
  if (integer.kind === 'struct') integer = underlying(integer.members[0].type);
  const reachesBase = count * frameBytes > kernelBase;
  const firstFrame = reachesBase ? 0 : kernelBase;
  const isSigned = integer.kind === 'base' && integer.encoding === 'signed';
  return {
    name,
    address,
    elementBytes: integer.size as 1 | 2 | 4 | 8,
    isSigned,
    count,
    firstFrame,
    why: `${name} at ${hex(address)}, ${count} elements of ${integer.size} bytes, element 0 for frame ${hex(firstFrame)}`,
  };
}
