// Columns in memory read row by row, where there are few rows to read.
import type { WholeColumn } from './table.js';

/** Reads whole numbers below 2^53; a null is what the column holds in its place. */
export function numbersOf({ values }: WholeColumn): (row: number) => number {
  return (row) => Number(values[row]);
}

/** Reads texts. */
export function wordsOf({ values, dictionary = [] }: WholeColumn): (row: number) => string {
  return (row) => dictionary[Number(values[row])] ?? '';
}
