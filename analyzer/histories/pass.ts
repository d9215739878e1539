// The one pass over the events that change what a frame or a page is, in order of seq over all kinds.
import { UsageError } from '../../errors.js';
import type { EventName } from '../../tracer/schema/index.js';
import type { EventTables } from '../event-tables.js';
import { blockingSpans } from './blocks.js';
import { FrameHistory } from './frame-history.js';
import { countRows, frameRows, type CountRows, type FrameRows } from './frame-rows.js';
import { FrameTakings } from './frame-takings.js';
import { LastTouches } from './last-touches.js';
import { FrameNumbering, halvesOf } from './numbering.js';
import { PageHistory } from './page-history.js';
import { PageStores } from './page-stores.js';
import { spanEnd, SpanFacts } from './span-facts.js';

/** More events than fit a trace; larger numbers come from damage. */
const seqMost = 2 ** 30;

/** The kinds that the pass goes through; the byte of a seq says whose it is, 0 when it is none of them. */
const kinds = {
  pte_write: 1,
  page_table: 2,
  frame_alloc: 3,
  frame_free: 4,
  refcount_change: 5,
  kernel_span: 6,
  context_switch: 7,
} as const satisfies { [K in EventName]?: number };

/** What one pass over a run finds. */
export class Histories {
  readonly numbering = new FrameNumbering();
  readonly spans: SpanFacts;
  readonly stores: PageStores;
  readonly frames: FrameHistory;
  readonly pages: PageHistory;
  readonly takings: FrameTakings;
  readonly allocs: FrameRows;
  private readonly frees: FrameRows;
  private readonly counts: CountRows;
  private readonly lastTouches: LastTouches;
  private readonly tables: TableRows;
  private readonly blocking: Int32Array;

  constructor(readonly events: EventTables) {
    this.spans = new SpanFacts(events);
    this.stores = new PageStores(events, this.numbering);
    this.allocs = frameRows(events, 'frame_alloc', this.numbering);
    this.frees = frameRows(events, 'frame_free', this.numbering);
    this.counts = countRows(events, this.numbering);
    this.tables = tableRows(events);
    this.blocking = blockingSpans(events);
    const { spans, stores, numbering } = this;
    this.lastTouches = new LastTouches(spans, stores, [this.allocs, this.frees, this.counts]);
    this.takings = new FrameTakings(this.allocs.rows, numbering.size);
    this.frames = new FrameHistory(spans.size, numbering.size, this.counts.first, stores.found);
    this.pages = new PageHistory(stores, this.frames, this.takings);
    this.run();
  }

  private run(): void {
    const order = this.orderOfKinds();
    const next = new Int32Array(Object.keys(kinds).length + 1);
    for (let seq = 0; seq < order.length; seq++) {
      const kind = order[seq];
      if (kind !== 0) this.step(kind, next[kind]++, seq);
    }
  }

  private step(kind: number, row: number, seq: number): void {
    switch (kind) {
      case kinds.pte_write:
        return this.store(row, seq);
      case kinds.page_table:
        return this.retire(row, seq);
      case kinds.frame_alloc:
        this.takings.take(this.allocs.frame[row], row);
        return this.list(this.allocs, row, seq, -1);
      case kinds.frame_free:
        this.takings.free(this.frees.frame[row], row);
        return this.list(this.frees, row, seq, 1);
      case kinds.refcount_change:
        return this.count(row, seq);
      case kinds.context_switch:
        if (this.blocking[row] >= 0) this.frames.blockSpan(this.blocking[row], seq);
        return;
      default: {
        const span = this.spans.ids[row];
        if (this.spans.end[span] === spanEnd.finished) this.frames.endSpan(span, seq);
      }
    }
  }

  private list(rows: FrameRows, row: number, seq: number, listed: number): void {
    const frame = rows.frame[row];
    const span = rows.span[row];
    this.frames.touchList(frame, span, seq, listed);
    if (this.lastTouches.isEndless(span)) this.settleEndless(frame, span, seq);
  }

  private count(row: number, seq: number): void {
    const frame = this.counts.frame[row];
    const span = this.counts.span[row];
    this.frames.touchCount(frame, span, seq, this.counts.difference[row]);
    if (this.lastTouches.isEndless(span)) this.settleEndless(frame, span, seq);
  }

  private store(row: number, seq: number): void {
    this.pages.store(row, seq);
    const span = this.stores.span[row];
    if (this.stores.slot[row] < 0 || !this.lastTouches.isEndless(span)) return;
    this.settleEndless(this.stores.frameBefore(row), span, seq);
    if (this.stores.frame[row] >= 0) this.settleEndless(this.stores.frame[row], span, seq);
  }

  private retire(row: number, seq: number): void {
    const { retires, table, span } = this.tables;
    if (retires[row] !== 0) this.pages.retire(row, table[2 * row], table[2 * row + 1], span[row], seq);
  }

  private settleEndless(frame: number, span: number, seq: number): void {
    if (this.lastTouches.isLast(frame, span, seq)) this.frames.endTouching(frame, span, seq);
  }

  /** By seq, whose event it is. */
  private orderOfKinds(): Uint8Array {
    const columns = Object.entries(kinds).map(([kind, number]) => {
      const table = this.events.of(kind as EventName);
      return { number, rows: table.rows, seqs: halvesOf(table.read(['seq'])[0].values) };
    });
    const last = Math.max(-1, ...columns.map(({ rows, seqs }) => (rows === 0 ? -1 : seqAt(seqs, rows - 1))));
    if (last >= seqMost) throw new UsageError(`The trace numbers an event ${last}: it is damaged.`, 65);
    const order = new Uint8Array(last + 1);
    for (const { number, rows, seqs } of columns)
      for (let row = 0; row < rows; row++) order[seqs[2 * row]] = number;
    return order;
  }
}

function seqAt(seqs: Uint32Array, row: number): number {
  return seqs[2 * row + 1] * 2 ** 32 + seqs[2 * row];
}

interface TableRows {
  /** 1 for the beginning of a table's freeing. */
  readonly retires: Uint8Array;
  /** Halves of the table's address. */
  readonly table: Uint32Array;
  readonly span: Uint32Array;
}

function tableRows(events: EventTables): TableRows {
  const table = events.of('page_table');
  const [action, address, span] = table.read(['action', 'table', 'span']);
  const retired = action.dictionary!.indexOf('retired');
  const retires = Uint8Array.from({ length: table.rows }, (_, row) => Number(action.values[row] === retired));
  return { retires, table: halvesOf(address.values), span: span.values as Uint32Array };
}
