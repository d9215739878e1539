// Sees from use which of the candidates counts references, for which frame its first element is, and how far apart the
// elements of two frames are: what the allocator and the free function change while they handle a frame is its count.
import { RecordKind } from '../../../emulator/ring/records.js';
import { ProbeId } from '../probe-id.js';
import { operand, type RawRecord } from '../raw-record.js';
import type { ReferenceCounts } from './reference-counts.js';

/** What a hart's allocator or free function is at work on; a count changed meanwhile is that frame's. */
interface Work {
  frame: number;
  /** Where the free function returns to that is at work; 0 for none. It may return early, which nothing else tells. */
  returnAddress: number;
  /** The frame that an entry was made for last, until an element is changed; 0 for none. */
  mapped: number;
  /** Candidates whose element was changed once during this work, with the value it had. */
  readonly changed: Map<ReferenceCounts, Change>;
}

/** An element with the word it is in, before its first change. */
interface Change {
  readonly index: number;
  /** What it speaks for. */
  readonly keys: readonly number[];
  /** The free function took one off a count of zero, and will make it zero again: no lock does that. */
  readonly isBelowZero: boolean;
  readonly low: number;
  readonly high: number;
}

const frameBytes = 4096;
/** Agreeing observations that decide, and how many times as many as for any other answer they must be. */
const votesNeeded = 8;
const votesRatio = 3;
/** Of so many frames: the same element may be changed with the same frame again and again, and be no count of it. */
const framesNeeded = 4;
/** Where element 0 of an array is that counts while pages are mapped: such changes may speak of the page before. */
const usualFirsts = [0, 2 ** 31];
/** What may lie between the kernel's image and the first frame that is counted: an array of descriptors, say. */
const placedBehindImageBytes = 4 * 2 ** 20;
/** Bits of a page-table entry. */
const entryBit = { valid: 1, allows: 0xe, numberShift: 10 } as const;

/** What is voted for: the frame of element 0, and the bytes of memory from an element to the next, a power of two. */
const spacings = 64;

function keyOf(firstFrame: number, spacing: number): number {
  return firstFrame * spacings + Math.log2(spacing);
}

function partsOf(key: number): { firstFrame: number; spacing: number } {
  const firstFrame = Math.floor(key / spacings);
  return { firstFrame, spacing: 2 ** (key - firstFrame * spacings) };
}

/** The frame and the element that were changed together last. */
interface Pair {
  readonly frame: number;
  readonly index: number;
}

/** How finely the elements between those of two frames divide memory; undefined when not finer than by frames. */
function finerSpacing(one: Pair, other: Pair): number | undefined {
  const spacing = (one.frame - other.frame) / (one.index - other.index);
  const isFiner = spacing >= 1 && spacing < frameBytes && Number.isInteger(Math.log2(spacing));
  return isFiner ? spacing : undefined;
}

export class ReferenceCountSearch {
  private readonly work = new Map<number, Work>();
  private readonly votes: ReadonlyMap<ReferenceCounts, Map<number, number>>;
  /** Which elements spoke for what is voted for, of all arrays together. */
  private readonly voters = new Map<number, Set<number>>();
  /** By candidate, how often an element was changed for an entry's frame, by the frame of element 0. */
  private readonly mappings = new Map<ReferenceCounts, Map<number, number>>();
  private readonly last = new Map<ReferenceCounts, Pair>();
  private answer: ReferenceCounts | undefined;

  /**
   * @param hasReturned whether a call, by the address it returns to, has by the time of a store
   * @param imageEnd where frames begin, as far as it is known
   */
  constructor(
    private readonly candidates: readonly ReferenceCounts[],
    private readonly isHead: (address: number) => boolean,
    private readonly hasReturned: (store: RawRecord, returnAddress: number) => boolean,
    private readonly imageEnd = Infinity,
  ) {
    this.votes = new Map(candidates.map((candidate) => [candidate, new Map<number, number>()]));
  }

  /** Takes a record into account; true when that decides. */
  observe(record: RawRecord): boolean {
    if (record.kind === RecordKind.probe) this.probed(record);
    else if (record.kind === RecordKind.trapReturn) this.begin(record.hart, 0);
    else if (record.kind === RecordKind.watchedStore) this.stored(record);
    else if (record.kind === RecordKind.tableStore) this.mapped(record);
    return this.answer !== undefined;
  }

  /**
   * The array that counts, its first frame set. When use has not decided: the likeliest by name, unless what was seen
   * speaks against it, or it may be a table that is searched for a frame; undefined when there is none.
   */
  result(): ReferenceCounts | undefined {
    if (this.answer) return this.answer;
    const likeliest = this.candidates.find(
      ({ facts, isPlaced }) => (facts.isNamedSo || facts.codeUse === 'stores') && isPlaced && !facts.isKeyed,
    );
    const votes = [...(likeliest ? this.votes.get(likeliest)!.values() : [])];
    if (votes.reduce((sum, each) => sum + each, 0) >= votesNeeded) return undefined;
    const first = likeliest && this.firstByMappings(likeliest);
    if (first !== undefined) likeliest!.firstFrame = first;
    return likeliest;
  }

  private probed(record: RawRecord): void {
    if (record.size === ProbeId.freeEntered)
      this.begin(record.hart, record.number(operand.a), record.low(operand.b) >>> 0);
    else if (record.size === ProbeId.blockTaken) this.begin(record.hart, record.number(operand.a));
    else if (record.size === ProbeId.allocateReturns) this.begin(record.hart, 0);
    else if (record.size === ProbeId.countsPlaced)
      this.candidates[record.low(operand.a)].place(
        record.number(operand.b),
        record.number(operand.c),
        record.number(operand.d),
      );
  }

