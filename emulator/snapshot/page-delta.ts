// The pages that changed between two states, with what is in them afterwards.
import { pageBytes } from '../memory-layout.js';
import type { Pages } from './pages.js';

const pageWords = pageBytes / 8;

/** Words that tell a repeating page. */
const wordsOfRepeating = 3;

/** Each page is in one of the two lists, both ascending. */
export interface PageDelta {
  /** Pages of RAM that repeat one 64-bit word, but for their first and their last. */
  readonly repeating: Uint32Array;
  /** For each of them `wordsOfRepeating` words: the first, the repeated one and the last. */
  readonly words: BigUint64Array;
  /** All other pages. */
  readonly pages: Uint32Array;
  /** Their content one after another, `pageBytes` each; the disk's last page is filled up with zeros. */
  readonly content: Uint8Array;
}

/** The pages changed since the last delta was taken (or `markClean` was called). From now on changes are new ones. */
export function takeDelta(pages: Pages): PageDelta {
  const delta = deltaOf(pages, pages.changed());
  pages.markClean();
  return delta;
}

/** All pages that are not as they were before power-on. What counts as changed for the next delta stays as it is. */
export function takeWhole(pages: Pages): PageDelta {
  const changed: number[] = [];
  for (let page = 0; page < pages.count; page++) {
    const present = pages.content(page);
    if (Buffer.compare(present, pages.initialContent(page).subarray(0, present.length)) !== 0)
      changed.push(page);
  }
  return deltaOf(pages, Uint32Array.from(changed));
}

function deltaOf(pages: Pages, changed: Uint32Array): PageDelta {
  const isRepeating = changed.map((page) => (pages.repeats(page) ? 1 : 0));
  const repeating = changed.filter((_, index) => isRepeating[index] === 1);
  const others = changed.filter((_, index) => isRepeating[index] === 0);
  const words = new BigUint64Array(wordsOfRepeating * repeating.length);
  for (let index = 0; index < repeating.length; index++) {
    const at = repeating[index] * pageWords;
    const to = wordsOfRepeating * index;
    words[to] = pages.ramWords[at];
    words[to + 1] = pages.ramWords[at + 1];
    words[to + 2] = pages.ramWords[at + pageWords - 1];
  }
  const content = new Uint8Array(others.length * pageBytes);
  others.forEach((page, index) => content.set(pages.content(page), index * pageBytes));
  return { repeating, words, pages: others, content };
}

/** A delta whose pages may lie elsewhere, such as in a file. */
export interface StoredDelta extends Omit<PageDelta, 'content'> {
  /** Content of `pages[index]`; valid until the next call. */
  content(index: number): Uint8Array;
}

/** What both changed, with what is in it after the newer: its own pages first, then those that it does not have. */
export function mergedDelta(older: StoredDelta, newer: StoredDelta): PageDelta {
  const own = new Set([...newer.repeating, ...newer.pages]);
  const repeating = [...older.repeating.keys()].filter((index) => !own.has(older.repeating[index]));
  const pages = [...older.pages.keys()].filter((index) => !own.has(older.pages[index]));
  const words = repeating.flatMap((index) => [
    ...older.words.subarray(wordsOfRepeating * index, wordsOfRepeating * (index + 1)),
  ]);
  const content = new Uint8Array((newer.pages.length + pages.length) * pageBytes);
  newer.pages.forEach((_, index) => content.set(newer.content(index), index * pageBytes));
  pages.forEach((index, place) =>
    content.set(older.content(index), (newer.pages.length + place) * pageBytes),
  );
  return {
    repeating: Uint32Array.from([...newer.repeating, ...repeating.map((index) => older.repeating[index])]),
    words: BigUint64Array.from([...newer.words, ...words]),
    pages: Uint32Array.from([...newer.pages, ...pages.map((index) => older.pages[index])]),
    content,
  };
}

/** A page that repeats a word; most pages repeat the one that the page before them did. */
const scratch = new BigUint64Array(pageWords);
const scratchBytes = new Uint8Array(scratch.buffer);

/** Content of one of the repeating pages that `words` tells, by its place among them; valid until the next call. */
export function repeatingContent(words: BigUint64Array, index: number): Uint8Array {
  const at = wordsOfRepeating * index;
  const repeated = words[at + 1];
  if (scratch[1] !== repeated) scratch.fill(repeated);
  scratch[0] = words[at];
  scratch[pageWords - 1] = words[at + 2];
  return scratchBytes;
}

/** Puts back another page; `content` may be longer than the page is. */
export function writeContent(pages: Pages, page: number, content: Uint8Array): void {
  pages.write(page, content.subarray(0, pages.content(page).length));
}

/** Makes all pages what they were when `takeWhole` was called. */
export function putBack(pages: Pages, { repeating, words, pages: others, content }: PageDelta): void {
  const [repeatingAt, othersAt] = [repeating, others].map((list) => {
    const at = new Int32Array(pages.count).fill(-1);
    list.forEach((page, index) => (at[page] = index));
    return at;
  });
  for (let page = 0; page < pages.count; page++) {
    let kept = pages.initialContent(page);
    const [index, other] = [repeatingAt[page], othersAt[page]];
    if (index >= 0) kept = repeatingContent(words, index);
    else if (other >= 0) kept = content.subarray(other * pageBytes, (other + 1) * pageBytes);
    const present = pages.content(page);
    // Code that is as it was stays decoded and compiled.
    if (Buffer.compare(present, kept.subarray(0, present.length)) !== 0) writeContent(pages, page, kept);
  }
}
