// Follows page tables: which frame is a table of which root, at which level and for which addresses, and what is stored
// into them.
import type { EventFileWriter } from '../arrow/index.js';
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

/** Bytes that an entry of a table translates, by its level. */
const reach = [2 ** 12, 2 ** 21, 2 ** 30];

function frameNumber(address: number): number {
  return Math.floor(address / tableBytes);
}

/** Bits of an entry that allow something: V R W X U. */
const allowing = 31;
/** The frame number begins here. */
const numberShift = 10;

/** A TLB that still has the old entry lets something through that the new one does not, or leads elsewhere. */
function isNarrower(record: RawRecord): boolean {
  const [before, after] = [record.low('b'), record.low('c')];
  if ((before & 1) === 0) return false;
  const leadsElsewhere =
    before >>> numberShift !== after >>> numberShift || record.high('b') !== record.high('c');
  return leadsElsewhere || (before & ~after & allowing) !== 0;
}

export class PageTables {
  /** By frame number, which is a small integer where an address is not. */
  private readonly tables = new Map<number, Table>();
  /** By frame number of a root: cycle at which something of its translations was last taken back. */
  private readonly narrowed = new Map<number, number>();
  private readonly writeRows: EventFileWriter<'pte_write'> | undefined;
  private readonly tableRows: EventFileWriter<'page_table'> | undefined;

  constructor(
    private readonly emitter: Emitter,
    private readonly callSites: CallSites,
  ) {
    this.writeRows = emitter.rows('pte_write');
    this.tableRows = emitter.rows('page_table');
  }

  /** A frame became a table, through an entry of another or as a root (entry 0). */
  linked(record: RawRecord): void {
    const frame = record.number('a');
    const entry = record.number('b');
    const parent = this.tables.get(frameNumber(entry));
    const table: Table = parent
      ? { frame, root: parent.root, level: record.size, va: this.addressOf(parent, entry) }
      : { frame, root: frame, level: rootLevel, va: 0 };
    this.tables.set(frameNumber(frame), table);
    this.emit(record, 'linked', table);
  }

  retired(record: RawRecord): void {
    const table = this.tables.get(frameNumber(record.number('a')));
    if (!table) return;
    this.tables.delete(frameNumber(table.frame));
    this.narrowed.delete(frameNumber(table.frame));
    this.emit(record, 'retired', table);
  }

  /** A store changed an entry. */
  stored(record: RawRecord): void {
    const entry = record.number('a');
    const row = this.writeRows;
    const table = this.tables.get(frameNumber(entry));
    if (!table) return;
    if (isNarrower(record)) this.narrowed.set(frameNumber(table.root), record.cycle);
    if (!row) return;
    this.emitter.begin(row, record);
    row.columns.entry.appendNumber(entry);
    row.columns.root.appendNumber(table.root);
    row.columns.level.append(table.level);
    row.columns.va.appendNumber(this.addressOf(table, entry));
    row.columns.before.append(record.low('b'), record.high('b'));
    row.columns.after.append(record.low('c'), record.high('c'));
    row.columns.call_site.appendNumber(this.emitter.callSite(this.callSites.ofStore(record)));
  }

  /** Cycle at which an entry under the root last became narrower; -1 for never. */
  narrowedAt(root: number): number {
    return this.narrowed.get(frameNumber(root)) ?? -1;
  }

  private addressOf(table: Table, entry: number): number {
    return table.va + ((entry % tableBytes) / 8) * reach[table.level];
  }

  private emit(record: RawRecord, action: string, table: Table): void {
    const row = this.tableRows;
    if (!row) return;
    this.emitter.begin(row, record);
    row.columns.action.append(action);
    row.columns.table.appendNumber(table.frame);
    row.columns.root.appendNumber(table.root);
    row.columns.level.append(table.level);
    row.columns.va.appendNumber(table.va);
  }
}
