// Follows page tables: which frame is a table of which root, at which level and for which addresses, and what is stored
// into them.
import type { EventFileWriter } from '../../arrow/index.js';
import type { CallSites } from './call-sites.js';
import type { Emitter } from '../emitter.js';
import { operand, type RawRecord } from '../raw-record.js';

interface Table {
  readonly frame: number;
  readonly root: number;
  readonly level: number;
  /** First virtual address it translates, in halves. */
  readonly vaLow: number;
  readonly vaHigh: number;
}

const rootLevel = 2;
const twoTo32 = 2 ** 32;
/** Frames that a physical address below 2^32 may be in. */
const framesMaximum = 2 ** 20;

/** Bits of an entry that allow something: V R W X U. */
const allowing = 31;
/** The frame number begins here. */
const numberShift = 10;

/** A TLB that still has the old entry lets something through that the new one does not, or leads elsewhere. */
function isNarrower(record: RawRecord): boolean {
  const before = record.low(operand.b);
  const after = record.low(operand.c);
  if ((before & 1) === 0) return false;
  const leadsElsewhere =
    before >>> numberShift !== after >>> numberShift || record.high(operand.b) !== record.high(operand.c);
  return leadsElsewhere || (before & ~after & allowing) !== 0;
}

/** RAM, and so every table, lies below 2^32: the number of a frame is that of its low half. */
function frameNumber(low: number): number {
  return low >>> 12;
}

function indexOf(entryLow: number): number {
  return (entryLow & 4095) >>> 3;
}

/** Halves of the first virtual address that an entry translates. Its part has no bits in common with its table's. */
function vaLow({ vaLow: low, level }: Table, entryLow: number): number {
  const index = indexOf(entryLow);
  return level === 0 ? low | (index << 12) : level === 1 ? low | (index << 21) : index << 30;
}

function vaHigh({ vaHigh: high, level }: Table, entryLow: number): number {
  return level === rootLevel ? indexOf(entryLow) >>> 2 : high;
}

export class PageTables {
  /** By frame number: one more than the place in `tables`; 0 for frames that are no table. */
  private readonly places = new Int32Array(framesMaximum);
  private readonly tables: Table[] = [];
  private readonly unused: number[] = [];
  /** By frame number of a root: one more than the cycle at which something of its translations was last taken back. */
  private readonly narrowed = new Float64Array(framesMaximum);
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
    const frame = record.number(operand.a);
    const entry = record.low(operand.b);
    const parent = this.tableAt(entry);
    const table: Table = parent
      ? {
          frame,
          root: parent.root,
          level: record.size,
          vaLow: vaLow(parent, entry),
          vaHigh: vaHigh(parent, entry),
        }
      : { frame, root: frame, level: rootLevel, vaLow: 0, vaHigh: 0 };
    const known = this.places[frameNumber(frame)];
    const place = known === 0 ? (this.unused.pop() ?? this.tables.length) : known - 1;
    this.tables[place] = table;
    this.places[frameNumber(frame)] = place + 1;
    this.emit(record, 'linked', table);
  }

  retired(record: RawRecord): void {
    const frame = record.low(operand.a);
    const table = this.tableAt(frame);
    if (!table) return;
    this.unused.push(this.places[frameNumber(frame)] - 1);
    this.places[frameNumber(frame)] = 0;
    this.narrowed[frameNumber(frame)] = 0;
    this.emit(record, 'retired', table);
  }

  /** A store changed an entry. */
  stored(record: RawRecord): void {
    const entry = record.low(operand.a);
    const row = this.writeRows;
    const table = this.tableAt(entry);
    if (!table) return;
    if (isNarrower(record)) this.narrowed[frameNumber(table.root)] = record.cycle + 1;
    if (!row) return;
    this.emitter.begin(row, record);
    row.columns.entry.append(entry, 0);
    row.columns.root.append(table.root, 0);
    row.columns.level.append(table.level);
    row.columns.va.append(vaLow(table, entry), vaHigh(table, entry));
    row.columns.before.append(record.low(operand.b), record.high(operand.b));
    row.columns.after.append(record.low(operand.c), record.high(operand.c));
    this.callSites.appendOfStore(row.columns.call_site, record);
  }

  /** Cycle at which an entry under the root last became narrower; -1 for never. */
  narrowedAt(root: number): number {
    return root < twoTo32 ? this.narrowed[frameNumber(root)] - 1 : -1;
  }

  private tableAt(addressLow: number): Table | undefined {
    const place = this.places[frameNumber(addressLow)];
    return place === 0 ? undefined : this.tables[place - 1];
  }

  private emit(record: RawRecord, action: string, table: Table): void {
    const row = this.tableRows;
    if (!row) return;
    this.emitter.begin(row, record);
    row.columns.action.append(action);
    row.columns.table.appendNumber(table.frame);
    row.columns.root.appendNumber(table.root);
    row.columns.level.append(table.level);
    row.columns.va.append(table.vaLow, table.vaHigh);
  }
}
