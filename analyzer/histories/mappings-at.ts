// What mapped pages for users at given moments: rows of leaf_mappings, looked up for few pages of all that there are.
import type { Histories } from './histories.js';
import { NumberedKeys, RowGroups } from './numbered-keys.js';

/** A page of a page table at a moment. */
export interface PageMoment {
  /** Number of the page that is the table's root. */
  readonly root: number;
  readonly page: number;
  readonly seq: number;
}

/** Pages told apart by a look at one byte, a power of two. */
const nearPages = 2 ** 16;

/** For each, the row of the mapping that was there, -1 for none. */
export function mappingsAt({ found }: Histories, asked: readonly PageMoment[]): Int32Array {
  if (asked.length === 0) return new Int32Array();
  const { mappings, changes, visits, rootPages } = found.pages;
  const roots = new NumberedKeys();
  for (const page of rootPages) roots.of(page);
  const pages = new NumberedKeys();
  const numbers = asked.map(({ root, page }) => pages.of(page, roots.known(root)));
  const { change, fromSeq, toRow, toSeq } = mappings.of;
  const { page, visit } = changes.of;
  // Of most mappings, the last bits of the page say that it is none of those asked about.
  const isNear = new Uint8Array(nearPages);
  for (const one of asked) isNear[one.page % nearPages] = 1;
  const byPage = new RowGroups(mappings.length, (row) => {
    const by = change[row];
    return isNear[page[by] & (nearPages - 1)] === 0 ? -1 : pages.known(page[by], visits.of.root[visit[by]]);
  });
  return Int32Array.from(asked, ({ seq }, index) => {
    const row = lastBefore(byPage, numbers[index], fromSeq, seq);
    return row < 0 || (toRow[row] !== -1 && toSeq[row] <= seq) ? -1 : row;
  });
}

/** The last row of a key that begins before a moment, -1 for none; rows of a key are in order of their beginnings. */
function lastBefore(groups: RowGroups, key: number, fromSeq: Uint32Array, seq: number): number {
  const group = groups.groupOf(key);
  let [low, high] = [groups.begin(group), groups.end(group)];
  const first = low;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fromSeq[groups.rows[middle]] < seq) low = middle + 1;
    else high = middle;
  }
  return low === first ? -1 : groups.rows[low - 1];
}
