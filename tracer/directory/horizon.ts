// How far a damaged trace can be judged. Rows are numbered over all kinds without a gap (column `seq`), so the first
// number that no file has is where the first row was lost: whatever was known before it is known in full.
import { readEventFile } from '../arrow/index.js';
import type { EventName } from '../schema/index.js';
import type { OpenedTrace } from './reader.js';

/** The end of what is whole. */
export interface Horizon {
  /** Rows with a smaller `seq` are all there; from this one on some are missing. */
  readonly seq: number;
  /** Machine cycle of the last of them; 0 when there are none. */
  readonly cycle: number;
}

/** Finds the horizon. Reads the numbers of all rows; throws UsageError (65) for a file that is none of ours. */
export function findHorizon(trace: OpenedTrace): Horizon {
  const kinds = [...trace.kinds];
  const rows = kinds.reduce((sum, kind) => sum + countRows(trace, kind), 0);
  // A row numbered beyond the count of all rows lies behind a gap in any case.
  const present = new Uint8Array(rows + 1);
  for (const kind of kinds)
    for (const { seq } of readColumns(trace, kind, ['seq']))
      for (const number of seq) if (number < rows) present[Number(number)] = 1;
  const seq = present.indexOf(0);
  return { seq, cycle: Math.max(0, ...kinds.map((kind) => cycleBefore(trace, kind, BigInt(seq)))) };
}

function countRows(trace: OpenedTrace, kind: EventName): number {
  let rows = 0;
  for (const batch of readEventFile(trace.eventPath(kind), kind, [])) rows += batch.rows;
  return rows;
}

/** Cycle of the kind's last row before a number. */
function cycleBefore(trace: OpenedTrace, kind: EventName, horizon: bigint): number {
  let last = 0n;
  for (const { seq, cycle } of readColumns(trace, kind, ['seq', 'cycle'])) {
    for (let row = 0; row < seq.length && seq[row] < horizon; row++) last = cycle[row];
    if (seq.length > 0 && seq[seq.length - 1] >= horizon) break;
  }
  return Number(last);
}

function* readColumns<C extends 'seq' | 'cycle'>(
  trace: OpenedTrace,
  kind: EventName,
  names: readonly C[],
): Iterable<Record<C, BigUint64Array>> {
  for (const { columns } of readEventFile(trace.eventPath(kind), kind, names))
    yield Object.fromEntries(names.map((name) => [name, columns[name].values])) as Record<C, BigUint64Array>;
}
