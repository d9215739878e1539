// The pass over pages and frames: in order of seq through the kinds that say what kernel entries do to them. Rows may
// come from a trace that is read or one that is being made; what a pass has of a run depends on the rows alone.
import {
  CountColumns,
  FrameColumns,
  ModeColumns,
  type RowCursor,
  SpanColumns,
  StoreColumns,
  SwitchColumns,
  TableColumns,
} from './event-rows.js';
import { CountChanges, type FoundCountChanges } from './count-changes.js';
import { EarlyFrees, type FoundEarlyFrees } from './early-frees.js';
import { FrameHistory } from './frame-history.js';
import type { FoundFrameRows } from './frame-points.js';
import { FrameTakings, type FoundTakings } from './frame-takings.js';
import { KindsInOrder, type FetchBatch } from './kinds-in-order.js';
import { KernelEntries, type FoundSpans } from './kernel-entries.js';
import { FrameNumbering } from './numbering.js';
import { PageHistory, type FoundPages } from './page-history.js';

/** What a pass leaves: nothing but typed arrays and numbers, so that it can be sent from thread to thread. */
export interface FoundOfFrames {
  /** Page numbers by number of the frame. */
  readonly framePages: Float64Array;
  readonly spans: FoundSpans;
  readonly pages: FoundPages;
  readonly frames: FoundFrameRows;
  readonly takings: FoundTakings;
  readonly earlyFrees: FoundEarlyFrees;
  readonly countChanges: FoundCountChanges;
}

/** Gathers what it finds as it goes along. */
export class FramePass {
  private readonly numbering = new FrameNumbering();
  private readonly entries = new KernelEntries();
  private readonly takings = new FrameTakings();
  private readonly earlyFrees = new EarlyFrees();
  private readonly countChanges = new CountChanges();
  private readonly frames = new FrameHistory();
  private readonly pages = new PageHistory(this.numbering, this.frames, this.takings);
  private readonly rows: KindsInOrder;

  /**
   * @param fetch is asked again after it had none
   * @param tellsInterrupts whether traps and their returns are all there: without, nobody can say who blocks
   */
  constructor(fetch: FetchBatch, tellsInterrupts: boolean) {
    this.rows = new KindsInOrder(fetch);
    this.goThroughPages();
    this.goThroughFrames();
    this.goThroughCounts();
    this.goThroughEntries();
    if (tellsInterrupts) this.goThroughTurns();
  }

  /** Goes as far as there are rows. All rows before the last of them must have been there, of every kind. */
  advance(): void {
    this.rows.advance();
  }

  /** What was found. The pass is over. */
  found(): FoundOfFrames {
    return {
      framePages: this.numbering.found(),
      spans: this.entries.found(),
      pages: this.pages.found(),
      frames: this.frames.found(),
      takings: this.takings.found(this.numbering.size),
      earlyFrees: this.earlyFrees.found(),
      countChanges: this.countChanges.found(),
    };
  }

  private goThroughPages(): void {
    const { pages } = this;
    const stores = new StoreColumns();
    this.rows.add('pte_write', stores, (store, limit) => {
      for (; store.seq < limit; store.advance()) {
        pages.store(stores, store);
        if (store.pid[store.at] !== 0) continue;
        if (pages.ended >= 0) this.endTouching(store, pages.ended);
        if (pages.begun >= 0 && pages.begun !== pages.ended) this.endTouching(store, pages.begun);
      }
    });
    const tables = new TableColumns();
    this.rows.add('page_table', tables, (table, limit) => {
      for (; table.seq < limit; table.advance())
        if (tables.retires(table.at)) pages.retire(tables, table, (frame) => this.touched(table, frame));
    });
  }

  private goThroughFrames(): void {
    const { frames, takings, earlyFrees } = this;
    const allocs = new FrameColumns();
    this.rows.add('frame_alloc', allocs, (alloc, limit) => {
      for (; alloc.seq < limit; alloc.advance()) {
        const { at, seq } = alloc;
        const frame = this.frameOf(allocs.frame, at);
        takings.take(frame, seq, alloc.span[at], alloc.pid[at]);
        frames.touchList(frame, alloc.span[at], seq, -1);
        this.touched(alloc, frame);
      }
    });
    const frees = new FrameColumns();
    this.rows.add('frame_free', frees, (free, limit) => {
      for (; free.seq < limit; free.advance()) {
        const { at, seq } = free;
        const frame = this.frameOf(frees.frame, at);
        takings.free(frame, free.row, seq);
        earlyFrees.freed(frame, free.span[at], free.row);
        frames.touchList(frame, free.span[at], seq, 1);
        this.touched(free, frame);
      }
    });
  }

  private goThroughCounts(): void {
    const { frames, earlyFrees, countChanges } = this;
    const counts = new CountColumns();
    this.rows.add('refcount_change', counts, (count, limit) => {
      for (; count.seq < limit; count.advance()) {
        const { at, seq } = count;
        const frame = this.frameOf(counts.frame, at);
        const before = counts.countBefore(at);
        const after = counts.countAfter(at);
        const by = count.span[at];
        frames.touchCount(frame, by, seq, before, after);
        earlyFrees.changed(frame, by, count.row, before, after);
        if (count.pid[at] !== 0) countChanges.add(before, after, counts.locks[at]);
        this.touched(count, frame);
      }
    });
  }

  private goThroughEntries(): void {
    const { entries, frames } = this;
    const spans = new SpanColumns();
    this.rows.add('kernel_span', spans, (span, limit) => {
      for (; span.seq < limit; span.advance()) {
        const { at, row, seq } = span;
        const id = spans.id[at];
        if (entries.ended(id, row, seq, spans.cause(at), spans.isFinished(at))) frames.endSpan(id, seq);
      }
    });
  }

  /** Who gives the hart away, who gets it, and who comes to run user code. */
  private goThroughTurns(): void {
    const { entries, frames } = this;
    const switches = new SwitchColumns();
    this.rows.add('context_switch', switches, (turn, limit) => {
      for (; turn.seq < limit; turn.advance()) {
        const { at, seq } = turn;
        const blocked = switches.from[at] === 0 ? -1 : entries.blocked(switches.from[at]);
        if (blocked >= 0) frames.blockSpan(blocked, seq);
        if (switches.to[at] !== 0) entries.resumed(switches.to[at], turn.span[at]);
      }
    });
    const left = new ModeColumns('from_mode');
    this.rows.add('trap', left, (trap, limit) => {
      for (; trap.seq < limit; trap.advance())
        entries.trapped(trap.pid[trap.at], trap.span[trap.at], left.mode[trap.at], trap.seq);
    });
    const entered = new ModeColumns('to_mode');
    this.rows.add('trap_return', entered, (back, limit) => {
      for (; back.seq < limit; back.advance()) entries.returned(back.pid[back.at], entered.mode[back.at]);
    });
  }

  private frameOf(halves: Uint32Array, at: number): number {
    return this.numbering.ofAddress(halves[2 * at], halves[2 * at + 1]);
  }

  /** Rows of no process are of entries that never end: the scheduler's, and boot code. They are done at once. */
  private touched(cursor: RowCursor, frame: number): void {
    if (cursor.pid[cursor.at] === 0) this.endTouching(cursor, frame);
  }

  private endTouching({ span, at, seq }: RowCursor, frame: number): void {
    this.frames.endTouching(frame, span[at], seq);
  }
}
