// Stores to last-level page-table entries that are or were user mappings, found among all rows of pte_write. Here,
// as in queries/views/entry_changes.sql, is how an entry is laid out (Sv39: V R W X U in bits 0-4, frame number from
// bit 10).
import type { EventTables } from '../event-tables.js';
import { halvesOf, FrameNumbering } from './numbering.js';

const entriesPerTable = 512;
const valid = 1;
const writable = 4;
const validUser = 17;
const anyAccess = 14;

/** Whether an entry, by its low half, lets user mode reach a frame. */
export function isUserLeaf(low: number): boolean {
  return (low & validUser) === validUser && (low & anyAccess) !== 0;
}

/** Whether an entry, by its low half, may be written through. */
export function isWritable(low: number): boolean {
  return (low & writable) !== 0;
}

/** Whether an entry, by its low half, is in use. */
export function isValid(low: number): boolean {
  return (low & valid) !== 0;
}

/** The user entries among the rows of pte_write. */
export class PageStores {
  readonly rows: number;
  /** Number of the entry stored to, -1 when the row is about something else. */
  readonly slot: Int32Array;
  /** Number of the frame that a user reaches after the store, -1 for none. */
  readonly frame: Int32Array;
  /** Of a row that makes a mapping: whether the next store to the entry found it still there. */
  readonly nextAgrees: Uint8Array;
  /** How many rows are about user entries. */
  readonly found: number;
  /** Halves of 64-bit columns: the low one of row r is element 2r. */
  readonly before: Uint32Array;
  readonly after: Uint32Array;
  readonly seq: Uint32Array;
  readonly root: Uint32Array;
  readonly va: Uint32Array;
  readonly span: Uint32Array;
  private readonly tables = new FrameNumbering();

  constructor(
    events: EventTables,
    private readonly frames: FrameNumbering,
  ) {
    const table = events.of('pte_write');
    const names = ['seq', 'span', 'before', 'after', 'root', 'va', 'entry', 'level'];
    const [seq, span, before, after, root, va, entry, level] = table.read(names);
    this.rows = table.rows;
    this.seq = halvesOf(seq.values);
    this.span = span.values as Uint32Array;
    this.before = halvesOf(before.values);
    this.after = halvesOf(after.values);
    this.root = halvesOf(root.values);
    this.va = halvesOf(va.values);
    this.slot = new Int32Array(this.rows).fill(-1);
    this.frame = new Int32Array(this.rows).fill(-1);
    this.found = this.findUserEntries(halvesOf(entry.values), level.values as Uint8Array);
    this.nextAgrees = this.compareNeighbours();
  }

  /** How many entries there are. */
  get slots(): number {
    return this.tables.size * entriesPerTable;
  }

  /** The first of the 512 entries of a table at an address. */
  firstSlot(low: number, high: number): number {
    return this.tables.ofAddress(low, high) * entriesPerTable;
  }

  /** Number of the frame that a row's entry named before. */
  frameBefore(row: number): number {
    return this.frames.ofEntry(this.before[2 * row], this.before[2 * row + 1]);
  }

  private findUserEntries(entry: Uint32Array, level: Uint8Array): number {
    const { before, after, slot, frame } = this;
    let found = 0;
    for (let row = 0; row < this.rows; row++) {
      const now = after[2 * row];
      if (
        level[row] !== 0 ||
        ((before[2 * row] & validUser) !== validUser && (now & validUser) !== validUser)
      )
        continue;
      found++;
      slot[row] = this.firstSlot(entry[2 * row], entry[2 * row + 1]) + ((entry[2 * row] & 4095) >> 3);
      if (isUserLeaf(now)) frame[row] = this.frames.ofEntry(now, after[2 * row + 1]);
    }
    return found;
  }

  private compareNeighbours(): Uint8Array {
    const agrees = new Uint8Array(this.rows);
    const last = new Int32Array(this.slots);
    for (let row = 0; row < this.rows; row++) {
      const slot = this.slot[row];
      if (slot < 0) continue;
      const previous = last[slot] - 1;
      last[slot] = row + 1;
      if (previous < 0 || !isUserLeaf(this.before[2 * row])) continue;
      if (this.frameBefore(row) === this.frame[previous]) agrees[previous] = 1;
    }
    return agrees;
  }
}
