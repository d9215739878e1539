// Rows on their way into columns. A row is written word by word into one small array, and every few hundred rows each
// column takes its words out of it in one loop: a store into a dozen arrays a row costs several times as much.

/** Rows that are staged at most; what all kinds together stage stays in a processor's cache. */
export const stageRows = 256;

/** Rows of one kind, 32-bit words, a row behind the other. */
export class RowStage {
  readonly words: Int32Array;
  /** Where the row that is being appended to begins. */
  at = 0;

  /** @param stride words of a row */
  constructor(readonly stride: number) {
    this.words = new Int32Array(stride * stageRows);
  }
}

/** Takes a word of each row, one in every `stride`, from `from` on. */
export function takeWords(
  into: Int32Array,
  at: number,
  rows: number,
  { words, stride }: RowStage,
  from: number,
): void {
  for (let row = 0, word = from; row < rows; row++, word += stride) into[at + row] = words[word];
}

/** The same for two words a row, low and high. */
export function takePairs(
  into: Int32Array,
  at: number,
  rows: number,
  { words, stride }: RowStage,
  from: number,
): void {
  for (let row = 0, word = from, to = 2 * at; row < rows; row++, word += stride, to += 2) {
    into[to] = words[word];
    into[to + 1] = words[word + 1];
  }
}

/** The same for what fits of a word. */
export function takeNarrow(
  into: Uint8Array | Uint16Array,
  at: number,
  rows: number,
  { words, stride }: RowStage,
  from: number,
): void {
  for (let row = 0, word = from; row < rows; row++, word += stride) into[at + row] = words[word];
}
