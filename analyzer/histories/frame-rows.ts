// The rows of kinds that name a frame, with the frame's number; and of the count's changes, by how much.
import type { EventName } from '../../tracer/schema/index.js';
import type { EventTables } from '../event-tables.js';
import { halvesOf, type FrameNumbering } from './numbering.js';

/** Columns of one kind, by row. */
export interface FrameRows {
  readonly rows: number;
  readonly frame: Int32Array;
  readonly span: Uint32Array;
  /** Halves: the low one of row r is element 2r. */
  readonly seq: Uint32Array;
}

/** Reads a kind that has a column `frame`. */
export function frameRows(events: EventTables, kind: EventName, numbering: FrameNumbering): FrameRows {
  const table = events.of(kind);
  const [seq, span, frames] = table.read(['seq', 'span', 'frame']);
  const halves = halvesOf(frames.values);
  const frame = new Int32Array(table.rows);
  for (let row = 0; row < frame.length; row++)
    frame[row] = numbering.ofAddress(halves[2 * row], halves[2 * row + 1]);
  return { rows: table.rows, frame, span: span.values as Uint32Array, seq: halvesOf(seq.values) };
}

/** The changes of reference counts. */
export interface CountRows extends FrameRows {
  readonly difference: Float64Array;
  /** The first count that is known of a frame, by its number; NaN where there is none. */
  readonly first: Float64Array;
}

/** Reads refcount_change. Counts beyond 2^53 lose their last digits. */
export function countRows(events: EventTables, numbering: FrameNumbering): CountRows {
  const kind = 'refcount_change';
  const rows = frameRows(events, kind, numbering);
  const [before, after] = events.of(kind).read(['before', 'after']);
  const [old, now] = [halvesOf(before.values), halvesOf(after.values)];
  const difference = new Float64Array(rows.rows);
  const first = new Float64Array(numbering.size).fill(NaN);
  for (let row = 0; row < rows.rows; row++) {
    const count = signed(old, row);
    difference[row] = signed(now, row) - count;
    if (Number.isNaN(first[rows.frame[row]])) first[rows.frame[row]] = count;
  }
  return { ...rows, difference, first };
}

function signed(halves: Uint32Array, row: number): number {
  return (halves[2 * row + 1] | 0) * 2 ** 32 + halves[2 * row];
}