  private stored(record: RawRecord): void {
    const address = record.address(operand.a);
    if (this.isHead(address)) {
      const isPush = record.number(operand.c) !== 0 && record.high(operand.a) === record.low(operand.b);
      return this.begin(record.hart, isPush ? 0 : record.number(operand.b));
    }
    const work = this.workOf(record.hart);
    if (work.returnAddress !== 0 && this.hasReturned(record, work.returnAddress)) work.frame = 0;
    if (work.frame === 0 && work.mapped === 0) return;
    for (const candidate of this.candidates) {
      const index = candidate.covers(address) ? candidate.changedElement(record) : -1;
      if (index < 0) continue;
      if (work.frame !== 0) this.changed(work, candidate, index, record);
      else if (work.mapped !== 0) this.changedForMapping(work, candidate, index);
    }
  }

  /** Where no allocator counts, mapping may: an entry is made, and an element changed next. */
  private mapped(record: RawRecord): void {
    const work = this.workOf(record.hart);
    // The free function makes no entries: it has returned.
    if (work.returnAddress !== 0) work.frame = 0;
    const low = record.low(operand.c);
    const isLeaf = (low & entryBit.valid) !== 0 && (low & entryBit.allows) !== 0;
    if (!isLeaf || record.size !== 0) return;
    const number =
      (low >>> entryBit.numberShift) + (record.high(operand.c) >>> 0) * 2 ** (32 - entryBit.numberShift);
    work.mapped = number * frameBytes;
  }

  private changedForMapping(work: Work, candidate: ReferenceCounts, index: number): void {
    const first = work.mapped - index * frameBytes;
    work.mapped = 0;
    const counts = this.mappings.get(candidate) ?? new Map<number, number>();
    this.mappings.set(candidate, counts.set(first, (counts.get(first) ?? 0) + 1));
  }

  /** The frame of element 0, if most changes for entries speak for it. */
  private firstByMappings(candidate: ReferenceCounts): number | undefined {
    const counts = [...(this.mappings.get(candidate) ?? [])].sort(([, left], [, right]) => right - left);
    const [first, second = [0, 0]] = counts;
    const isClear = first !== undefined && first[1] >= votesNeeded && first[1] >= second[1] * votesRatio;
    return isClear && usualFirsts.includes(first[0]) ? first[0] : undefined;
  }

  /** A change is a vote; what is changed back in the same work is a lock of the frame, and its votes are void. */
  private changed(work: Work, candidate: ReferenceCounts, index: number, record: RawRecord): void {
    const before = work.changed.get(candidate);
    if (!before) {
      const keys = this.keysOf(candidate, { frame: work.frame, index });
      const isBelowZero = candidate.fellBelowZero(record, index);
      const [low, high] = [record.low(operand.b), record.high(operand.b)];
      work.changed.set(candidate, { index, keys, isBelowZero, low, high });
      for (const key of keys) this.vote(candidate, key, index, 1);
      return;
    }
    const isBack =
      !before.isBelowZero &&
      before.index === index &&
      before.low === record.low(operand.c) &&
      before.high === record.high(operand.c);
    if (isBack) for (const key of before.keys) this.vote(candidate, key, index, -2);
  }

  /** What a change speaks for: an element a frame, or as finely as the distance from the last change tells. */
  private keysOf(candidate: ReferenceCounts, pair: Pair): number[] {
    const last = this.last.get(candidate);
    this.last.set(candidate, pair);
    const finer = last && finerSpacing(pair, last);
    return [frameBytes, ...(finer ? [finer] : [])].flatMap((spacing) => {
      const first = pair.frame - pair.index * spacing;
      return this.mayBeFirst(candidate, first) ? [keyOf(first, spacing)] : [];
    });
  }

  /** An array with elements for all frames begins no later than these do, and one that may be searched just there. */
  private mayBeFirst({ facts }: ReferenceCounts, first: number): boolean {
    const behindImage = Math.ceil(this.imageEnd / frameBytes) * frameBytes;
    return facts.isKeyed === true
      ? [...usualFirsts, behindImage].includes(first)
      : first <= this.imageEnd + placedBehindImageBytes;
  }

  private vote(candidate: ReferenceCounts, key: number, index: number, weight: number): void {
    const votes = this.votes.get(candidate)!;
    const now = (votes.get(key) ?? 0) + weight;
    votes.set(key, now);
    const voters = this.voters.get(key) ?? new Set<number>();
    this.voters.set(key, voters.add(index));
    if (now < votesNeeded || voters.size < framesNeeded) return;
    for (const [other, count] of votes) if (other !== key && count * votesRatio > now) return;
    Object.assign(candidate, partsOf(key));
    this.answer = candidate;
  }

  private begin(hart: number, frame: number, returnAddress = 0): void {
    const work = this.workOf(hart);
    work.frame = frame;
    work.returnAddress = returnAddress;
    work.mapped = 0;
    work.changed.clear();
  }

  private workOf(hart: number): Work {
    let work = this.work.get(hart);
    if (!work) this.work.set(hart, (work = { frame: 0, returnAddress: 0, mapped: 0, changed: new Map() }));
    return work;
  }
}
