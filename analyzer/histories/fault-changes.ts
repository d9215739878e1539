// What the handling of each page fault did to pages, with what it found of the old frame: the table fault_changes.
import type { WholeColumn } from '../table.js';
import { pointFlag } from './frame-history.js';
import { gathered, gatheredSeqs, validityBut } from './gather.js';
import type { Histories } from './pass.js';
import type { HistoryColumn } from './tables.js';

interface FaultChanges {
  /** Rows of page_changes. */
  readonly change: Int32Array;
  /** Row of frame_spans of the same kernel entry and the old frame, -1 for none. */
  readonly oldFrameRow: Int32Array;
}

const known = new WeakMap<Histories, FaultChanges>();

function faultChanges(histories: Histories): FaultChanges {
  const made = known.get(histories) ?? find(histories);
  known.set(histories, made);
  return made;
}

function find({ pages: { changes }, stores, spans, frames }: Histories): FaultChanges {
  const { firstRow, oldFrame } = changes.of;
  const rows: number[] = [];
  for (let change = 0; change < changes.length; change++)
    if (spans.isFault[stores.span[firstRow[change]]] === 1) rows.push(change);
  const change = Int32Array.from(rows);
  const oldFrameRow = change.map((row) => {
    return oldFrame[row] < 0 ? -1 : frames.rowOf(oldFrame[row], stores.span[firstRow[row]]);
  });
  return { change, oldFrameRow };
}

/** How many there are. */
export function faultChangeRows(histories: Histories): number {
  return faultChanges(histories).change.length;
}

function of(which: 'firstRow' | 'lastRow', name: string, type: HistoryColumn['type']): HistoryColumn {
  return {
    type,
    read: (histories) => {
      const { change } = faultChanges(histories);
      const at = change.map((row) => histories.pages.changes.of[which][row]);
      if (name === 'seq') return { values: gatheredSeqs(histories.events, 'pte_write', at, at.length) };
      return gathered(histories.events, 'pte_write', name, at, at.length);
    },
  };
}

function frame(which: 'oldFrame' | 'newFrame'): HistoryColumn {
  return {
    type: 'u64',
    nullable: true,
    read: (histories) => {
      const numbers = faultChanges(histories).change.map((row) => histories.pages.changes.of[which][row]);
      return {
        values: histories.numbering.addresses(numbers, numbers.length),
        validity: validityBut(numbers, -1, numbers.length),
      };
    },
  };
}

/** What frame_spans says of the old frame. */
function found(
  type: HistoryColumn['type'],
  read: (histories: Histories, rows: Int32Array) => WholeColumn['values'],
): HistoryColumn {
  return {
    type,
    nullable: true,
    read: (histories) => {
      const { oldFrameRow } = faultChanges(histories);
      return {
        values: read(histories, oldFrameRow),
        validity: validityBut(oldFrameRow, -1, oldFrameRow.length),
      };
    },
  };
}

function picked(values: Int32Array, rows: Int32Array): Int32Array {
  return rows.map((row) => values[row]);
}

export const faultChangeColumns = {
  span: of('firstRow', 'span', 'u32'),
  root: of('firstRow', 'root', 'u64'),
  va: of('firstRow', 'va', 'u64'),
  last_seq: of('lastRow', 'seq', 'u32'),
  old_frame: frame('oldFrame'),
  new_frame: frame('newFrame'),
  mappings_before: found('i32', ({ frames }, rows) => picked(frames.column('before'), rows)),
  count: found('f64', ({ frames }, rows) => {
    const counts = frames.countColumn();
    return Float64Array.from(rows, (row) => counts[row]);
  }),
  undisturbed: found('bool', ({ frames }, rows) => {
    const both = pointFlag.undisturbed | pointFlag.settled;
    return Uint8Array.from(picked(frames.flagColumn(), rows), (flags) => Number((flags & both) === both));
  }),
} as const satisfies Record<string, HistoryColumn>;
