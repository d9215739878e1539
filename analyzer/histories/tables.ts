// The tables that the pass makes: what views and invariants may read beside the events, declared as the events are.
import type { EventName } from '../../tracer/schema/index.js';
import type { ColumnCache } from '../column-cache.js';
import type { Table, TableColumn, TableColumnType, WholeColumn } from '../table.js';
import { faultChangeColumns, faultChangeRows } from './fault-changes.js';
import { frameColumns, frameSpanColumns } from './frame-span-table.js';
import { frameTakingColumns } from './frame-taking-table.js';
import {
  hiddenPageColumns,
  leafMappingColumns,
  pageChangeColumns,
  tableVisitColumns,
} from './page-tables.js';
import type { Histories } from './histories.js';
import { countConventionColumns, pointStateColumns, pointStateRows } from './point-states.js';

/** How a column is made of what the pass found. */
export interface HistoryColumn {
  readonly type: TableColumnType;
  readonly nullable?: true;
  readonly read: (histories: Histories) => WholeColumn;
}

/** The columns of a table by name, and how many rows there are. */
export interface HistoryTableRow {
  readonly doc: string;
  /** Event kinds it is made from; without those in `optional` it has less to say. */
  readonly needs: readonly EventName[];
  readonly optional: readonly EventName[];
  readonly rows: (histories: Histories) => number;
  readonly columns: Readonly<Record<string, HistoryColumn>>;
}

const pageKinds = ['pte_write', 'page_table'] as const;
const frameKinds = [...pageKinds, 'frame_alloc', 'frame_free', 'kernel_span'] as const;

const frameExtras = ['refcount_change', 'context_switch', 'trap', 'trap_return'] as const;

/** Every table of the pass. */
export const historyTables = {
  leaf_mappings: {
    doc:
      'User mappings over time: from the store that made an entry map a frame to the next store to that ' +
      'entry, or to the retirement of its table. A change of permissions alone ends one row and begins the ' +
      'next. to_seq is null when the mapping lives to the end of the trace. The last three pages below MAXVA ' +
      'are the kernel’s to share with its programs (ugetpid), and no mappings.',
    needs: pageKinds,
    optional: [],
    rows: ({ found }) => found.pages.mappings.length,
    columns: leafMappingColumns,
  },
  page_changes: {
    doc:
      'What each kernel entry did to each user page: the entry before its first store (first_entry, and ' +
      'old_frame: the frame that users could reach) and after its last (entry; new_frame: the last frame ' +
      'that it mapped for users). finished: the kernel entry ended in the trace; by_fault: it handled a ' +
      'page fault. visit is a row of table_visits.',
    needs: [...pageKinds, 'kernel_span'],
    optional: [],
    rows: ({ found }) => found.pages.changes.length,
    columns: pageChangeColumns,
  },
  fault_changes: {
    doc:
      'The rows of page_changes that are the handling of a page fault, with what it found of old_frame (see ' +
      'frame_spans); null when it left that frame alone. pc and call_site are those of the last store.',
    needs: frameKinds,
    optional: frameExtras,
    rows: faultChangeRows,
    columns: faultChangeColumns,
  },
  table_visits: {
    doc: 'Stretches of stores under one root by one kernel entry, from seq on: to which page_changes belong.',
    needs: pageKinds,
    optional: [],
    rows: ({ found }) => found.pages.visits.length,
    columns: tableVisitColumns,
  },
  hidden_pages: {
    doc: 'Stores that left a user page mapped, but not for users: guard pages.',
    needs: pageKinds,
    optional: [],
    rows: ({ found }) => found.pages.hiding.length,
    columns: hiddenPageColumns,
  },
  frame_spans: {
    doc:
      'What each kernel entry did to a frame from its first touch of it (first_seq: a mapping made or ' +
      'removed, the count changed, taken from or put on the free list) to its end (end_seq), with what all ' +
      'entries that are done by then made of it. An entry that blocks ends one row and begins the next. ' +
      'Bits of flags: 1 settled: the entry ended or blocked, so that the row is a point to judge at; the ' +
      'scheduler and boot code (no process), which never end, are done with a frame at once, unsettled; an ' +
      'entry that the trace cuts off is never done (the largest number). 2 judged: no other unfinished ' +
      'entry, running or asleep, had touched the frame by then, so this is its state, and it must be ' +
      "consistent. 4 undisturbed: from the entry's first touch to its end nobody else finished with the " +
      'frame, so mappings_before is what it found. 8 free: it is on the free list. 16: the count is known, ' +
      'which it is not while no change of it was ever seen for this frame.',
    needs: frameKinds,
    optional: frameExtras,
    rows: ({ frames }) => frames.length,
    columns: frameSpanColumns,
  },
  point_states: {
    doc:
      'How many quiescent points (see quiescent_points) there are of each state of a frame: what rules about ' +
      'frames count as judged and skipped. writable: through one of its mappings at least. count is null where it ' +
      'is not known.',
    needs: frameKinds,
    optional: frameExtras,
    rows: pointStateRows,
    columns: pointStateColumns,
  },
  count_convention: {
    doc:
      "One row: what this kernel's reference count says of a frame with one user mapping: 1 (it counts " +
      'references) or 0 (it counts further references only). extra is what must be added to the mappings to ' +
      'get the count. Learned from the frames with exactly one mapping.',
    needs: frameKinds,
    optional: frameExtras,
    rows: () => 1,
    columns: countConventionColumns,
  },
  frames: {
    doc:
      'Every frame that any event names: how often it left the free list (taken), how many user mappings of ' +
      'it there were (mapped), and how many of these ended (unmapped).',
    needs: frameKinds,
    optional: frameExtras,
    rows: ({ found }) => found.framePages.length,
    columns: frameColumns,
  },
  frame_takings: {
    doc:
      "From a frame's leaving the free list to its return; the free_ columns are null when it is out to the " +
      'end of the trace. cause is that of the kernel entry that took it. mapped_seq: users first mapped it; ' +
      'unmapped_seq: its last mapping went; null for never.',
    needs: [...frameKinds],
    optional: [],
    rows: ({ found }) => found.takings.rows.length,
    columns: frameTakingColumns,
  },
} as const satisfies Record<string, HistoryTableRow>;

/** Name of a table of the pass. */
export type HistoryTableName = keyof typeof historyTables;

/** Whether a name is one of them. */
export function isHistoryTable(name: string): name is HistoryTableName {
  return Object.hasOwn(historyTables, name);
}

/** A table of the pass, which is made when a column is first read. */
export class HistoryTable implements Table {
  readonly columns: readonly TableColumn[];
  private readonly row: HistoryTableRow;

  constructor(
    private readonly name: HistoryTableName,
    private readonly histories: () => Histories,
    private readonly cache: ColumnCache,
  ) {
    this.row = historyTables[name];
    this.columns = Object.entries(this.row.columns).map(([column, { type, nullable = false }]) => {
      return { name: column, type, nullable };
    });
  }

  get rows(): number {
    return this.row.rows(this.histories());
  }

  read(names: readonly string[]): WholeColumn[] {
    return names.map((name) => this.cache.get(this.name, name) ?? this.make(name));
  }

  private make(name: string): WholeColumn {
    const column = this.row.columns[name].read(this.histories());
    this.cache.keep(this.name, name, column);
    return column;
  }
}
