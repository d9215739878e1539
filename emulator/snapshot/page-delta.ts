// The pages that changed between two states, with what is in them afterwards.
import { pageBytes } from '../memory-layout.js';
import type { Pages } from './pages.js';

/** Each page is in one of the two lists, both ascending. */
export interface PageDelta {
  /** Pages of RAM that repeat one 64-bit word, but for their first. */
  readonly repeating: Uint32Array;
  /** For each of them the first word and the repeated one. */
  readonly words: BigUint64Array;
  /** All other pages. */
  readonly pages: Uint32Array;
  /** Their content one after another, `pageBytes` each; the disk's last page is filled up with zeros. */
  readonly content: Uint8Array;
}

/** The pages changed since the last delta was taken (or `markClean` was called). From now on changes are new ones. */
export function takeDelta(pages: Pages): PageDelta {
  const changed = pages.changed();
  const isRepeating = changed.map((page) => (pages.repeats(page) ? 1 : 0));
  const repeating = changed.filter((_, index) => isRepeating[index] === 1);
  const others = changed.filter((_, index) => isRepeating[index] === 0);
  const words = new BigUint64Array(2 * repeating.length);
  for (let index = 0; index < repeating.length; index++) {
    const at = (repeating[index] * pageBytes) / 8;
    words[2 * index] = pages.ramWords[at];
    words[2 * index + 1] = pages.ramWords[at + 1];
  }
  const content = new Uint8Array(others.length * pageBytes);
  others.forEach((page, index) => content.set(pages.content(page), index * pageBytes));
  pages.markClean();
  return { repeating, words, pages: others, content };
}

/** A page that repeats a word; most pages repeat the one that the page before them did. */
const scratch = new BigUint64Array(pageBytes / 8);
const scratchBytes = new Uint8Array(scratch.buffer);

/** Puts back a page that repeats a word. */
export function writeRepeating(pages: Pages, page: number, first: bigint, repeated: bigint): void {
  if (scratch[1] !== repeated) scratch.fill(repeated);
  scratch[0] = first;
  pages.write(page, scratchBytes);
}

/** Puts back another page; `content` may be longer than the page is. */
export function writeContent(pages: Pages, page: number, content: Uint8Array): void {
  pages.write(page, content.subarray(0, pages.content(page).length));
}
