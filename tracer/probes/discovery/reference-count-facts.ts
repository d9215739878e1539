// Where a kernel may count the references to its frames: arrays of integers with an element a frame, and pointers to
// such arrays. What is found here are candidates by shape, by name, and by what the code of allocator and free function
// stores to; reference-count-search.ts sees from their use which it is.
import { hex } from '../../../text/index.js';
import { underlying, type BaseType, type DebugInfo, type Type, type Variable } from '../../symbols/index.js';
import type { CodeReference } from './code-references.js';
import type { Found } from './finding.js';

type CodeUse = 'stores' | 'refers' | 'none';

export interface ReferenceCountFacts {
  /** Name of the variable (and member) as in the source. */
  readonly name: string;
  /** Physical address of element 0, or of the pointer to it. */
  readonly address: number;
  readonly isPointer: boolean;
  readonly elementBytes: number;
  /** Bytes from one element to the next; more than `elementBytes` when they are members of structs. */
  readonly stride: number;
  /** Bytes from where a pointer points to its first element: where that is a struct's member. */
  readonly offset?: number;
  readonly isSigned: boolean;
  /** Elements; 0 for a pointer, where it is known only once the kernel runs. */
  readonly count: number;
  /** Physical address of the frame that element 0 is expected to count. */
  readonly firstFrame: number;
  /** The name says that something is counted. */
  readonly isNamedSo: boolean;
  /** Elements have a number that may say which frame they are for: only use tells whether they are in order. */
  readonly isKeyed?: boolean;
  /** What the code of allocator and free function (or what they call) does with it, as far as it tells. */
  readonly codeUse: CodeUse;
  readonly finding: Found;
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
const lockLike = /lock|mutex|semaphore/i;

/** The code tells more than a name, and a name more than a mention. */
const useScores: Readonly<Record<CodeUse, number>> = { stores: 2e12, refers: 0.5e12, none: 0 };

/**
 * Candidates, likeliest first.
 * @param references what the code of allocator and free function refers to
 */
export function findReferenceCounts(
  debug: DebugInfo,
  references: readonly CodeReference[],
): ReferenceCountFacts[] {
  const candidates = debug.variables.flatMap((variable) => candidatesIn(wholeOf(variable), references));
  const score = ({ isNamedSo, codeUse, isPointer, count }: ReferenceCountFacts): number =>
    useScores[codeUse] + (isNamedSo ? 1e12 : 0) + (isPointer ? 0 : count);
  const ordered = candidates.sort((a, b) => score(b) - score(a));
  // Where the code tells, what is neither stored to nor named so is some other table.
  const isTold = ordered.some(({ codeUse }) => codeUse === 'stores');
  return ordered
    .filter(({ codeUse, isNamedSo }) => !isTold || codeUse === 'stores' || isNamedSo)
    .slice(0, candidatesMaximum);
}

/** The address of the frame that element 0 counts, if the array is as long as it must be. */
export function expectedFirstFrame(count: number): number {
  return count * frameBytes > kernelBase ? 0 : kernelBase;
}

/** A variable, or a member of one. */
interface Place {
  readonly type: Type;
  readonly name: string;
  readonly address: number;
  /** Where the variable that it is in starts and ends. */
  readonly within: { readonly start: number; readonly end: number };
}

function wholeOf({ type, name, address: at, size }: Variable): Place {
  const address = Number(at);
  return { type, name, address, within: { start: address, end: address + size } };
}

function candidatesIn(
  { type, name, address, within }: Place,
  references: readonly CodeReference[],
  nesting = 0,
): ReferenceCountFacts[] {
  const actual = underlying(type);
  if (actual.kind === 'array') {
    const count = actual.counts.reduce((product, each) => product * each, 1);
    if (count < framesMinimum) return [];
    return arraysOf({ type: actual.element, name, address, within }, count, references);
  }
  if (actual.kind === 'pointer')
    return pointersTo({ type: actual.target, name, address, within }, references);
  if (actual.kind !== 'struct' || nesting > nestingMaximum) return [];
  return actual.members.flatMap((member) => {
    const inner = {
      type: member.type,
      name: `${name}.${member.name}`,
      address: address + member.offset,
      within,
    };
    return candidatesIn(inner, references, nesting + 1);
  });
}

/** What counts in an element: itself, or an integer member of a struct that describes a frame. */
interface Counter {
  readonly path: string;
  readonly offset: number;
  readonly integer: BaseType;
  readonly isKeyed: boolean;
}

function countersIn(element: Type): Counter[] {
  const integer = integerOf(element);
  if (integer) return [{ path: '', offset: 0, integer, isKeyed: false }];
  const struct = underlying(element);
  if (struct.kind !== 'struct' || struct.size > describingBytesMaximum || lockLike.test(struct.name))
    return [];
  return struct.members.flatMap(({ name, offset, type, bits }) => {
    const member = bits ? undefined : integerOf(type);
    const isKeyed = struct.members.some(
      (other) => other.offset !== offset && integerOf(other.type)?.size === 8,
    );
    return member ? [{ path: `.${name}`, offset, integer: member, isKeyed }] : [];
  });
}

/** `type` is that of an element. */
function arraysOf(
  { type, name, address, within }: Place,
  count: number,
  references: readonly CodeReference[],
): ReferenceCountFacts[] {
  const counters = countersIn(type);
  const stride = underlying(type).size;
  const firstFrame = expectedFirstFrame(count);
  return counters.flatMap(({ path, offset, integer, isKeyed }) => {
    const full = path === '' ? name : `${name}[]${path}`;
    const at = address + offset;
    const isNamedSo = suggestive.test(counters.length > 1 ? path : full);
    const element = { start: at, stride, within, isOnly: counters.length === 1 };
    const isStoredTo = references.some(
      (reference) => reference.bytes === integer.size && mayBeElement(reference, element),
    );
    const isReferredTo = references.some(
      (reference) => reference.address >= address && reference.address < address + stride * count,
    );
    const codeUse = isStoredTo ? 'stores' : isReferredTo ? 'refers' : 'none';
    // A struct's only integer counts by default. Bytes are more often buffers and stacks.
    const isLikely = isNamedSo || (counters.length === 1 && integer.size > 1);
    if (!isLikely && !isStoredTo) return [];
    const shape = { isPointer: false, stride, count, firstFrame, isNamedSo, isKeyed, codeUse } as const;
    const where = `${full} at ${hex(at)}, ${count} elements of ${integer.size} bytes`;
    const first = `element 0 for frame ${hex(firstFrame)} unless its use says otherwise`;
    return [
      { name: full, address: at, ...elementFacts(integer), ...shape, ...judged(shape, `${where}, ${first}`) },
    ];
  });
}

/**
 * Compilers move a constant part of the index into the address, that of the kernel's first frame or of what lies before
 * the array in its variable, or keep the address of the whole variable: then the remainder tells the member.
 */
function mayBeElement(
  { address, kind, isIndexed, isThrough }: CodeReference,
  {
    start,
    stride,
    within,
    isOnly,
  }: Pick<Place, 'within'> & { start: number; stride: number; isOnly: boolean },
): boolean {
  if (kind !== 'store' || !isIndexed || isThrough) return false;
  const folded = address + (kernelBase / frameBytes) * stride;
  return [address, folded].some(
    (each) => each >= within.start && each < within.end && (isOnly || (each - start) % stride === 0),
  );
}

/** A pointer is a candidate by its name or by the code: integers are pointed at everywhere. */
function pointersTo(
  { type, name, address }: Place,
  references: readonly CodeReference[],
): ReferenceCountFacts[] {
  const isNamedSo = suggestive.test(name.slice(name.lastIndexOf('.') + 1));
  const counters = countersIn(type);
  return counters.flatMap(({ path, offset, integer, isKeyed }) => {
    const uses = references.filter((reference) => reference.address === address);
    const isStoredTo = uses.some(
      ({ kind, isThrough, bytes }) => kind === 'store' && isThrough && bytes === integer.size,
    );
    const codeUse = isStoredTo ? 'stores' : uses.length > 0 ? 'refers' : 'none';
    const isMemberNamedSo = isNamedSo || (path !== '' && suggestive.test(path));
    if (counters.length > 1 ? !suggestive.test(path) : !isMemberNamedSo && !isStoredTo) return [];
    const stride = underlying(type).size;
    const what = path === '' ? 'elements' : `struct elements of ${stride} bytes, member ${path.slice(1)}`;
    const why = `where ${name} at ${hex(address)} points, ${what} of ${integer.size} bytes`;
    const shape = {
      isPointer: true,
      stride,
      count: 0,
      firstFrame: 0,
      offset,
      isNamedSo: isMemberNamedSo,
      isKeyed,
      codeUse,
    } as const;
    return [
      {
        name: `${name}${path && `[]${path}`}`,
        address,
        ...elementFacts(integer),
        ...shape,
        ...judged(shape, why),
      },
    ];
  });
}

const useReasons: Readonly<Record<CodeUse, readonly string[]>> = {
  stores: ['allocator or free function store to it'],
  refers: ['allocator or free function refer to it'],
  none: [],
};

function judged(
  { isNamedSo, codeUse }: Pick<ReferenceCountFacts, 'isNamedSo' | 'codeUse'>,
  where: string,
): { finding: Found } {
  const reasons = [...useReasons[codeUse], ...(isNamedSo ? ['its name says so'] : [])];
  const isLikely = codeUse === 'stores' || reasons.length > 1;
  const sureness = codeUse === 'stores' && isNamedSo ? 'certain' : isLikely ? 'likely' : 'guess';
  return { finding: { where, sureness, why: reasons.join(', and ') || 'by its shape alone' } };
}

function elementFacts({ size, encoding }: BaseType): { elementBytes: number; isSigned: boolean } {
  return { elementBytes: size, isSigned: encoding === 'signed' };
}

function integerOf(type: Type): BaseType | undefined {
  const actual = underlying(type);
  if (actual.kind !== 'base' || ![1, 2, 4, 8].includes(actual.size)) return undefined;
  return ['signed', 'unsigned', 'character'].includes(actual.encoding) ? actual : undefined;
}
