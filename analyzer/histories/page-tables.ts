// The columns of leaf_mappings, page_changes, table_visits and hidden_pages.
import { gathered, validityBut } from './gather.js';
import type { Histories } from './histories.js';
import { addressesOf, addressesOfPages } from './numbering.js';
import type { HistoryColumn } from './tables.js';

type Type = HistoryColumn['type'];
type Rows = (histories: Histories) => { readonly at: Int32Array; readonly rows: number };

/** What pte_write says at certain rows. */
export function stored(name: string, type: Type, of: Rows): HistoryColumn {
  return {
    type,
    read: (histories) => {
      const { at, rows } = of(histories);
      return gathered(histories.events, 'pte_write', name, at, rows);
    },
  };
}

type VisitRows = (histories: Histories) => { readonly visit: Int32Array; readonly rows: number };

/** Root of the page table of visits. */
export function rootOf(of: VisitRows): HistoryColumn {
  return {
    type: 'u64',
    read: (histories) => {
      const { visits, rootPages } = histories.found.pages;
      const { visit, rows } = of(histories);
      const roots = new Int32Array(rows);
      for (let row = 0; row < rows; row++) roots[row] = visits.of.root[visit[row]];
      return { values: addressesOf(rootPages, roots, rows) };
    },
  };
}

/** Kernel entry that made visits. */
export function spanOf(of: VisitRows): HistoryColumn {
  return {
    type: 'u32',
    read: (histories) => {
      const { span } = histories.found.pages.visits.of;
      const { visit, rows } = of(histories);
      const values = new Uint32Array(rows);
      for (let row = 0; row < rows; row++) values[row] = span[visit[row]];
      return { values };
    },
  };
}

const beginning: Rows = ({ found: { pages } }) => {
  return { at: pages.mappings.of.fromRow, rows: pages.mappings.length };
};
const mappingVisits: VisitRows = ({ found: { pages } }) => {
  const { mappings, changes } = pages;
  const visit = new Int32Array(mappings.length);
  for (let row = 0; row < visit.length; row++) visit[row] = changes.of.visit[mappings.of.change[row]];
  return { visit, rows: mappings.length };
};

