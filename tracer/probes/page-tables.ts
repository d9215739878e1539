// Follows page tables: which frame is a table of which root, at which level and for which addresses, and what is stored
// into them.
import type { CallSites } from './call-sites.js';
import type { Emitter } from './emitter.js';
import type { RawRecord } from './raw-record.js';

interface Table {
  readonly frame: number;
  readonly root: number;
  readonly level: number;
  /** First virtual address it translates. */
  readonly va: number;
}

const tableBytes = 4096;
const rootLevel = 2;

/** Bytes that an entry of a table of the level translates. */
const reach = (level: number): number => 2 ** (12 + 9 * level);

export class PageTables {
  private readonly tables = new Map<number, Table>();

  constructor(
    private readonly emitter: Emitter,
    private readonly callSites: CallSites,
  ) {}

  /** A frame became a table, through an entry of another or as a root (entry 0). */
  linked(record: RawRecord): void {
    const frame = record.number('a');
    const entry = record.number('b');
    const parent = this.tables.get(entry - (entry % tableBytes));
    const table: Table = parent
      ? { frame, root: parent.root, level: record.size, va: this.addressOf(parent, entry) }
      : { frame, root: frame, level: rootLevel, va: 0 };
    this.tables.set(frame, table);
    this.emit(record, 'linked', table);
  }

  retired(record: RawRecord): void {
    const table = this.tables.get(record.number('a'));
    if (!table) return;
    this.tables.delete(table.frame);
    this.emit(record, 'retired', table);
  }

  /** A store changed an entry. */
  stored(record: RawRecord): void {
    const entry = record.number('a');
    const table = this.tables.get(entry - (entry % tableBytes));
    if (!table) return;
    const row = this.emitter.begin('pte_write', record);
    if (!row) return;
    row.columns.entry.appendNumber(entry);
    row.columns.root.appendNumber(table.root);
    row.columns.level.append(table.level);
    row.columns.va.appendNumber(this.addressOf(table, entry));
    row.columns.before.append(record.low('b'), record.high('b'));
    row.columns.after.append(record.low('c'), record.high('c'));
    row.columns.call_site.appendNumber(this.emitter.callSite(this.callSites.ofStore(record)));
  }

  private addressOf(table: Table, entry: number): number {
    return table.va + ((entry % tableBytes) / 8) * reach(table.level);
  }

  private emit(record: RawRecord, action: string, table: Table): void {
    const row = this.emitter.begin('page_table', record);
    if (!row) return;
    row.columns.action.append(action);
    row.columns.table.appendNumber(table.frame);
    row.columns.root.appendNumber(table.root);
    row.columns.level.append(table.level);
    row.columns.va.appendNumber(table.va);
  }
}
