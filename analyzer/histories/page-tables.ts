// The columns of leaf_mappings, page_changes, fault_changes, table_visits and hidden_pages.
import { gathered, gatheredSeqs, validityBut } from './gather.js';
import type { Histories } from './pass.js';
import { spanEnd } from './span-facts.js';
import type { HistoryColumn } from './tables.js';

type Type = HistoryColumn['type'];
type Rows = (histories: Histories) => { readonly at: Int32Array; readonly rows: number };

/** What pte_write says at certain rows. */
function stored(name: string, type: Type, of: Rows): HistoryColumn {
  return {
    type,
    read: (histories) => {
      const { at, rows } = of(histories);
      return gathered(histories.events, 'pte_write', name, at, rows);
    },
  };
}

function storedSeq(of: Rows): HistoryColumn {
  return {
    type: 'u32',
    read: (histories) => {
      const { at, rows } = of(histories);
      return { values: gatheredSeqs(histories.events, 'pte_write', at, rows) };
    },
  };
}

const beginning: Rows = ({ pages: { mappings } }) => ({ at: mappings.of.fromRow, rows: mappings.length });

/** Of the store, or the retirement of the table, that ended a mapping. */
function ending(name: 'seq' | 'cycle' | 'span' | 'pid', type: Type): HistoryColumn {
  return {
    type,
    nullable: true,
    read: ({ events, pages: { mappings } }) => {
      const { toRow } = mappings.of;
      const rows = mappings.length;
      const { values } = gathered(events, 'pte_write', name, toRow, rows);
      const retired = toRow.map((row) => (row < -1 ? -2 - row : -1));
      const { values: byTable } = gathered(events, 'page_table', name, retired, rows);
      for (let row = 0; row < rows; row++) if (retired[row] >= 0) values[row] = byTable[row];
      return { values, validity: validityBut(toRow, -1, rows) };
    },
  };
}

/** Whether the mapping's entry has a bit. */
function bit(mask: number): HistoryColumn {
  return {
    type: 'bool',
    read: ({ pages: { mappings }, stores: { after } }) => {
      const { fromRow } = mappings.of;
      const values = new Uint8Array(mappings.length);
      for (let row = 0; row < values.length; row++)
        values[row] = (after[2 * fromRow[row]] & mask) !== 0 ? 1 : 0;
      return { values };
    },
  };
}

export const leafMappingColumns = {
  frame: {
    type: 'u64',
    read: ({ pages: { mappings }, numbering }) => ({
      values: numbering.addresses(mappings.of.frame, mappings.length),
    }),
  },
  root: stored('root', 'u64', beginning),
  va: stored('va', 'u64', beginning),
  from_seq: storedSeq(beginning),
  from_cycle: stored('cycle', 'u64', beginning),
  hart: stored('hart', 'u8', beginning),
  pid: stored('pid', 'i32', beginning),
  span: stored('span', 'u32', beginning),
  pc: stored('pc', 'u64', beginning),
  call_site: stored('call_site', 'u64', beginning),
  to_seq: ending('seq', 'u64'),
  to_cycle: ending('cycle', 'u64'),
  to_span: ending('span', 'u32'),
  to_pid: ending('pid', 'i32'),
  readable: bit(2),
  writable: bit(4),
  executable: bit(8),
  entry_value: stored('after', 'u64', beginning),
} as const satisfies Record<string, HistoryColumn>;

const first: Rows = ({ pages: { changes } }) => ({ at: changes.of.firstRow, rows: changes.length });
const last: Rows = ({ pages: { changes } }) => ({ at: changes.of.lastRow, rows: changes.length });

function frameOf(which: 'oldFrame' | 'newFrame'): HistoryColumn {
  return {
    type: 'u64',
    nullable: true,
    read: ({ pages: { changes }, numbering }) => ({
      values: numbering.addresses(changes.of[which], changes.length),
      validity: validityBut(changes.of[which], -1, changes.length),
    }),
  };
}

function finished({ pages: { changes }, stores, spans }: Histories): { values: Uint8Array } {
  const values = new Uint8Array(changes.length);
  for (let row = 0; row < values.length; row++) {
    const end = spans.end[stores.span[changes.of.firstRow[row]]];
    values[row] = end === spanEnd.finished || end === spanEnd.endless ? 1 : 0;
  }
  return { values };
}

function byFault({ pages: { changes }, stores, spans }: Histories): { values: Uint8Array } {
  const values = new Uint8Array(changes.length);
  for (let row = 0; row < values.length; row++)
    values[row] = spans.isFault[stores.span[changes.of.firstRow[row]]];
  return { values };
}

export const pageChangeColumns = {
  visit: { type: 'i32', read: ({ pages }) => ({ values: pages.changes.of.visit }) },
  span: stored('span', 'u32', first),
  root: stored('root', 'u64', first),
  va: stored('va', 'u64', first),
  first_seq: storedSeq(first),
  last_seq: storedSeq(last),
  first_entry: stored('before', 'u64', first),
  entry: stored('after', 'u64', last),
  old_frame: frameOf('oldFrame'),
  new_frame: frameOf('newFrame'),
  by_fault: { type: 'bool', read: byFault },
  finished: { type: 'bool', read: finished },
} as const satisfies Record<string, HistoryColumn>;

const visits: Rows = ({ pages: { visits: rows } }) => ({ at: rows.of.row, rows: rows.length });

export const tableVisitColumns = {
  visit: {
    type: 'i32',
    read: ({ pages }) => ({ values: new Int32Array(pages.visits.length).map((_, row) => row) }),
  },
  span: stored('span', 'u32', visits),
  root: stored('root', 'u64', visits),
  seq: storedSeq(visits),
} as const satisfies Record<string, HistoryColumn>;

const hiding: Rows = ({ pages: { hiding: rows } }) => ({ at: rows.of.row, rows: rows.length });

export const hiddenPageColumns = {
  seq: storedSeq(hiding),
  root: stored('root', 'u64', hiding),
  va: stored('va', 'u64', hiding),
  entry: stored('after', 'u64', hiding),
} as const satisfies Record<string, HistoryColumn>;
