// Page tables with the process they were built for: the tables address_spaces and table_owners.
import type { Histories } from './histories.js';
import { numberColumn } from './number-columns.js';
import { RowGroups } from './numbered-keys.js';
import { processRows, type ProcessRow } from './processes.js';
import { remembered } from './remembered.js';
import { rowColumn } from './row-columns.js';
import { doublesOf } from './event-columns.js';
import type { HistoryColumn } from './tables.js';

/** An address space. Seqs are Infinity for never. */
export interface Space {
  /** The row of the event `process` that tells of it; its seq is the space's number. */
  readonly made: ProcessRow;
  readonly fromSeq: number;
  readonly toSeq: number;
  /** The next space of the same process. */
  replacedSeq: number | undefined;
  /** When its process had no more use for it: replaced it, or was reaped. */
  leftSeq: number | undefined;
  /** Number of the exec that it descends from; undefined when unknown. */
  readonly image: number | undefined;
}

/** When roots became page tables, and ceased to be, in order; asked about moments that only go on. */
class LifesOfRoots {
  private readonly groups: RowGroups;
  private readonly seqs: Float64Array;
  private readonly isLinked: (row: number) => boolean;
  /** By root: index of its first row after the last moment asked about, and of the last one before that linked it. */
  private readonly next: Int32Array;
  private readonly linked: Int32Array;

  constructor({ events }: Histories) {
    const table = events.of('page_table');
    const [tables, roots, seqs] = ['table', 'root', 'seq'].map((name) =>
      doublesOf(events, 'page_table', name),
    );
    const [action] = table.read(['action']);
    const linked = action.dictionary!.indexOf('linked');
    this.seqs = seqs;
    this.isLinked = (row) => Number(action.values[row]) === linked;
    this.groups = new RowGroups(table.rows, (row) => (tables[row] === roots[row] ? roots[row] : -1));
    this.next = Int32Array.from({ length: this.groups.size }, (_, group) => this.groups.begin(group));
    this.linked = new Int32Array(this.groups.size).fill(-1);
  }

  /** From when to when a root that was linked last before a moment was a page table; undefined if it was never. */
  at(root: number, seq: number): readonly [number, number] | undefined {
    const { groups, next, linked, seqs } = this;
    const group = groups.groupOf(root);
    if (group < 0) return undefined;
    for (; next[group] < groups.end(group); next[group]++) {
      const row = groups.rows[next[group]];
      if (seqs[row] > seq) break;
      if (this.isLinked(row)) linked[group] = next[group];
    }
    const index = linked[group];
    if (index < 0) return undefined;
    const end = index + 1 < groups.end(group) ? seqs[groups.rows[index + 1]] : Infinity;
    return [seqs[groups.rows[index]], end];
  }
}

/** The spaces in order of their numbers. */
export const spacesOf = remembered((histories): readonly Space[] => {
  const lifes = new LifesOfRoots(histories);
  const last = new Map<number, Space>();
  const spaces: Space[] = [];
  for (const made of processRows(histories)) {
    const { action, root, seq, subject, parent } = made;
    const before = last.get(subject);
    if (before && action === 'reap') before.leftSeq = seq;
    if ((action !== 'fork' && action !== 'exec') || root === 0) continue;
    const [linked, next] = lifes.at(root, seq) ?? [0, 0];
    const isLinked = next > seq;
    const space: Space = {
      made,
      fromSeq: isLinked ? linked : seq,
      toSeq: isLinked ? next : Infinity,
      replacedSeq: undefined,
      leftSeq: undefined,
      image: action === 'exec' ? seq : last.get(parent)?.image,
    };
    if (before) before.replacedSeq = before.leftSeq = seq;
    last.set(subject, space);
    spaces.push(space);
  }
  return spaces;
});

