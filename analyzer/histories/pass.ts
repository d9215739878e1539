// The pass: in order of seq through the kinds that say what entries do to pages and frames. Rows may come from a trace
// that is read or one that is being made; what the pass has of a run depends on the rows alone.
import type { EventBatch } from '../../tracer/arrow/batch.js';
import type { EventName } from '../../tracer/schema/index.js';
import {
  CallColumns,
  CountColumns,
  FrameColumns,
  ModeColumns,
  MoveColumns,
  noRow,
  RowCursor,
  SpanColumns,
  StoreColumns,
  SwitchColumns,
  TableColumns,
} from './event-rows.js';
import { CountChanges, type FoundCountChanges } from './count-changes.js';
import { EntryMoves, type FoundMoves } from './entry-moves.js';
import { EarlyFrees, type FoundEarlyFrees } from './early-frees.js';
import { FrameHistory } from './frame-history.js';
import type { FoundFrameRows } from './frame-points.js';
import { FrameTakings, type FoundTakings } from './frame-takings.js';
import { KernelEntries, type FoundSpans } from './kernel-entries.js';
import { FrameNumbering } from './numbering.js';
import { PageHistory, type FoundPages } from './page-history.js';
import { isResultCall, ResultCalls, type FoundCalls } from './result-calls.js';

const own = ['seq', 'span', 'pid'] as const;

/** The columns that the pass reads, by kind. */
export const passColumns = {
  pte_write: [...own, 'entry', 'root', 'level', 'va', 'before', 'after'],
  page_table: [...own, 'action', 'table'],
  frame_alloc: [...own, 'frame'],
  frame_free: [...own, 'frame'],
  kalloc: [...own, 'cycle', 'frame'],
  kfree: [...own, 'cycle', 'frame'],
  refcount_change: [...own, 'frame', 'before', 'after', 'locks'],
  kernel_span: [...own, 'id', 'cause', 'finished'],
  context_switch: [...own, 'from_pid', 'to_pid'],
  trap: [...own, 'from_mode'],
  trap_return: [...own, 'to_mode'],
  syscall: [...own, 'phase', 'number', 'argument0', 'argument1', 'result'],
} as const satisfies { [K in EventName]?: readonly string[] };

/** A kind that the pass goes through. */
export type PassKind = keyof typeof passColumns;

/** All of them. */
export const passKinds = Object.keys(passColumns) as readonly PassKind[];

/** Columns by kind. */
export type KindColumns = { readonly [K in EventName]?: readonly string[] };

/** The columns of the pass together with others, which may be of other kinds too. */
export function columnsFor(others: KindColumns): KindColumns {
  const all: Partial<Record<EventName, readonly string[]>> = { ...others };
  for (const kind of passKinds) all[kind] = [...new Set([...passColumns[kind], ...(others[kind] ?? [])])];
  return all;
}

/** What a pass leaves: nothing but typed arrays and numbers, so that it can be sent from thread to thread. */
export interface FoundHistories {
  /** Page numbers by number of the frame. */
  readonly framePages: Float64Array;
  readonly spans: FoundSpans;
  readonly pages: FoundPages;
  readonly frames: FoundFrameRows;
  readonly takings: FoundTakings;
  readonly moves: FoundMoves;
  readonly calls: FoundCalls;
  readonly earlyFrees: FoundEarlyFrees;
  readonly countChanges: FoundCountChanges;
}

/** Yields the next batch of a kind, undefined while there is none. */
export type FetchBatch = (kind: PassKind) => EventBatch | undefined;

/** Gathers what it finds as it goes along. */
export class HistoryPass {
  private readonly numbering = new FrameNumbering();
  private readonly entries = new KernelEntries();
  private readonly takings = new FrameTakings();
  private readonly moves = new EntryMoves();
  private readonly calls = new ResultCalls();
  private readonly earlyFrees = new EarlyFrees();
  private readonly countChanges = new CountChanges();
  private readonly frames = new FrameHistory();
  private readonly pages = new PageHistory(this.numbering, this.frames, this.takings);
  private readonly cursors: RowCursor[] = [];
  /** Of each cursor: goes through its rows up to a seq. */
  private readonly runs: ((limit: number) => void)[] = [];

  /**
   * @param fetch is asked again after it had none
   * @param tellsInterrupts whether traps and their returns are all there: without, nobody can say who blocks
   */
  constructor(
    private readonly fetch: FetchBatch,
    tellsInterrupts: boolean,
  ) {
    this.goThroughPages();
    this.goThroughFrames();
    this.goThroughMoves();
    this.goThroughCalls();
    this.goThroughEntries(tellsInterrupts);
  }

  /** Goes as far as there are rows. All rows before the last of them must have been there, of every kind. */
  advance(): void {
    const { cursors, runs } = this;
    for (const cursor of cursors) if (cursor.seq === noRow) cursor.advance();
    for (;;) {
      let kind = -1;
      let least = noRow;
      let limit = noRow;
      for (let index = 0; index < cursors.length; index++) {
        const { seq } = cursors[index];
        if (seq < least) {
          limit = least;
          least = seq;
          kind = index;
        } else if (seq < limit) limit = seq;
      }
      if (kind < 0) return;
      if (limit === least) throw new Error(`two rows have seq ${least}`);
      runs[kind](limit);
    }
  }

  /** What was found. The pass is over. */
  found(): FoundHistories {
    return {
      framePages: this.numbering.found(),
      spans: this.entries.found(),
      pages: this.pages.found(),
      frames: this.frames.found(),
      takings: this.takings.found(this.numbering.size),
      moves: this.moves.found(),
      calls: this.calls.found(),
      earlyFrees: this.earlyFrees.found(),
      countChanges: this.countChanges.found(),
    };
  }

