// Which permissions kernel entries left each page of an image with, and how often: the table page_permissions.
import type { Histories } from './histories.js';
import { isUserLeaf, isValid } from './page-entries.js';
import { remembered } from './remembered.js';
import { rowColumn } from './row-columns.js';
import { ownersOf, spacesOf } from './spaces.js';
import type { HistoryColumn } from './tables.js';

/** Of an entry and of what happened to it, in one number: permissions in bits 1 to 3, then the rest. */
const bit = { userAfter: 0, finished: 4, byFault: 5, grants: 6, mark: 7, marked: 9 } as const;
const anyAccess = 14;
const execute = 8;
const write = 4;

interface State {
  readonly image: number;
  readonly page: number;
  readonly bits: number;
  changes: number;
}

/** Pages of an image below this are found by an index. */
const nearPages = 2 ** 16;

/** What is known of the pages of one image. */
class ImagePages {
  private readonly near: (State[] | undefined)[] = [];
  private readonly far = new Map<number, State[]>();

  constructor(private readonly image: number) {}

  count(page: number, bits: number): void {
    const states = this.near[page] ?? this.far.get(page) ?? this.add(page);
    for (const state of states) {
      if (state.bits !== bits) continue;
      state.changes++;
      return;
    }
    states.push({ image: this.image, page, bits, changes: 1 });
  }

  /** The states of a page. */
  at(page: number): readonly State[] | undefined {
    return this.near[page] ?? this.far.get(page);
  }

  /** The states of each page. */
  pages(): State[][] {
    return [...Object.values(this.near), ...this.far.values()] as State[][];
  }

  private add(page: number): State[] {
    const states: State[] = [];
    if (page < nearPages) this.near[page] = states;
    else this.far.set(page, states);
    return states;
  }
}

/** A state with what the page was granted. */
interface GrantedState extends State {
  /** Permissions, undefined when nothing was granted. */
  readonly granted: number | undefined;
}

const imagesOf = remembered((histories): ReadonlyMap<number, ImagePages> => {
  const { changes, visits } = histories.found.pages;
  const { visit, page, beforeLow, afterLow } = changes.of;
  const spaces = spacesOf(histories);
  const owners = ownersOf(histories);
  const images = new Map<number, ImagePages>();
  const ofSpace = spaces.map(({ image }) => {
    if (image === undefined) return undefined;
    const pages = images.get(image) ?? new ImagePages(image);
    images.set(image, pages);
    return pages;
  });
  for (let change = 0; change < changes.length; change++) {
    const owner = owners[visit[change]];
    const pages = owner < 0 ? undefined : ofSpace[owner];
    if (pages === undefined) continue;
    const span = visits.of.span[visit[change]];
    const { made } = spaces[owner];
    const entry = bitsOf(beforeLow[change], afterLow[change], made.span === span ? made.action : undefined);
    const about =
      (histories.isDone(span) ? 1 << bit.finished : 0) | (histories.isFault(span) ? 1 << bit.byFault : 0);
    pages.count(page[change], entry | about);
  }
  return images;
});

const statesOf = remembered((histories): readonly GrantedState[] => {
  return [...imagesOf(histories).values()].flatMap((image) => image.pages().flatMap(withGrants));
});

/** What the program of an image may do with a page; undefined when nothing was granted. */
export function grantedAt(histories: Histories, image: number | undefined, page: number): number | undefined {
  const states = image === undefined ? undefined : imagesOf(histories).get(image)?.at(page);
  return states && grantsOf(states);
}

/** @param madeBy how the space was made, when the change is part of that */
function bitsOf(before: number, after: number, madeBy: string | undefined): number {
  const userAfter = isUserLeaf(after);
  const grants = madeBy === undefined ? !isValid(before) && userAfter : madeBy === 'exec';
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
function grantsOf(states: readonly State[]): number | undefined {
  let granted: number | undefined;
  for (const { bits } of states) {
    if (!has(bits, 'grants')) continue;
    const permissions = (bits & anyAccess) | (has(bits, 'byFault') ? write : 0);
    granted = (granted ?? 0) | (has(bits, 'userAfter') ? permissions : 0);
  }
  return granted;
}

function withGrants(states: readonly State[]): GrantedState[] {
  const granted = grantsOf(states);
  return states.map((state) => ({ ...state, granted }));
}

function has(bits: number, which: 'userAfter' | 'finished' | 'byFault' | 'grants'): boolean {
  return ((bits >> bit[which]) & 1) === 1;
}

/** The kernel's mark as software bits, 0 for none: what pages got most often as they lost their write permission. */
const markOf = remembered((histories): number => {
  const times = [0, 0, 0, 0];
  for (const { bits, changes } of statesOf(histories)) times[(bits >> bit.marked) & 3] += changes;
  const [, ...marks] = times;
  const most = Math.max(...marks);
  return most === 0 ? 0 : 1 + marks.indexOf(most);
});

/** How many states there are. */
export function pagePermissionRows(histories: Histories): number {
  return statesOf(histories).length;
}

function flag(which: Parameters<typeof has>[1]): HistoryColumn {
  return rowColumn(statesOf, 'bool', ({ bits }) => has(bits, which));
}

export const pagePermissionColumns = {
  image: rowColumn(statesOf, 'u64', ({ image }) => image),
  va: rowColumn(statesOf, 'u64', ({ page }) => page * 4096),
  permissions: rowColumn(statesOf, 'u8', ({ bits }) => bits & anyAccess),
  mark: rowColumn(statesOf, 'u8', ({ bits }) => (bits >> bit.mark) & 3),
  user_after: flag('userAfter'),
  finished: flag('finished'),
  by_fault: flag('byFault'),
  grants: flag('grants'),
  marked: rowColumn(statesOf, 'u8', ({ bits }) => (bits >> bit.marked) & 3),
  changes: rowColumn(statesOf, 'i64', ({ changes }) => changes),
  granted: rowColumn(statesOf, 'u8', ({ granted }) => granted),
  gained: rowColumn(statesOf, 'u8', ({ bits, granted }) => {
    return granted === undefined ? undefined : bits & ~granted & (write | execute);
  }),
  carries_mark: {
    type: 'bool',
    read: (histories) => {
      // Of two bits the lower one is the mark.
      const mark = (markOf(histories) & 1) !== 0 ? 1 : markOf(histories) & 2;
      return rowColumn(statesOf, 'bool', ({ bits }) => ((bits >> bit.mark) & mark) !== 0).read(histories);
    },
  },
} as const satisfies Record<string, HistoryColumn>;
