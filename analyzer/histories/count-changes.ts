// Which locks were held at all changes of reference counts by processes, by how high the count was: the table
// count_changes.
import { GrowingColumns } from './growing-columns.js';
import type { Histories } from './histories.js';
import { numberColumn } from './number-columns.js';
import { NumberedKeys } from './numbered-keys.js';
import type { HistoryTableRow } from './tables.js';

function changeColumns() {
  return { highest: new Float64Array(), changes: new Uint32Array(), locks: new Uint32Array() };
}

/** What the pass leaves of them. */
export type FoundCountChanges = ReturnType<CountChanges['found']>;

/** Follows them through the pass. */
export class CountChanges {
  private readonly rows = new GrowingColumns(changeColumns());
  private readonly keys = new NumberedKeys();

  /** A change by a process. */
  add(before: number, after: number, locks: number): void {
    const highest = Math.max(before, after);
    const row = this.keys.of(highest);
    const isNew = row === this.rows.length;
    if (isNew) this.rows.add();
    const { of } = this.rows;
    if (isNew) {
      of.highest[row] = highest;
      of.locks[row] = locks;
    }
    of.changes[row]++;
    of.locks[row] &= locks;
  }

  found() {
    return this.rows.found();
  }
}

function changesOf({ found }: Histories) {
  const { length: rows, of } = found.countChanges;
  return { rows, ...of };
}

/** The table. */
export const countChangesTable = {
  doc: 'Changes of counts by processes by the higher of the two (highest), and the locks held at all of them.',
  needs: ['refcount_change'],
  optional: [],
  rows: ({ found }) => found.countChanges.length,
  columns: {
    highest: numberColumn(changesOf, 'i64', ({ highest }, row) => highest[row]),
    changes: numberColumn(changesOf, 'i64', ({ changes }, row) => changes[row]),
    locks: numberColumn(changesOf, 'u32', ({ locks }, row) => locks[row]),
  },
} as const satisfies HistoryTableRow;
