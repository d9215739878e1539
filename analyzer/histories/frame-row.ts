// How the rows of frame_spans lie in memory. A touch goes to a row in any order, so a row is one piece of memory, and
// rows come in chunks, since there may be millions.

/** Bits of a row's flags. */
export const pointFlag = { settled: 1, judged: 2, undisturbed: 4, free: 8, counted: 16 } as const;

/** End of an entry that is not done with the frame by the end of the trace. */
export const never = 0xffff_ffff;

/** Words of 32 bits in a row, the count two of them. */
export const rowWords = 12;
export const rowWord = {
  frame: 0,
  span: 1,
  firstSeq: 2,
  endSeq: 3,
  mappings: 4,
  writable: 5,
  before: 6,
  /** Places on the free list while the entry is open, flags when it is done. */
  listed: 7,
  flags: 7,
  /** Next open row of the frame while the entry is open; the end of the entry done before it, plus one, when done. */
  nextOnFrame: 8,
  doneBefore: 8,
  nextInSpan: 9,
  count: 10,
} as const;

const chunkBits = 15;
export const chunkRows = 2 ** chunkBits;

/** Words of a chunk, and the same memory for the counts. */
export interface RowChunk {
  readonly words: Int32Array<ArrayBuffer>;
  readonly doubles: Float64Array<ArrayBuffer>;
}

/** A chunk of rows that are zero in every word. */
export function newChunk(): RowChunk {
  const words = new Int32Array(rowWords * chunkRows);
  return { words, doubles: new Float64Array(words.buffer) };
}

/** Which chunk a row is in. */
export function chunkOf(row: number): number {
  return row >>> chunkBits;
}

/** Its first word there. */
export function wordOf(row: number): number {
  return (row & (chunkRows - 1)) * rowWords;
}
