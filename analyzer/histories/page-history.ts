// The user mappings of each page-table entry over time, and what each kernel entry did to each page. One pass in
// order of seq; rows become the tables leaf_mappings, page_changes, table_visits and hidden_pages.
import type { FrameHistory } from './frame-history.js';
import type { FrameTakings } from './frame-takings.js';
import { GrowingColumns } from './growing-columns.js';
import { FrameNumbering } from './numbering.js';
import { isUserLeaf, isValid, isWritable, type PageStores } from './page-stores.js';

const entriesPerTable = 512;

function mappingColumns() {
  return {
    frame: new Int32Array(),
    /** Row of pte_write that made it. */
    fromRow: new Int32Array(),
    /** Row of pte_write that ended it, -2 - row of page_table when its table went, -1 when it lives on. */
    toRow: new Int32Array(),
  };
}

function changeColumns() {
  return {
    visit: new Int32Array(),
    firstRow: new Int32Array(),
    lastRow: new Int32Array(),
    oldFrame: new Int32Array(),
    newFrame: new Int32Array(),
  };
}

function visitColumns() {
  return { span: new Uint32Array(), row: new Int32Array() };
}

/** Mappings, changes of pages by kernel entries, and visits of kernel entries to page tables. */
export class PageHistory {
  readonly mappings: GrowingColumns<ReturnType<typeof mappingColumns>>;
  readonly changes: GrowingColumns<ReturnType<typeof changeColumns>>;
  readonly visits = new GrowingColumns(visitColumns());
  /** Rows of pte_write that hid a user page: it stays mapped, but no longer for users (a guard page). */
  readonly hiding = new GrowingColumns({ row: new Int32Array() });
  /** By entry: its mapping and its last change, plus one; 0 for none. */
  private readonly mapping: Int32Array;
  private readonly change: Int32Array;
  private readonly roots = new FrameNumbering();
  /** By root: its last visit. */
  private readonly lastVisit: number[] = [];

  constructor(
    private readonly stores: PageStores,
    private readonly frames: FrameHistory,
    private readonly takings: FrameTakings,
  ) {
    this.mapping = new Int32Array(stores.slots);
    this.change = new Int32Array(stores.slots);
    this.mappings = new GrowingColumns(mappingColumns(), stores.found);
    this.changes = new GrowingColumns(changeColumns(), stores.found);
  }

  /** A store to an entry. */
  store(row: number, seq: number): void {
    const slot = this.stores.slot[row];
    if (slot < 0) return;
    const span = this.stores.span[row];
    const frame = this.stores.frame[row];
    if (this.mapping[slot] !== 0) this.endMapping(slot, row, span, seq);
    if (frame >= 0) this.beginMapping(slot, row, frame, span, seq);
    else if (isValid(this.stores.after[2 * row])) this.hiding.of.row[this.hiding.add()] = row;
    this.noteChange(slot, row, span, frame);
  }

  /** The freeing of a page table began: its mappings end where nobody found them alive later. */
  retire(tableRow: number, low: number, high: number, span: number, seq: number): void {
    const first = this.stores.firstSlot(low, high);
    // A table without user entries was never numbered by a store.
    if (first >= this.mapping.length) return;
    for (let slot = first; slot < first + entriesPerTable; slot++) {
      const mapping = this.mapping[slot] - 1;
      if (mapping < 0 || this.stores.nextAgrees[this.mappings.of.fromRow[mapping]] !== 0) continue;
      this.endMapping(slot, -2 - tableRow, span, seq);
    }
  }

  private beginMapping(slot: number, row: number, frame: number, span: number, seq: number): void {
    const mapping = this.mappings.add();
    const { of } = this.mappings;
    of.frame[mapping] = frame;
    of.fromRow[mapping] = row;
    of.toRow[mapping] = -1;
    this.mapping[slot] = mapping + 1;
    this.frames.touchMappings(frame, span, seq, 1, isWritable(this.stores.after[2 * row]) ? 1 : 0);
    this.takings.map(frame, seq);
  }

  private endMapping(slot: number, toRow: number, span: number, seq: number): void {
    const mapping = this.mapping[slot] - 1;
    const { of } = this.mappings;
    const frame = of.frame[mapping];
    of.toRow[mapping] = toRow;
    this.mapping[slot] = 0;
    const wasWritable = isWritable(this.stores.after[2 * of.fromRow[mapping]]);
    this.frames.touchMappings(frame, span, seq, -1, wasWritable ? -1 : 0);
    this.takings.unmap(frame, seq);
  }

  private noteChange(slot: number, row: number, span: number, newFrame: number): void {
    const { stores } = this;
    const { of } = this.changes;
    const visit = this.visit(row, span);
    let change = this.change[slot] - 1;
    const continues =
      change >= 0 && of.visit[change] === visit && samePage(stores.va, of.lastRow[change], row);
    if (!continues) {
      change = this.changes.add();
      this.change[slot] = change + 1;
      of.visit[change] = visit;
      of.firstRow[change] = row;
      of.oldFrame[change] = -1;
      of.newFrame[change] = -1;
    }
    of.lastRow[change] = row;
    if (of.oldFrame[change] < 0 && isUserLeaf(stores.before[2 * row]))
      of.oldFrame[change] = stores.frameBefore(row);
    if (newFrame >= 0) of.newFrame[change] = newFrame;
  }

  /** The stretch of stores that a span makes under one root, with no other span's in between. */
  private visit(row: number, span: number): number {
    const root = this.roots.ofAddress(this.stores.root[2 * row], this.stores.root[2 * row + 1]);
    const last = this.lastVisit[root];
    if (last !== undefined && this.visits.of.span[last] === span) return last;
    const visit = this.visits.add();
    this.visits.of.span[visit] = span;
    this.visits.of.row[visit] = row;
    this.lastVisit[root] = visit;
    return visit;
  }
}

function samePage(va: Uint32Array, one: number, other: number): boolean {
  return va[2 * one] === va[2 * other] && va[2 * one + 1] === va[2 * other + 1];
}
