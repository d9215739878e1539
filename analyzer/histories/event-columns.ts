// 64-bit columns of events as doubles, for numbers that are far from 2^53.
import type { EventName } from '../../tracer/schema/index.js';
import type { EventTables } from '../event-tables.js';
import { halvesOf } from './numbering.js';

/** A 64-bit column as doubles. */
export function doublesOf(events: EventTables, kind: EventName, name: string): Float64Array {
  const halves = halvesOf(events.of(kind).read([name])[0].values);
  const values = new Float64Array(events.of(kind).rows);
  for (let row = 0; row < values.length; row++) values[row] = halves[2 * row + 1] * 2 ** 32 + halves[2 * row];
  return values;
}
