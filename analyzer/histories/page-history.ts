// The user mappings of each page-table entry over time, and what each kernel entry did to each page. One pass in
// order of seq; rows become the tables leaf_mappings, page_changes, table_visits and hidden_pages.
import type { RowCursor, StoreColumns, TableColumns } from './event-rows.js';
import type { FrameHistory } from './frame-history.js';
import type { FrameTakings } from './frame-takings.js';
import { GrowingColumns, roomFor } from './growing-columns.js';
import { frameNumberOf } from '../../tracer/schema/index.js';
import { FrameNumbering, pageOf } from './numbering.js';
import { isKernelsOwn, isUserEntry, isUserLeaf, isValid, isWritable } from './page-entries.js';

const entriesPerTable = 512;
/** The bits of an entry that are kept of a mapping: all that say who may do what. */
const permissionBits = 0xff;

function mappingColumns() {
  return {
    frame: new Int32Array(),
    /** The change that it was part of: where its page and its page table are. */
    change: new Int32Array(),
    /** The low bits of the entry. */
    bits: new Uint8Array(),
    /** Row of pte_write that made it, and its seq. */
    fromRow: new Int32Array(),
    fromSeq: new Uint32Array(),
    /** Row of pte_write that ended it, -2 - row of page_table when its table went, -1 when it lives on; and its seq. */
    toRow: new Int32Array(),
    toSeq: new Uint32Array(),
  };
}

function changeColumns() {
  return {
    visit: new Int32Array(),
    /** Virtual page number. */
    page: new Float64Array(),
    firstRow: new Int32Array(),
    firstSeq: new Uint32Array(),
    lastRow: new Int32Array(),
    lastSeq: new Uint32Array(),
    oldFrame: new Int32Array(),
    newFrame: new Int32Array(),
    /** The entry before the first store, and after the last, as halves. */
    beforeLow: new Uint32Array(),
    beforeHigh: new Uint32Array(),
    afterLow: new Uint32Array(),
    afterHigh: new Uint32Array(),
  };
}

function visitColumns() {
  return { span: new Uint32Array(), root: new Int32Array(), seq: new Uint32Array() };
}

function hidingColumns() {
  /** Row of pte_write, its seq, and the page number of the frame that stays mapped. */
  return { row: new Int32Array(), seq: new Uint32Array(), page: new Float64Array() };
}

/** What the pass leaves of page tables. */
export type FoundPages = ReturnType<PageHistory['found']>;

/** Mappings, changes of pages by kernel entries, and visits of kernel entries to page tables. */
export class PageHistory {
  private readonly mappings = new GrowingColumns(mappingColumns());
  private readonly changes = new GrowingColumns(changeColumns());
  private readonly visits = new GrowingColumns(visitColumns());
  /** Stores that hid a user page: it stays mapped, but no longer for users (a guard page). */
  private readonly hiding = new GrowingColumns(hidingColumns());
  private readonly tables = new FrameNumbering();
  /** By entry: its mapping and its last change, plus one; 0 for none. */
  private mapping: Int32Array = new Int32Array();
  private changed: Int32Array = new Int32Array();
  private readonly roots = new FrameNumbering();
  /** By root: its last visit. */
  private readonly lastVisit: number[] = [];

  /** Frames that the last store took a user mapping from and gave one, -1 for none. */
  ended = -1;
  begun = -1;

  constructor(
    private readonly numbering: FrameNumbering,
    private readonly frames: FrameHistory,
    private readonly takings: FrameTakings,
  ) {}

  /** The store that is the present row. */
  store(columns: StoreColumns, { at, row, seq, span }: RowCursor): void {
    this.ended = this.begun = -1;
    const before = columns.before[2 * at];
    const after = columns.after[2 * at];
    if (columns.level[at] !== 0 || !(isUserEntry(before) || isUserEntry(after))) return;
    const slot = this.slotOf(columns.entry[2 * at], columns.entry[2 * at + 1]);
    const visit = this.visit(columns, at, span[at], seq);
    const change = this.change(slot, visit, columns, at, row, seq);
    const oldFrame = isUserLeaf(before) ? this.numbering.ofEntry(before, columns.before[2 * at + 1]) : -1;
    if (this.mapping[slot] !== 0) this.ended = this.endMapping(slot, row, span[at], seq);
    if (isUserLeaf(after) && !isKernelsOwn(columns.va[2 * at], columns.va[2 * at + 1])) {
      this.begun = this.numbering.ofEntry(after, columns.after[2 * at + 1]);
      this.beginMapping(slot, row, span[at], seq, change, after);
    } else if (isValid(after)) this.hide(row, seq, frameNumberOf(after, columns.after[2 * at + 1]));
    this.complete(change, columns, at, row, seq, oldFrame);
  }

