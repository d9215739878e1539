// Page tables with the process they were built for: the tables address_spaces and table_owners.
import type { Histories } from './histories.js';
import { processRows, type ProcessRow } from './processes.js';
import { remembered } from './remembered.js';
import { rowColumn } from './row-columns.js';
import { doublesOf } from './taking-times.js';
import type { HistoryColumn } from './tables.js';

/** An address space. Seqs are Infinity for never. */
export interface Space {
  /** The row of the event `process` that tells of it; its seq is the space's number. */
  readonly made: ProcessRow;
  readonly fromSeq: number;
  readonly toSeq: number;
  /** The next space of the same process. */
  replacedSeq: number | undefined;
  /** Number of the exec that it descends from; undefined when unknown. */
  readonly image: number | undefined;
}

/** When roots became page tables, and ceased to be, in order, by root. */
function lifesOfRoots({
  events,
}: Histories): ReadonlyMap<number, readonly { linked: boolean; seq: number }[]> {
  const table = events.of('page_table');
  const [tables, roots, seqs] = ['table', 'root', 'seq'].map((name) => doublesOf(events, 'page_table', name));
  const [action] = table.read(['action']);
  const linked = action.dictionary!.indexOf('linked');
  const lifes = new Map<number, { linked: boolean; seq: number }[]>();
  for (let row = 0; row < table.rows; row++) {
    if (tables[row] !== roots[row]) continue;
    const known = lifes.get(roots[row]) ?? [];
    known.push({ linked: Number(action.values[row]) === linked, seq: seqs[row] });
    lifes.set(roots[row], known);
  }
  return lifes;
}

/** The spaces in order of their numbers. */
export const spacesOf = remembered((histories): readonly Space[] => {
  const lifes = lifesOfRoots(histories);
  const last = new Map<number, Space>();
  const spaces: Space[] = [];
  for (const made of processRows(histories)) {
    const { action, root, seq, subject, parent } = made;
    if ((action !== 'fork' && action !== 'exec') || root === 0) continue;
    const life = lifes.get(root) ?? [];
    const at = life.findLastIndex((one) => one.linked && one.seq <= seq);
    const next = at < 0 ? 0 : (life[at + 1]?.seq ?? Infinity);
    const isLinked = next > seq;
    const space: Space = {
      made,
      fromSeq: isLinked ? life[at].seq : seq,
      toSeq: isLinked ? next : Infinity,
      replacedSeq: undefined,
      image: action === 'exec' ? seq : last.get(parent)?.image,
    };
    const before = last.get(subject);
    if (before) before.replacedSeq = seq;
    last.set(subject, space);
    spaces.push(space);
  }
  return spaces;
});

/** Index of the space that each visit of a kernel entry to page tables was in, -1 when unknown. */
export const ownersOf = remembered((histories): Int32Array => {
  const { visits, rootPages } = histories.found.pages;
  const byRoot = new Map<number, number[]>();
  const spaces = spacesOf(histories);
  spaces.forEach(({ made }, index) => byRoot.set(made.root, [...(byRoot.get(made.root) ?? []), index]));
  for (const known of byRoot.values()) known.sort((a, b) => spaces[a].fromSeq - spaces[b].fromSeq);
  const owners = new Int32Array(visits.length).fill(-1);
  for (let visit = 0; visit < owners.length; visit++) {
    const known = byRoot.get(rootPages[visits.of.root[visit]] * 4096) ?? [];
    const seq = visits.of.seq[visit];
    const found = known.findLast((index) => spaces[index].fromSeq <= seq);
    if (found !== undefined && seq < spaces[found].toSeq) owners[visit] = found;
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
  image: rowColumn(spacesOf, 'u64', ({ image }) => image),
} as const satisfies Record<string, HistoryColumn>;

interface Owned {
  readonly visit: number;
  readonly space: Space;
  readonly byMaker: boolean;
}

const ownedVisits = remembered((histories): readonly Owned[] => {
  const spaces = spacesOf(histories);
  const { span } = histories.found.pages.visits.of;
  const owned: Owned[] = [];
  ownersOf(histories).forEach((owner, visit) => {
    if (owner < 0) return;
    const space = spaces[owner];
    owned.push({ visit, space, byMaker: space.made.span === span[visit] });
  });
  return owned;
});

/** How many visits have a known owner. */
export function ownedVisitRows(histories: Histories): number {
  return ownedVisits(histories).length;
}

export const tableOwnerColumns = {
  visit: rowColumn(ownedVisits, 'i32', ({ visit }) => visit),
  space: rowColumn(ownedVisits, 'u64', ({ space }) => space.made.seq),
  pid: rowColumn(ownedVisits, 'i32', ({ space }) => space.made.subject),
  image: rowColumn(ownedVisits, 'u64', ({ space }) => space.image),
  how: rowColumn(ownedVisits, 'text', ({ space }) => space.made.action),
  by_maker: rowColumn(ownedVisits, 'bool', ({ byMaker }) => byMaker),
} as const satisfies Record<string, HistoryColumn>;
