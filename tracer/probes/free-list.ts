// Follows the list of free frames from the stores to its head: which frames are free, and how many.
import type { CallSites } from './call-sites.js';
import type { Emitter } from './emitter.js';
import type { FreeListFacts } from './free-list-facts.js';
import type { RawRecord } from './raw-record.js';

export class FreeList {
  private readonly free = new Set<number>();

  constructor(
    readonly facts: FreeListFacts,
    private readonly emitter: Emitter,
    private readonly callSites: CallSites,
  ) {}

  /** Frames on the list now. */
  get freeFrames(): number {
    return this.free.size;
  }

  /**
   * The head changed. A frame was pushed when the new head links to the old one; else the old head was popped.
   */
  headChanged(record: RawRecord): void {
    const before = record.number('b');
    const after = record.number('c');
    const linkOfAfter = record.high('a');
    const isPush = after !== 0 && linkOfAfter === before >>> 0;
    if (isPush) this.pushed(record, after);
    else if (before !== 0) this.popped(record, before);
  }

  private pushed(record: RawRecord, frame: number): void {
    const already = this.free.has(frame);
    this.free.add(frame);
    const row = this.emitter.begin('frame_free', record);
    if (!row) return;
    row.columns.frame.appendNumber(frame);
    row.columns.free_frames.append(this.free.size);
    row.columns.already_free.append(already ? 1 : 0);
    row.columns.call_site.appendNumber(this.emitter.callSite(this.callSites.ofStore(record)));
  }

  private popped(record: RawRecord, frame: number): void {
    this.free.delete(frame);
    const row = this.emitter.begin('frame_alloc', record);
    if (!row) return;
    row.columns.frame.appendNumber(frame);
    row.columns.free_frames.append(this.free.size);
    row.columns.call_site.appendNumber(this.emitter.callSite(this.callSites.ofStore(record)));
  }
}
