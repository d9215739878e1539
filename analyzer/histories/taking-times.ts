// When frames were taken from the free list and returned to it, as doubles by row of frame_alloc.
import type { EventName } from '../../tracer/schema/index.js';
import type { EventTables } from '../event-tables.js';
import { halvesOf } from './numbering.js';
import type { Histories } from './histories.js';
import { remembered } from './remembered.js';

/** A 64-bit column as doubles. */
export function doublesOf(events: EventTables, kind: EventName, name: string): Float64Array {
  const halves = halvesOf(events.of(kind).read([name])[0].values);
  const values = new Float64Array(events.of(kind).rows);
  for (let row = 0; row < values.length; row++) values[row] = halves[2 * row + 1] * 2 ** 32 + halves[2 * row];
  return values;
}

/** Seq at which each was taken, and returned or taken again; Infinity for never. */
export const takingTimes = remembered(({ events, found }: Histories) => {
  const { endRow } = found.takings.rows.of;
  const freed = doublesOf(events, 'frame_free', 'seq');
  const allocSeq = doublesOf(events, 'frame_alloc', 'seq');
  const freeSeq = allocSeq.map((_, row) => {
    const end = endRow[row];
    return end === -1 ? Infinity : end >= 0 ? freed[end] : allocSeq[-2 - end];
  });
  return { allocSeq, freeSeq };
});
