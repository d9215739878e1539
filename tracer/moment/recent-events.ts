// The last events before a cycle, from the trace's files.
import { hasValue, readEventFile, type EventBatch } from '../arrow/index.js';
import type { OpenedTrace } from '../directory/index.js';
import { columnsOf, commonColumns, eventNames, type EventName } from '../schema/index.js';

/** A row of a trace, with its columns by name. Texts are raw guest text. */
export interface EventLine {
  readonly kind: EventName;
  readonly seq: number;
  readonly cycle: number;
  readonly hart: number;
  readonly pid: number;
  readonly pc: bigint;
  /** The kind's own columns; null where the row has no value. */
  readonly columns: Readonly<Record<string, bigint | string | null>>;
}

/** Kinds that are no happenings: conclusions written later, and facts of the kernel. */
const leftOut: ReadonlySet<EventName> = new Set<EventName>(['kernel_span', 'location']);
/** Rows of this kind are written when their outcome is known, out of order of cycle. */
const late: ReadonlySet<EventName> = new Set<EventName>(['page_fault']);

/** The last `count` rows with a smaller cycle, in order of cycle. */
export function eventsBefore(trace: OpenedTrace, cycle: number, count: number): EventLine[] {
  const kinds = eventNames.filter((kind) => trace.kinds.has(kind) && !leftOut.has(kind));
  const lines = kinds.flatMap((kind) => lastOf(trace, kind, cycle, count));
  lines.sort((one, other) => one.cycle - other.cycle || one.seq - other.seq);
  return lines.slice(-count);
}

/** The value of a count before a cycle, by the last change that the trace has; undefined when it has none. */
export function countBefore(trace: OpenedTrace, frame: bigint, cycle: number): number | undefined {
  if (!trace.kinds.has('refcount_change')) return undefined;
  let count: number | undefined;
  const path = trace.eventPath('refcount_change');
  for (const { rows, columns } of readEventFile(path, 'refcount_change', ['cycle', 'frame', 'after'])) {
    for (let row = 0; row < rows; row++) {
      if (Number(columns['cycle'].values[row]) >= cycle) return count;
      if (columns['frame'].values[row] === frame) count = Number(columns['after'].values[row]);
    }
  }
  return count;
}

function lastOf(trace: OpenedTrace, kind: EventName, cycle: number, count: number): EventLine[] {
  const found: EventLine[] = [];
  for (const batch of readEventFile(trace.eventPath(kind), kind)) {
    const cycles = batch.columns['cycle'].values;
    if (batch.rows === 0) continue;
    let end = batch.rows;
    while (end > 0 && cycles[end - 1] >= cycle) end--;
    // Only the last rows of a batch can be among the last of all, but for those in another order.
    const start = late.has(kind) ? 0 : Math.max(0, end - count);
    for (let row = start; row < end; row++) if (cycles[row] < cycle) found.push(lineOf(kind, batch, row));
    found.splice(0, Math.max(0, found.length - count));
    if (end < batch.rows && !late.has(kind)) break;
  }
  return found;
}

function lineOf(kind: EventName, { columns }: EventBatch, row: number): EventLine {
  const value = (name: string): bigint | string | null => {
    const column = columns[name];
    if (!hasValue(column, row)) return null;
    const raw = column.values[row];
    return column.dictionary ? (column.dictionary[Number(raw)] ?? '') : BigInt(raw);
  };
  const own = columnsOf(kind).filter(({ name }) => !Object.hasOwn(commonColumns, name));
  return {
    kind,
    seq: Number(value('seq')),
    cycle: Number(value('cycle')),
    hart: Number(value('hart')),
    pid: Number(value('pid')),
    pc: value('pc') as bigint,
    columns: Object.fromEntries(own.map(({ name }) => [name, value(name)])),
  };
}