/** Index of the space that each visit of a kernel entry to page tables was in, -1 when unknown. */
export const ownersOf = remembered((histories): Int32Array => {
  const { visits, rootPages } = histories.found.pages;
  const spaces = spacesOf(histories);
  // In order of their beginnings, as visits are of theirs: what is known of a root only goes on.
  const order = Int32Array.from(spaces.keys()).sort((a, b) => spaces[a].fromSeq - spaces[b].fromSeq || a - b);
  const groups = new RowGroups(order.length, (index) => spaces[order[index]].made.root);
  const groupOf = Int32Array.from(rootPages, (page) => groups.groupOf(page * 4096));
  const next = Int32Array.from({ length: groups.size }, (_, group) => groups.begin(group));
  const owners = new Int32Array(visits.length).fill(-1);
  for (let visit = 0; visit < owners.length; visit++) {
    const group = groupOf[visits.of.root[visit]];
    if (group < 0) continue;
    const seq = visits.of.seq[visit];
    const spaceAt = (index: number): Space => spaces[order[groups.rows[index]]];
    while (next[group] < groups.end(group) && spaceAt(next[group]).fromSeq <= seq) next[group]++;
    if (next[group] === groups.begin(group) || seq >= spaceAt(next[group] - 1).toSeq) continue;
    owners[visit] = order[groups.rows[next[group] - 1]];
  }
  return owners;
});

/** How many spaces there are. */
export function spaceRows(histories: Histories): number {
  return spacesOf(histories).length;
}

export const addressSpaceColumns = {
  space: rowColumn(spacesOf, 'u64', ({ made }) => made.seq),
  pid: rowColumn(spacesOf, 'i32', ({ made }) => made.subject),
  name: rowColumn(spacesOf, 'text', ({ made }) => made.name),
  root: rowColumn(spacesOf, 'u64', ({ made }) => made.root),
  how: rowColumn(spacesOf, 'text', ({ made }) => made.action),
  made_by_span: rowColumn(spacesOf, 'u32', ({ made }) => made.span),
  from_seq: rowColumn(spacesOf, 'u64', ({ fromSeq }) => fromSeq),
  to_seq: rowColumn(spacesOf, 'u64', ({ toSeq }) => toSeq),
  replaced_seq: rowColumn(spacesOf, 'u64', ({ replacedSeq }) => replacedSeq),
  left_seq: rowColumn(spacesOf, 'u64', ({ leftSeq }) => leftSeq),
  image: rowColumn(spacesOf, 'u64', ({ image }) => image),
} as const satisfies Record<string, HistoryColumn>;

/** The visits with a known owner. */
const ownedVisits = remembered((histories) => {
  const owners = ownersOf(histories);
  const visits = Int32Array.from(owners.keys()).filter((visit) => owners[visit] >= 0);
  return {
    rows: visits.length,
    visits,
    owners,
    spaces: spacesOf(histories),
    made: histories.found.pages.visits.of,
  };
});

type Owned = ReturnType<typeof ownedVisits>;

/** How many visits have a known owner. */
export function ownedVisitRows(histories: Histories): number {
  return ownedVisits(histories).rows;
}

function spaceOf({ visits, owners, spaces }: Owned, row: number): Space {
  return spaces[owners[visits[row]]];
}

export const tableOwnerColumns = {
  visit: numberColumn(ownedVisits, 'i32', ({ visits }, row) => visits[row]),
  space: numberColumn(ownedVisits, 'u64', (owned, row) => spaceOf(owned, row).made.seq),
  pid: numberColumn(ownedVisits, 'i32', (owned, row) => spaceOf(owned, row).made.subject),
  image: numberColumn(ownedVisits, 'u64', (owned, row) => spaceOf(owned, row).image ?? NaN),
  how: {
    type: 'text',
    read: (histories) => {
      const owned = ownedVisits(histories);
      const dictionary = ['fork', 'exec'];
      const values = owned.visits.map((_, row) => dictionary.indexOf(spaceOf(owned, row).made.action));
      return { values, dictionary };
    },
  },
  by_maker: numberColumn(ownedVisits, 'bool', (owned, row) => {
    return Number(spaceOf(owned, row).made.span === owned.made.span[owned.visits[row]]);
  }),
} as const satisfies Record<string, HistoryColumn>;
