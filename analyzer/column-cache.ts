// Columns that were read, kept for the next query as long as there is room: those of a long run do not all fit.
import type { WholeColumn } from './table.js';

/** Bytes kept. Queries need a few columns of a few tables at a time, and come back to most of them soon. */
const bytesMost = 160 * 2 ** 20;

/** Columns of several tables, by owner and name. The one used longest ago goes first; whoever reads it keeps it. */
export class ColumnCache {
  /** In order of use. */
  private readonly columns = new Map<string, WholeColumn>();
  private bytes = 0;

  constructor(private readonly most = bytesMost) {}

  /** A column that is still here. */
  get(table: string, name: string): WholeColumn | undefined {
    const key = `${table}.${name}`;
    const column = this.columns.get(key);
    if (column === undefined) return undefined;
    this.columns.delete(key);
    this.columns.set(key, column);
    return column;
  }

  /** Keeps a column, and lets others go where there is no room. */
  keep(table: string, name: string, column: WholeColumn): void {
    this.columns.set(`${table}.${name}`, column);
    this.bytes += bytesOf(column);
    for (const [key, oldest] of this.columns) {
      if (this.bytes <= this.most || oldest === column) return;
      this.columns.delete(key);
      this.bytes -= bytesOf(oldest);
    }
  }
}

function bytesOf({ values, validity }: WholeColumn): number {
  return values.byteLength + (validity?.byteLength ?? 0);
}