  /** Each kind has a loop of its own, so that the engine knows whose columns it reads there. */
  private add(kind: PassKind, own: ConstructorParameters<typeof RowCursor>[0]): RowCursor {
    const cursor = new RowCursor(own, () => this.fetch(kind));
    this.cursors.push(cursor);
    return cursor;
  }

  private goThroughPages(): void {
    const { pages } = this;
    const stores = new StoreColumns();
    const store = this.add('pte_write', stores);
    this.runs.push((limit) => {
      for (; store.seq < limit; store.advance()) {
        pages.store(stores, store);
        if (store.pid[store.at] !== 0) continue;
        if (pages.ended >= 0) this.endTouching(store, pages.ended);
        if (pages.begun >= 0 && pages.begun !== pages.ended) this.endTouching(store, pages.begun);
      }
    });
    const tables = new TableColumns();
    const table = this.add('page_table', tables);
    this.runs.push((limit) => {
      for (; table.seq < limit; table.advance())
        if (tables.retires(table.at)) pages.retire(tables, table, (frame) => this.touched(table, frame));
    });
  }

  private goThroughFrames(): void {
    const { frames, takings, moves, earlyFrees } = this;
    const allocs = new FrameColumns();
    const alloc = this.add('frame_alloc', allocs);
    this.runs.push((limit) => {
      for (; alloc.seq < limit; alloc.advance()) {
        const { at, seq } = alloc;
        const frame = this.frameOf(allocs.frame, at);
        takings.take(frame, seq, alloc.span[at], alloc.pid[at]);
        moves.unlist(alloc.span[at], allocs.page(at));
        frames.touchList(frame, alloc.span[at], seq, -1);
        this.touched(alloc, frame);
      }
    });
    const frees = new FrameColumns();
    const free = this.add('frame_free', frees);
    this.runs.push((limit) => {
      for (; free.seq < limit; free.advance()) {
        const { at, seq } = free;
        const frame = this.frameOf(frees.frame, at);
        takings.free(frame, free.row, seq);
        earlyFrees.freed(frame, free.span[at], free.row);
        moves.list(free.span[at], frees.page(at));
        frames.touchList(frame, free.span[at], seq, 1);
        this.touched(free, frame);
      }
    });
    this.goThroughCounts();
  }

  private goThroughCounts(): void {
    const { frames, earlyFrees, countChanges } = this;
    const counts = new CountColumns();
    const count = this.add('refcount_change', counts);
    this.runs.push((limit) => {
      for (; count.seq < limit; count.advance()) {
        const { at, seq } = count;
        const frame = this.frameOf(counts.frame, at);
        const [before, after] = [counts.countBefore(at), counts.countAfter(at)];
        const by = count.span[at];
        frames.touchCount(frame, by, seq, before, after);
        earlyFrees.changed(frame, by, count.row, before, after);
        if (count.pid[at] !== 0) countChanges.add(before, after, counts.locks[at]);
        this.touched(count, frame);
      }
    });
  }

  private goThroughMoves(): void {
    const { moves } = this;
    const handed = new MoveColumns();
    const kalloc = this.add('kalloc', handed);
    this.runs.push((limit) => {
      for (; kalloc.seq < limit; kalloc.advance())
        moves.handOut(kalloc.span[kalloc.at], handed.page(kalloc.at), handed.cycleAt(kalloc.at));
    });
    const given = new MoveColumns();
    const kfree = this.add('kfree', given);
    this.runs.push((limit) => {
      for (; kfree.seq < limit; kfree.advance())
        moves.giveUp(kfree.span[kfree.at], given.page(kfree.at), given.cycleAt(kfree.at), kfree.seq);
    });
  }

  private goThroughCalls(): void {
    const { calls } = this;
    const columns = new CallColumns();
    const call = this.add('syscall', columns);
    this.runs.push((limit) => {
      for (; call.seq < limit; call.advance()) {
        const { at, row, seq } = call;
        if (!isResultCall(columns.number[at])) continue;
        if (columns.isEntering(at)) calls.enter(call.span[at], seq);
        else columns.copy(at, calls, calls.leave(row, call.span[at], call.pid[at], seq));
      }
    });
  }

  private goThroughEntries(tellsInterrupts: boolean): void {
    const { entries, frames } = this;
    const spans = new SpanColumns();
    const span = this.add('kernel_span', spans);
    this.runs.push((limit) => {
      for (; span.seq < limit; span.advance()) {
        const { at, row, seq } = span;
        const id = spans.id[at];
        if (entries.ended(id, row, seq, spans.cause(at), spans.isFinished(at))) frames.endSpan(id, seq);
      }
    });
    if (!tellsInterrupts) return;
    const switches = new SwitchColumns();
    const turn = this.add('context_switch', switches);
    this.runs.push((limit) => {
      for (; turn.seq < limit; turn.advance()) {
        const { at, seq } = turn;
        const blocked = switches.from[at] === 0 ? -1 : entries.blocked(switches.from[at]);
        if (blocked >= 0) frames.blockSpan(blocked, seq);
        if (switches.to[at] !== 0) entries.resumed(switches.to[at], turn.span[at]);
      }
    });
    const left = new ModeColumns('from_mode');
    const trap = this.add('trap', left);
    this.runs.push((limit) => {
      for (; trap.seq < limit; trap.advance())
        entries.trapped(trap.pid[trap.at], trap.span[trap.at], left.mode[trap.at]);
    });
    const entered = new ModeColumns('to_mode');
    const back = this.add('trap_return', entered);
    this.runs.push((limit) => {
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