  /** The freeing of a page table begins: its mappings end. `ended` is told the frame of each. */
  retire({ table: tables }: TableColumns, cursor: RowCursor, ended: (frame: number) => void): void {
    const { at, row, seq, span } = cursor;
    const table = this.tables.known(tables[2 * at], tables[2 * at + 1]);
    if (table < 0) return;
    const first = table * entriesPerTable;
    for (let slot = first; slot < first + entriesPerTable; slot++)
      if (this.mapping[slot] !== 0) ended(this.endMapping(slot, -2 - row, span[at], seq));
  }

  found() {
    const { mappings, changes, visits, hiding } = this;
    return {
      mappings: mappings.found(),
      changes: changes.found(),
      visits: visits.found(),
      hiding: hiding.found(),
      /** Page numbers of roots, by the number that visits have. */
      rootPages: this.roots.found(),
    };
  }

  /** The number of the entry with an address. */
  private slotOf(low: number, high: number): number {
    const slot = this.tables.ofAddress(low, high) * entriesPerTable + ((low & 4095) >> 3);
    if (slot >= this.mapping.length) {
      this.mapping = roomFor(this.mapping, slot | (entriesPerTable - 1));
      this.changed = roomFor(this.changed, slot | (entriesPerTable - 1));
    }
    return slot;
  }

  private beginMapping(
    slot: number,
    row: number,
    span: number,
    seq: number,
    change: number,
    entry: number,
  ): void {
    const frame = this.begun;
    const mapping = this.mappings.add();
    const { of } = this.mappings;
    of.frame[mapping] = frame;
    of.change[mapping] = change;
    of.bits[mapping] = entry & permissionBits;
    of.fromRow[mapping] = row;
    of.fromSeq[mapping] = seq;
    of.toRow[mapping] = -1;
    this.mapping[slot] = mapping + 1;
    this.frames.touchMappings(frame, span, seq, 1, isWritable(entry) ? 1 : 0);
    this.takings.map(frame, seq);
  }

  /** The frame that it mapped. */
  private endMapping(slot: number, toRow: number, span: number, seq: number): number {
    const mapping = this.mapping[slot] - 1;
    const { of } = this.mappings;
    const frame = of.frame[mapping];
    of.toRow[mapping] = toRow;
    of.toSeq[mapping] = seq;
    this.mapping[slot] = 0;
    this.frames.touchMappings(frame, span, seq, -1, isWritable(of.bits[mapping]) ? -1 : 0);
    this.takings.unmap(frame, seq);
    return frame;
  }

  private hide(row: number, seq: number, page: number): void {
    const hiding = this.hiding.add();
    this.hiding.of.row[hiding] = row;
    this.hiding.of.seq[hiding] = seq;
    this.hiding.of.page[hiding] = page;
  }

  /** The change that a store to an entry belongs to. */
  private change(
    slot: number,
    visit: number,
    { va, before }: StoreColumns,
    at: number,
    row: number,
    seq: number,
  ): number {
    const page = pageOf(va[2 * at], va[2 * at + 1]);
    const last = this.changed[slot] - 1;
    if (last >= 0 && this.changes.of.visit[last] === visit && this.changes.of.page[last] === page)
      return last;
    const change = this.changes.add();
    const { of } = this.changes;
    this.changed[slot] = change + 1;
    of.visit[change] = visit;
    of.page[change] = page;
    of.firstRow[change] = row;
    of.firstSeq[change] = seq;
    of.oldFrame[change] = -1;
    of.newFrame[change] = -1;
    of.beforeLow[change] = before[2 * at];
    of.beforeHigh[change] = before[2 * at + 1];
    return change;
  }

  /** What a store makes of its change. */
  private complete(
    change: number,
    { after }: StoreColumns,
    at: number,
    row: number,
    seq: number,
    oldFrame: number,
  ): void {
    const { of } = this.changes;
    of.lastRow[change] = row;
    of.lastSeq[change] = seq;
    of.afterLow[change] = after[2 * at];
    of.afterHigh[change] = after[2 * at + 1];
    if (of.oldFrame[change] < 0) of.oldFrame[change] = oldFrame;
    if (this.begun >= 0) of.newFrame[change] = this.begun;
  }

  /** The stretch of stores that a span makes under one root, with no other span's in between. */
  private visit({ root: roots }: StoreColumns, at: number, span: number, seq: number): number {
    const root = this.roots.ofAddress(roots[2 * at], roots[2 * at + 1]);
    const last = root < this.lastVisit.length ? this.lastVisit[root] : -1;
    if (last >= 0 && this.visits.of.span[last] === span) return last;
    const visit = this.visits.add();
    this.visits.of.span[visit] = span;
    this.visits.of.root[visit] = root;
    this.visits.of.seq[visit] = seq;
    this.lastVisit[root] = visit;
    return visit;
  }
}
