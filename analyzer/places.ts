// What is known of addresses that rows name: function, file and line, without DuckDB.
import type { Table } from './table.js';
import { numbersOf, wordsOf } from './whole-columns.js';

/** What an address is in the source, as far as known; `function` is a chain where it was inlined: `inner < outer`. */
export interface Place {
  readonly function: string;
  readonly file: string;
  readonly line: number;
}

/** The view places, looked up. */
export class Places {
  private readonly rows = new Map<bigint, number>();
  private readonly function: (row: number) => string;
  private readonly file: (row: number) => string;
  private readonly line: (row: number) => number;

  /** @param location the rows of the event `location` */
  constructor(location: Table) {
    const [addresses, functions, files, lines] = location.read(['address', 'function', 'file', 'line']);
    const all = addresses.values as BigUint64Array;
    for (let row = location.rows - 1; row >= 0; row--) this.rows.set(all[row], row);
    this.function = wordsOf(functions);
    this.file = wordsOf(files);
    this.line = numbersOf(lines);
  }

  at(address: bigint | undefined): Place | undefined {
    const row = address === undefined ? undefined : this.rows.get(address);
    if (row === undefined) return undefined;
    return { function: this.function(row), file: this.file(row), line: this.line(row) };
  }
}
