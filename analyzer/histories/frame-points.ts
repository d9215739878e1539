// The rows that the pass made of kernel entries and frames, to be read as columns.
import { chunkOf, chunkRows, never, rowWord, rowWords, wordOf } from './frame-row.js';

/** What the pass leaves. */
export interface FoundFrameRows {
  readonly length: number;
  readonly chunks: readonly Int32Array<ArrayBuffer>[];
  /** Newest row of a span, plus one, by its number; of numbers behind the last element there is none. */
  readonly spanRows: Int32Array;
}

/** Reads them. */
export class FramePoints {
  readonly length: number;

  private readonly doubles: readonly Float64Array[];

  constructor(private readonly found: FoundFrameRows) {
    this.length = found.length;
    this.doubles = found.chunks.map(({ buffer }) => new Float64Array(buffer));
  }

  /** The row of an entry and a frame, -1 when it did not touch it. */
  rowOf(frame: number, span: number): number {
    const { chunks, spanRows } = this.found;
    let row = span < spanRows.length ? spanRows[span] - 1 : -1;
    while (row >= 0 && chunks[chunkOf(row)][wordOf(row)] !== frame)
      row = chunks[chunkOf(row)][wordOf(row) + rowWord.nextInSpan] - 1;
    return row;
  }

  /** One word of a row; 0 of row -1. */
  at(row: number, name: Exclude<keyof typeof rowWord, 'count' | 'flags'>): number {
    return row < 0 ? 0 : this.found.chunks[chunkOf(row)][wordOf(row) + rowWord[name]];
  }

  /** The flags of a row, 0 while the entry is open, and of row -1. */
  flagsAt(row: number): number {
    if (row < 0 || this.at(row, 'endSeq') >>> 0 === never) return 0;
    return this.found.chunks[chunkOf(row)][wordOf(row) + rowWord.flags];
  }

  /** The count in a row, NaN where it is not known. */
  countAt(row: number): number {
    return row < 0 ? NaN : this.doubles[chunkOf(row)][(wordOf(row) + rowWord.count) / 2];
  }

  /** One word of every row; the state of rows that are not done means nothing. */
  column(name: Exclude<keyof typeof rowWord, 'count' | 'flags'>): Int32Array<ArrayBuffer> {
    const values = new Int32Array(this.length);
    const word: number = rowWord[name];
    this.eachChunk((words, first, rows) => {
      for (let row = 0, at = word; row < rows; row++, at += rowWords) values[first + row] = words[at];
    });
    return values;
  }

  /** The flags of every row, 0 while the entry is open. */
  flagColumn(): Int32Array {
    const values = new Int32Array(this.length);
    this.eachChunk((words, first, rows) => {
      for (let row = 0, at = 0; row < rows; row++, at += rowWords)
        if (words[at + rowWord.endSeq] >>> 0 !== never) values[first + row] = words[at + rowWord.flags];
    });
    return values;
  }

  /** The count in every row, NaN where it is not known. */
  countColumn(): Float64Array {
    const values = new Float64Array(this.length);
    this.eachChunk((_, first, rows) => {
      const doubles = this.doubles[chunkOf(first)];
      for (let row = 0, at = rowWord.count / 2; row < rows; row++, at += rowWords / 2)
        values[first + row] = doubles[at];
    });
    return values;
  }

  /** Every row that is done: its flags, mappings, writable mappings, and the count (NaN where it is not known). */
  eachPoint(visit: (flags: number, mappings: number, writable: number, count: number) => void): void {
    this.eachChunk((words, first, rows) => {
      const doubles = this.doubles[chunkOf(first)];
      for (let row = 0, at = 0; row < rows; row++, at += rowWords) {
        if (words[at + rowWord.endSeq] >>> 0 === never) continue;
        const count = doubles[(at + rowWord.count) / 2];
        visit(words[at + rowWord.flags], words[at + rowWord.mappings], words[at + rowWord.writable], count);
      }
    });
  }

  private eachChunk(read: (words: Int32Array<ArrayBuffer>, first: number, rows: number) => void): void {
    this.found.chunks.forEach((words, chunk) => {
      const first = chunk * chunkRows;
      read(words, first, Math.min(chunkRows, this.length - first));
    });
  }
}
