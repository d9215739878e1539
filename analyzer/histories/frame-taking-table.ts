// The columns of frame_takings.
import type { ColumnArray } from '../../tracer/arrow/batch.js';
import { gathered, validityBut } from './gather.js';
import type { Histories } from './histories.js';
import type { HistoryColumn } from './tables.js';

function taken(name: string, type: HistoryColumn['type']): HistoryColumn {
  return { type, read: ({ events }) => events.of('frame_alloc').read([name])[0] };
}

/** From the row that ended it: a frame_free, or a frame_alloc that took the frame again. */
function ended(name: string, type: HistoryColumn['type']): HistoryColumn {
  return {
    type,
    nullable: true,
    read: ({ events, found: { takings } }) => {
      const rows = takings.rows.length;
      const endRow = takings.rows.of.endRow.subarray(0, rows);
      const { values } = gathered(events, 'frame_free', name, endRow, rows);
      const again = endRow.map((row) => (row < -1 ? -2 - row : -1));
      replace(values, events.of('frame_alloc').read([name])[0].values as ColumnArray, again);
      return { values, validity: validityBut(endRow, -1, rows) };
    },
  };
}

/** Replaces the values of rows that have a row in `at`. */
function replace(into: ColumnArray, from: ColumnArray, at: Int32Array): void {
  for (let row = 0; row < at.length; row++) if (at[row] >= 0) into[row] = from[at[row]];
}

/** Numbers of events that are stored plus one, 0 for none. */
function mappedSeq(which: 'mappedSeq' | 'unmappedSeq'): HistoryColumn {
  return {
    type: 'u32',
    nullable: true,
    read: ({ found: { takings } }) => {
      const seqs = takings.rows.of[which].subarray(0, takings.rows.length);
      return { values: seqs.map((seq) => seq - 1), validity: validityBut(seqs, 0, seqs.length) };
    },
  };
}

function causes(histories: Histories): ReturnType<HistoryColumn['read']> {
  const { events } = histories;
  const allocs = events.of('frame_alloc');
  const [{ values: spans }] = allocs.read(['span']);
  const at = new Int32Array(allocs.rows);
  for (let row = 0; row < at.length; row++) at[row] = histories.rowOfSpan(Number(spans[row]));
  return {
    ...gathered(events, 'kernel_span', 'cause', at, at.length),
    validity: validityBut(at, -1, at.length),
  };
}

export const frameTakingColumns = {
  frame: taken('frame', 'u64'),
  alloc_seq: taken('seq', 'u64'),
  alloc_cycle: taken('cycle', 'u64'),
  hart: taken('hart', 'u8'),
  pid: taken('pid', 'i32'),
  span: taken('span', 'u32'),
  pc: taken('pc', 'u64'),
  call_site: taken('call_site', 'u64'),
  free_seq: ended('seq', 'u64'),
  free_cycle: ended('cycle', 'u64'),
  free_pid: ended('pid', 'i32'),
  free_span: ended('span', 'u32'),
  mapped_seq: mappedSeq('mappedSeq'),
  unmapped_seq: mappedSeq('unmappedSeq'),
  cause: { type: 'text', nullable: true, read: causes },
} as const satisfies Record<string, HistoryColumn>;
