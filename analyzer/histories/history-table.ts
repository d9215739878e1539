// A table of the pass as the database and counts read it.
import type { ColumnCache } from '../column-cache.js';
import type { Table, TableColumn, WholeColumn } from '../table.js';
import type { Histories } from './histories.js';
import { historyTables, type HistoryTableName, type HistoryTableRow } from './tables.js';

/** Its columns are made when they are first read. */
export class HistoryTable implements Table {
  readonly columns: readonly TableColumn[];
  private readonly row: HistoryTableRow;

  constructor(
    private readonly name: HistoryTableName,
    private readonly histories: () => Histories,
    private readonly cache: ColumnCache,
  ) {
    this.row = historyTables[name];
    this.columns = Object.entries(this.row.columns).map(([column, { type, nullable = false }]) => {
      return { name: column, type, nullable };
    });
  }

  get rows(): number {
    return this.row.rows(this.histories());
  }

  read(names: readonly string[]): WholeColumn[] {
    return names.map((name) => this.cache.get(this.name, name) ?? this.make(name));
  }

  private make(name: string): WholeColumn {
    const column = this.row.columns[name].read(this.histories());
    this.cache.keep(this.name, name, column);
    return column;
  }
}
