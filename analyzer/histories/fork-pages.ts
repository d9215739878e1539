// How many user pages parent and child have when fork has made the child: the table fork_pages.
import type { Histories } from './histories.js';
import { isKernelsOwnPage, isUserLeaf } from './page-entries.js';
import type { ProcessRow } from './processes.js';
import { remembered } from './remembered.js';
import { rowColumn } from './row-columns.js';
import { ownersOf, spacesOf } from './spaces.js';
import type { HistoryTableRow } from './tables.js';

/** A fork of a process whose own page table is known. */
interface Fork {
  readonly made: ProcessRow;
  readonly parentRoot: number;
  readonly pages: number;
  readonly childPages: number;
}

/** Counts by space, as the changes of pages go by that begin before a moment; moments only go on. */
class PagesOfSpaces {
  private readonly owners: Int32Array;
  private readonly pages: Int32Array;
  private next = 0;

  constructor(private readonly histories: Histories) {
    this.owners = ownersOf(histories);
    this.pages = new Int32Array(spacesOf(histories).length);
  }

  goTo(seq: number): void {
    const { of, length } = this.histories.found.pages.changes;
    for (; this.next < length && of.firstSeq[this.next] < seq; this.next++) {
      const space = this.owners[of.visit[this.next]];
      if (space < 0 || isKernelsOwnPage(of.page[this.next])) continue;
      this.pages[space] += Number(isUserLeaf(of.afterLow[this.next]));
      this.pages[space] -= Number(isUserLeaf(of.beforeLow[this.next]));
    }
  }

  of(space: number): number {
    return this.pages[space];
  }
}

const forks = remembered((histories): readonly Fork[] => {
  const spaces = spacesOf(histories);
  const counts = new PagesOfSpaces(histories);
  const last = new Map<number, number>();
  const found: Fork[] = [];
  spaces.forEach(({ made }, space) => {
    const parent = last.get(made.parent);
    last.set(made.subject, space);
    if (made.action !== 'fork' || parent === undefined) return;
    counts.goTo(made.seq);
    const parentRoot = spaces[parent].made.root;
    found.push({ made, parentRoot, pages: counts.of(parent), childPages: counts.of(space) });
  });
  return found;
});

/** The table. */
export const forkPagesTable = {
  doc:
    'Forks that made a process (pid), with the number of user pages that its parent mapped at that moment (pages), ' +
    'and of those that it mapped itself (child_pages).',
  needs: ['pte_write', 'page_table', 'process'],
  optional: [],
  rows: (histories) => forks(histories).length,
  columns: {
    seq: rowColumn(forks, 'u64', ({ made }) => made.seq),
    cycle: rowColumn(forks, 'u64', ({ made }) => made.cycle),
    span: rowColumn(forks, 'u32', ({ made }) => made.span),
    pid: rowColumn(forks, 'i32', ({ made }) => made.subject),
    parent: rowColumn(forks, 'i32', ({ made }) => made.parent),
    root: rowColumn(forks, 'u64', ({ made }) => made.root),
    parent_root: rowColumn(forks, 'u64', ({ parentRoot }) => parentRoot),
    pages: rowColumn(forks, 'i32', ({ pages }) => pages),
    child_pages: rowColumn(forks, 'i32', ({ childPages }) => childPages),
  },
} as const satisfies HistoryTableRow;
