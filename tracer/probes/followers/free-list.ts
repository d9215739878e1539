// Follows the lists of free frames from the stores to their heads: which frames are free, and how many.
import { otherLock } from '../../../emulator/ring/records.js';
import type { EventFileWriter } from '../../arrow/index.js';
import type { CallSites } from './call-sites.js';
import type { Emitter } from '../emitter.js';
import { FrameSet } from './frame-set.js';
import type { FreeListFacts } from '../discovery/free-list-facts.js';
import { operand, type RawRecord } from '../raw-record.js';

const frameBytes = 4096;

export class FreeList {
  private readonly free: FrameSet;
  private readonly heads: readonly number[];
  private readonly freeRows: EventFileWriter<'frame_free'> | undefined;
  private readonly allocRows: EventFileWriter<'frame_alloc'> | undefined;
  /** The head that links to itself, since it was put on its own list; 0 for none. */
  private looped = 0;
  /** Frames that the allocator took off a list and has not returned yet, by the kernel entry that did it. */
  private readonly taken = new Map<number, Set<number>>();

  constructor(
    readonly facts: FreeListFacts,
    private readonly emitter: Emitter,
    private readonly callSites: CallSites,
  ) {
    this.heads = facts.heads;
    this.free = new FrameSet(Math.min(...facts.heads));
    this.freeRows = emitter.rows('frame_free');
    this.allocRows = emitter.rows('frame_alloc');
  }

  /** Frames on the lists now. */
  get freeFrames(): number {
    return this.free.size;
  }

  /** Several lists: one then takes frames from another, several with a single store, and `settle` is needed. */
  get hasSeveralLists(): boolean {
    return this.heads.length > 1;
  }

  /** True for the word that a head is. */
  covers(address: number): boolean {
    return address === this.heads[0] || (this.hasSeveralLists && this.heads.includes(address));
  }

  /**
   * A head was stored. A frame was pushed when the new head links to the old one; else the old head was popped. Of a
   * head that was pushed onto itself both look alike: it is popped next.
   */
  headChanged(record: RawRecord): void {
    const before = record.number(operand.b);
    const after = record.number(operand.c);
    const isPoppedAgain = before === after && before === this.looped;
    const isPush = after !== 0 && record.high(operand.a) === record.low(operand.b) && !isPoppedAgain;
    this.looped = before === after && isPush ? after : 0;
    if (this.hasSeveralLists) this.oneHeadChanged(record, before, after, isPush);
    else if (isPush) this.pushed(record, after);
    else if (before !== 0) this.popped(record, before);
  }

  /** The frame is on a list in memory: news only where it was linked there without the head. */
  found(record: RawRecord, frame: number): void {
    if (this.free.has(frame)) return;
    const row = this.freed(record, frame);
    row?.columns.call_site.append(0, 0);
    row?.columns.locks.append(0);
  }

  /** The allocator was entered: what it takes from here on it returns or keeps on a list. */
  begin(span: number): void {
    this.taken.set(span, new Set());
  }

  /**
   * The allocator returns a frame (0 for none), its own caller in `b`: others it took in this call it has moved to
   * another list, by links that nobody watches.
   */
  settle(record: RawRecord, span: number, returned: number): void {
    const taken = this.taken.get(span);
    this.taken.delete(span);
    for (const frame of taken ?? []) {
      if (frame === returned || this.free.has(frame)) continue;
      const row = this.freed(record, frame);
      if (!row) continue;
      this.emitter.appendCallSite(row.columns.call_site, record.low(operand.b), record.high(operand.b));
      row.columns.locks.append(otherLock);
    }
  }

  /**
   * Of several lists. A head that is no free frame was put there, perhaps with a chain behind it; when this call had
   * taken it before, it may as well have come up from such a chain.
   */
  private oneHeadChanged(record: RawRecord, before: number, after: number, isPush: boolean): void {
    const taken = this.taken.get(this.emitter.spanOf(record));
    const wasFree = before !== 0 && this.free.has(before);
    const isFrame = after !== 0 && after % frameBytes === 0;
    const isNew = isFrame && !this.free.has(after);
    const fromChain = isNew && !isPush && taken?.has(after) === true;
    if (wasFree && (fromChain || !isNew) && !isPush) {
      this.popped(record, before);
      for (const others of this.taken.values()) others.delete(before);
      taken?.add(before);
    }
    // A push of a free frame onto a list that has some is a double free; onto an empty one, the lists changed hands.
    if (isNew || (isPush && wasFree)) this.pushed(record, after);
  }

  /** A store to a head put the frame there. */
  private pushed(record: RawRecord, frame: number): void {
    const row = this.freed(record, frame);
    if (!row) return;
    this.callSites.appendOfStore(row.columns.call_site, record);
    row.columns.locks.append(record.high(operand.d));
  }

  /** Adds the frame; the row of it, of which call site and locks are the caller's. */
  private freed(record: RawRecord, frame: number): EventFileWriter<'frame_free'> | undefined {
    const already = this.free.has(frame);
    this.free.add(frame);
    const row = this.freeRows;
    if (!row) return undefined;
    this.emitter.begin(row, record);
    row.columns.frame.appendNumber(frame);
    row.columns.free_frames.append(this.free.size);
    row.columns.already_free.append(already ? 1 : 0);
    return row;
  }

  private popped(record: RawRecord, frame: number): void {
    this.free.delete(frame);
    const row = this.allocRows;
    if (!row) return;
    this.emitter.begin(row, record);
    row.columns.frame.appendNumber(frame);
    row.columns.free_frames.append(this.free.size);
    row.columns.mappings.append(record.size);
    this.callSites.appendOfStore(row.columns.call_site, record);
    row.columns.locks.append(record.high(operand.d));
  }
}
