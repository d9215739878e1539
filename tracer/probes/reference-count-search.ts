// Sees from use which of the candidates counts references, and for which frame its first element is: what the
// allocator and the free function change while they handle a frame is that frame's count.
import { RecordKind } from '../../emulator/ring/records.js';
import { ProbeId } from './probe-id.js';
import { operand, type RawRecord } from './raw-record.js';
import type { ReferenceCounts } from './reference-counts.js';

/** What a hart's allocator or free function is at work on; a count changed meanwhile is that frame's. */
interface Work {
  frame: number;
  /** Candidates whose element was changed once during this work, with the value it had. */
  readonly changed: Map<ReferenceCounts, Change>;
}

/** An element with the word it is in, before its first change. */
interface Change {
  readonly index: number;
  readonly low: number;
  readonly high: number;
}

const frameBytes = 4096;
/** Agreeing observations that decide, and how many times as many as for any other answer they must be. */
const votesNeeded = 8;
const votesRatio = 3;

export class ReferenceCountSearch {
  private readonly work = new Map<number, Work>();
  private readonly votes: ReadonlyMap<ReferenceCounts, Map<number, number>>;
  private answer: ReferenceCounts | undefined;

  constructor(
    private readonly candidates: readonly ReferenceCounts[],
    private readonly isHead: (address: number) => boolean,
  ) {
    this.votes = new Map(candidates.map((candidate) => [candidate, new Map<number, number>()]));
  }

  /** Takes a record into account; true when that decides. */
  observe(record: RawRecord): boolean {
    if (record.kind === RecordKind.probe) this.probed(record);
    else if (record.kind === RecordKind.trapReturn) this.begin(record.hart, 0);
    else if (record.kind === RecordKind.watchedStore) this.stored(record);
    return this.answer !== undefined;
  }

  /**
   * The array that counts, its first frame set. When use has not decided: the likeliest by name, unless what was seen
   * speaks against it; undefined when there is none.
   */
  result(): ReferenceCounts | undefined {
    if (this.answer) return this.answer;
    const likeliest = this.candidates.find(
      ({ facts, isPlaced }) => (facts.isNamedSo || facts.codeUse === 'stores') && isPlaced,
    );
    const votes = [...(likeliest ? this.votes.get(likeliest)!.values() : [])];
    return votes.reduce((sum, each) => sum + each, 0) < votesNeeded ? likeliest : undefined;
  }

  private probed(record: RawRecord): void {
    if (record.size === ProbeId.freeEntered) this.begin(record.hart, record.number(operand.a));
    else if (record.size === ProbeId.allocateReturns) this.begin(record.hart, 0);
    else if (record.size === ProbeId.countsPlaced)
      this.candidates[record.low(operand.a)].place(record.number(operand.b), record.number(operand.c));
  }

  private stored(record: RawRecord): void {
    const address = record.address(operand.a);
    if (this.isHead(address)) {
      const isPush = record.number(operand.c) !== 0 && record.high(operand.a) === record.low(operand.b);
      return this.begin(record.hart, isPush ? 0 : record.number(operand.b));
    }
    const work = this.workOf(record.hart);
    if (work.frame === 0) return;
    for (const candidate of this.candidates) {
      const index = candidate.covers(address) ? candidate.changedElement(record) : -1;
      if (index >= 0) this.changed(work, candidate, index, record);
    }
  }

  /** A change is a vote; what is changed back in the same work is a lock of the frame, and its votes are void. */
  private changed(work: Work, candidate: ReferenceCounts, index: number, record: RawRecord): void {
    const firstFrame = work.frame - index * frameBytes;
    const before = work.changed.get(candidate);
    if (!before) {
      work.changed.set(candidate, { index, low: record.low(operand.b), high: record.high(operand.b) });
      return this.vote(candidate, firstFrame, 1);
    }
    const isBack =
      before.index === index &&
      before.low === record.low(operand.c) &&
      before.high === record.high(operand.c);
    if (isBack) this.vote(candidate, firstFrame, -2);
  }

  private vote(candidate: ReferenceCounts, firstFrame: number, weight: number): void {
    const votes = this.votes.get(candidate)!;
    const now = (votes.get(firstFrame) ?? 0) + weight;
    votes.set(firstFrame, now);
    if (now < votesNeeded) return;
    for (const [other, count] of votes) if (other !== firstFrame && count * votesRatio > now) return;
    candidate.firstFrame = firstFrame;
    this.answer = candidate;
  }

  private begin(hart: number, frame: number): void {
    const work = this.workOf(hart);
    work.frame = frame;
    work.changed.clear();
  }

  private workOf(hart: number): Work {
    let work = this.work.get(hart);
    if (!work) this.work.set(hart, (work = { frame: 0, changed: new Map() }));
    return work;
  }
}
