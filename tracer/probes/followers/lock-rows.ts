// The rows about locks: in which order they are taken, and, when the run is over, what the bits of `locks` columns are.
import type { EventFileWriter } from '../../arrow/index.js';
import type { CallSites } from './call-sites.js';
import type { Emitter } from '../emitter.js';
import type { KnownLock } from '../discovery/lock-facts.js';
import { operand, type RawRecord } from '../raw-record.js';

export class LockRows {
  private readonly orders: EventFileWriter<'lock_order'> | undefined;

  constructor(
    private readonly locks: readonly KnownLock[],
    private readonly emitter: Emitter,
    private readonly callSites: CallSites,
  ) {
    this.orders = emitter.rows('lock_order');
  }

  /** A lock was taken while others were held. */
  taken(record: RawRecord): void {
    const rows = this.orders;
    if (!rows) return;
    this.emitter.begin(rows, record);
    rows.columns.lock.append(record.size);
    rows.columns.locks.append(record.high(operand.d));
    this.callSites.appendOfStore(rows.columns.call_site, record);
  }

  /** Writes a row for each lock, in the order of their bits. */
  finish(cycle: number): void {
    const rows = this.emitter.rows('lock');
    if (!rows) return;
    this.locks.forEach(({ name, address }, number) => {
      this.emitter.beginAt(rows, { cycle, hart: 0, pid: 0, span: 0, pc: 0 });
      rows.columns.number.append(number);
      rows.columns.name.append(name);
      rows.columns.address.appendNumber(address);
    });
  }
}
