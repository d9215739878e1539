// The rows that say what the bits of `locks` columns are, written when the run is over.
import type { Emitter } from './emitter.js';
import type { KnownLock } from './lock-facts.js';

/** Writes a row for each lock, in the order of their bits. */
export function writeLocks(emitter: Emitter, locks: readonly KnownLock[], cycle: number): void {
  const rows = emitter.rows('lock');
  if (!rows) return;
  locks.forEach(({ name, address }, number) => {
    emitter.beginAt(rows, { cycle, hart: 0, pid: 0, span: 0, pc: 0 });
    rows.columns.number.append(number);
    rows.columns.name.append(name);
    rows.columns.address.appendNumber(address);
  });
}
