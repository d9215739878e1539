// Which permissions kernel entries left each page of an image with, and how often: the table page_permissions.
import { GrowingColumns, roomFor } from './growing-columns.js';
import type { Histories } from './histories.js';
import { numberColumn } from './number-columns.js';
import { NumberedPages } from './numbered-pages.js';
import { isUserLeaf, isValid } from './page-entries.js';
import { remembered } from './remembered.js';
import { ownersOf, spacesOf } from './spaces.js';
import type { HistoryColumn } from './tables.js';

/** Of an entry and of what happened to it, in one number: permissions in bits 1 to 3, then the rest. */
const bit = { userAfter: 0, finished: 4, byFault: 5, grants: 6, mark: 7, marked: 9 } as const;
const anyAccess = 14;
const execute = 8;
const write = 4;
const nothingGranted = -1;

/** The states that pages of images were left in. */
class PageStates {
  /** Image and page of each page that has a state. */
  private readonly pages = new NumberedPages();
  /** The states that there are. */
  private readonly states = new GrowingColumns({
    page: new Int32Array(),
    bits: new Int32Array(),
    changes: new Int32Array(),
    /** An older one of the same page, plus one. */
    next: new Int32Array(),
  });
  /** By page: its newest state, plus one. */
  private newest: Int32Array = new Int32Array();
  /** By page: what its program may do there. */
  private granted: Int32Array = new Int32Array();
  private readonly indices = new Map<number, number>();

  get rows(): number {
    return this.states.length;
  }

  /** A number for an image that is given by the seq of its exec. */
  indexOf(image: number): number {
    const known = this.indices.get(image) ?? this.indices.size;
    this.indices.set(image, known);
    return known;
  }

  /** A change left a page of an image with these bits. */
  count(image: number, page: number, bits: number): void {
    const number = this.pages.of(page, image);
    if (number >= this.granted.length) {
      this.granted = roomFor(this.granted, number, nothingGranted);
      this.newest = roomFor(this.newest, number);
    }
    const state = this.stateOf(number, bits);
    if (this.states.of.changes[state]++ > 0 || !has(bits, 'grants')) return;
    this.granted[number] = Math.max(this.granted[number], 0) | grantOf(bits);
  }

  /** A page has few. */
  private stateOf(page: number, bits: number): number {
    const { of } = this.states;
    for (let state = this.newest[page] - 1; state >= 0; state = of.next[state] - 1)
      if (of.bits[state] === bits) return state;
    const added = this.states.add();
    const { of: grown } = this.states;
    grown.page[added] = page;
    grown.bits[added] = bits;
    grown.next[added] = this.newest[page];
    this.newest[page] = added + 1;
    return added;
  }

  bitsAt(row: number): number {
    return this.states.of.bits[row];
  }

  changesAt(row: number): number {
    return this.states.of.changes[row];
  }

  /** Number of the page. */
  pageAt(row: number): number {
    return this.pages.pageAt(this.states.of.page[row]);
  }

  /** Permissions, NaN when nothing was granted. */
  grantedAt(row: number): number {
    const granted = this.granted[this.states.of.page[row]];
    return granted === nothingGranted ? NaN : granted;
  }

  /** What the program of an image may do with a page; undefined when nothing was granted. */
  grantedTo(image: number, page: number): number | undefined {
    const index = this.indices.get(image);
    const number = index === undefined ? -1 : this.pages.known(page, index);
    return number < 0 || this.granted[number] === nothingGranted ? undefined : this.granted[number];
  }

  /** The seq of the exec of each image, by its number. */
  images(): number[] {
    return [...this.indices.keys()];
  }

  imageAt(row: number): number {
    return this.pages.spaceAt(this.states.of.page[row]);
  }
}

const statesOf = remembered((histories): PageStates => {
  const { changes } = histories.found.pages;
  const { visit, page, beforeLow, afterLow } = changes.of;
  const states = new PageStates();
  const { image, bits, maker } = visitsOf(histories, (seq) => states.indexOf(seq));
  for (let change = 0; change < changes.length; change++) {
    const of = visit[change];
    if (image[of] < 0) continue;
    states.count(image[of], page[change], bits[of] | bitsOf(beforeLow[change], afterLow[change], maker[of]));
  }
  return states;
});

/** Who made the space that a visit was in: the same entry by exec, or by fork, or another. */
const makers = { other: 0, exec: 1, fork: 2 } as const;