/** Of the store, or the retirement of the table, that ended a mapping. */
function ending(name: 'cycle' | 'span' | 'pid', type: Type): HistoryColumn {
  return {
    type,
    nullable: true,
    read: ({ events, found: { pages } }) => {
      const { toRow } = pages.mappings.of;
      const rows = pages.mappings.length;
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
    read: ({ found: { pages } }) => {
      const { bits } = pages.mappings.of;
      const values = new Uint8Array(pages.mappings.length);
      for (let row = 0; row < values.length; row++) values[row] = (bits[row] & mask) !== 0 ? 1 : 0;
      return { values };
    },
  };
}

export const leafMappingColumns = {
  frame: {
    type: 'u64',
    read: (histories) => {
      const { of, length } = histories.found.pages.mappings;
      return { values: histories.addresses(of.frame, length) };
    },
  },
  root: rootOf(mappingVisits),
  va: {
    type: 'u64',
    read: ({ found: { pages } }) => {
      const { mappings, changes } = pages;
      const page = new Float64Array(mappings.length);
      for (let row = 0; row < page.length; row++) page[row] = changes.of.page[mappings.of.change[row]];
      return { values: addressesOfPages(page, page.length) };
    },
  },
  from_seq: { type: 'u32', read: ({ found: { pages } }) => ({ values: pages.mappings.of.fromSeq }) },
  from_cycle: stored('cycle', 'u64', beginning),
  hart: stored('hart', 'u8', beginning),
  pid: stored('pid', 'i32', beginning),
  span: spanOf(mappingVisits),
  pc: stored('pc', 'u64', beginning),
  call_site: stored('call_site', 'u64', beginning),
  to_seq: {
    type: 'u32',
    nullable: true,
    read: ({ found: { pages } }) => {
      const { of, length } = pages.mappings;
      return { values: of.toSeq, validity: validityBut(of.toRow, -1, length) };
    },
  },
  to_cycle: ending('cycle', 'u64'),
  to_span: ending('span', 'u32'),
  to_pid: ending('pid', 'i32'),
  readable: bit(2),
  writable: bit(4),
  executable: bit(8),
  entry_value: stored('after', 'u64', beginning),
} as const satisfies Record<string, HistoryColumn>;

const changeVisits: VisitRows = ({ found: { pages } }) => {
  return { visit: pages.changes.of.visit, rows: pages.changes.length };
};

function frameOf(which: 'oldFrame' | 'newFrame'): HistoryColumn {
  return {
    type: 'u64',
    nullable: true,
    read: (histories) => {
      const { of, length } = histories.found.pages.changes;
      return {
        values: histories.addresses(of[which], length),
        validity: validityBut(of[which], -1, length),
      };
    },
  };
}

function entry(which: 'before' | 'after'): HistoryColumn {
  return {
    type: 'u64',
    read: ({ found: { pages } }) => {
      const { of, length } = pages.changes;
      const { [`${which}Low` as const]: low, [`${which}High` as const]: high } = of;
      const halves = new Uint32Array(2 * length);
      for (let row = 0; row < length; row++) {
        halves[2 * row] = low[row];
        halves[2 * row + 1] = high[row];
      }
      return { values: new BigUint64Array(halves.buffer) };
    },
  };
}

/** What holds of the kernel entry. */
function ofSpan(holds: (histories: Histories, span: number) => boolean): HistoryColumn {
  return {
    type: 'bool',
    read: (histories) => {
      const { changes, visits } = histories.found.pages;
      const values = new Uint8Array(changes.length);
      for (let row = 0; row < values.length; row++)
        values[row] = holds(histories, visits.of.span[changes.of.visit[row]]) ? 1 : 0;
      return { values };
    },
  };
}

export const pageChangeColumns = {
  visit: { type: 'i32', read: ({ found: { pages } }) => ({ values: pages.changes.of.visit }) },
  span: spanOf(changeVisits),
  root: rootOf(changeVisits),
  va: {
    type: 'u64',
    read: ({ found: { pages } }) => ({
      values: addressesOfPages(pages.changes.of.page, pages.changes.length),
    }),
  },
  first_seq: { type: 'u32', read: ({ found: { pages } }) => ({ values: pages.changes.of.firstSeq }) },
  last_seq: { type: 'u32', read: ({ found: { pages } }) => ({ values: pages.changes.of.lastSeq }) },
  first_entry: entry('before'),
  entry: entry('after'),
  old_frame: frameOf('oldFrame'),
  new_frame: frameOf('newFrame'),
  by_fault: ofSpan((histories, span) => histories.isFault(span)),
  finished: ofSpan((histories, span) => histories.isDone(span)),
} as const satisfies Record<string, HistoryColumn>;

const allVisits: VisitRows = ({ found: { pages } }) => {
  const rows = pages.visits.length;
  return { visit: new Int32Array(rows).map((_, row) => row), rows };
};

export const tableVisitColumns = {
  visit: { type: 'i32', read: (histories) => ({ values: allVisits(histories).visit }) },
  span: spanOf(allVisits),
  root: rootOf(allVisits),
  seq: { type: 'u32', read: ({ found: { pages } }) => ({ values: pages.visits.of.seq }) },
} as const satisfies Record<string, HistoryColumn>;

const hiding: Rows = ({ found: { pages } }) => ({ at: pages.hiding.of.row, rows: pages.hiding.length });

export const hiddenPageColumns = {
  seq: { type: 'u32', read: ({ found: { pages } }) => ({ values: pages.hiding.of.seq }) },
  root: stored('root', 'u64', hiding),
  va: stored('va', 'u64', hiding),
  entry: stored('after', 'u64', hiding),
} as const satisfies Record<string, HistoryColumn>;