/** What is the same for all changes of a visit: the image (-1 for none), bits of the entry, and one of `makers`. */
function visitsOf(histories: Histories, indexOf: (image: number) => number) {
  const { length, of } = histories.found.pages.visits;
  const spaces = spacesOf(histories);
  const owners = ownersOf(histories);
  const images = Int32Array.from(spaces, ({ image }) => (image === undefined ? -1 : indexOf(image)));
  const [image, bits, maker] = [
    new Int32Array(length).fill(-1),
    new Int32Array(length),
    new Uint8Array(length),
  ];
  for (let visit = 0; visit < length; visit++) {
    if (owners[visit] < 0) continue;
    const span = of.span[visit];
    const { made } = spaces[owners[visit]];
    image[visit] = images[owners[visit]];
    bits[visit] =
      (histories.isDone(span) ? 1 << bit.finished : 0) | (histories.isFault(span) ? 1 << bit.byFault : 0);
    if (made.span === span) maker[visit] = made.action === 'exec' ? makers.exec : makers.fork;
  }
  return { image, bits, maker };
}

/** What the program of an image may do with a page; undefined when nothing was granted. */
export function grantedAt(histories: Histories, image: number | undefined, page: number): number | undefined {
  return image === undefined ? undefined : statesOf(histories).grantedTo(image, page);
}

/** @param maker one of `makers` */
function bitsOf(before: number, after: number, maker: number): number {
  const userAfter = isUserLeaf(after);
  const grants = maker === makers.other ? !isValid(before) && userAfter : maker === makers.exec;
  const isNarrowed = (before & 21) === 21 && (after & 21) === 17;
  const marked = isNarrowed ? ((after & ~before) >> 8) & 3 : 0;
  return (
    (after & anyAccess) |
    (userAfter ? 1 << bit.userAfter : 0) |
    (grants ? 1 << bit.grants : 0) |
    (((after >> 8) & 3) << bit.mark) |
    (marked << bit.marked)
  );
}

/** A page that a fault brought in may be written, since a heap's first page can be a read-only page of zeros. */
function grantOf(bits: number): number {
  return has(bits, 'userAfter') ? (bits & anyAccess) | (has(bits, 'byFault') ? write : 0) : 0;
}

function has(bits: number, which: 'userAfter' | 'finished' | 'byFault' | 'grants'): boolean {
  return ((bits >> bit[which]) & 1) === 1;
}

/** The kernel's mark as software bits, 0 for none: what pages got most often as they lost their write permission. */
const markOf = remembered((histories): number => {
  const states = statesOf(histories);
  const times = [0, 0, 0, 0];
  for (let row = 0; row < states.rows; row++)
    times[(states.bitsAt(row) >> bit.marked) & 3] += states.changesAt(row);
  const [, ...marks] = times;
  const most = Math.max(...marks);
  return most === 0 ? 0 : 1 + marks.indexOf(most);
});

/** How many states there are. */
export function pagePermissionRows(histories: Histories): number {
  return statesOf(histories).rows;
}

function flag(which: Parameters<typeof has>[1]): HistoryColumn {
  return numberColumn(statesOf, 'bool', (states, row) => Number(has(states.bitsAt(row), which)));
}

/** NaN where nothing was granted. */
function gainedAt(states: PageStates, row: number): number {
  const granted = states.grantedAt(row);
  return Number.isNaN(granted) ? NaN : states.bitsAt(row) & ~granted & (write | execute);
}

export const pagePermissionColumns = {
  image: {
    type: 'u64',
    nullable: true,
    read: (histories) => {
      const images = statesOf(histories).images();
      return numberColumn(statesOf, 'u64', (states, row) => images[states.imageAt(row)]).read(histories);
    },
  },
  va: numberColumn(statesOf, 'u64', (states, row) => states.pageAt(row) * 4096),
  permissions: numberColumn(statesOf, 'u8', (states, row) => states.bitsAt(row) & anyAccess),
  mark: numberColumn(statesOf, 'u8', (states, row) => (states.bitsAt(row) >> bit.mark) & 3),
  user_after: flag('userAfter'),
  finished: flag('finished'),
  by_fault: flag('byFault'),
  grants: flag('grants'),
  marked: numberColumn(statesOf, 'u8', (states, row) => (states.bitsAt(row) >> bit.marked) & 3),
  changes: numberColumn(statesOf, 'i64', (states, row) => states.changesAt(row)),
  granted: numberColumn(statesOf, 'u8', (states, row) => states.grantedAt(row)),
  gained: numberColumn(statesOf, 'u8', gainedAt),
  carries_mark: {
    type: 'bool',
    nullable: true,
    read: (histories) => {
      // Of two bits the lower one is the mark.
      const mark = (markOf(histories) & 1) !== 0 ? 1 : markOf(histories) & 2;
      return numberColumn(statesOf, 'bool', (states, row) => {
        return ((states.bitsAt(row) >> bit.mark) & mark) === 0 ? 0 : 1;
      }).read(histories);
    },
  },
} as const satisfies Record<string, HistoryColumn>;
