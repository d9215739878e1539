// What the handling of each page fault did to pages, with what it found of the old frame: the table fault_changes.
import type { WholeColumn } from '../table.js';
import { hastySeqOf, movesOf } from './entry-moves.js';
import type { FramePoints } from './frame-points.js';
import { pointFlag } from './frame-row.js';
import { gathered, validityBut } from './gather.js';
import type { Histories } from './histories.js';
import { addressesOfPages } from './numbering.js';
import { rootOf, spanOf } from './page-tables.js';
import { remembered } from './remembered.js';
import type { HistoryColumn } from './tables.js';

export interface FaultChanges {
  /** Rows of page_changes. */
  readonly change: Int32Array;
  /** Row of frame_spans of the same kernel entry and the old frame, -1 for none. */
  readonly oldFrameRow: Int32Array;
}

/** Which they are. */
export const faultChanges = remembered(find);

function find(histories: Histories): FaultChanges {
  const { changes, visits } = histories.found.pages;
  const { visit, oldFrame } = changes.of;
  const isFault = visits.of.span.map((span) => Number(histories.isFault(span)));
  const rows: number[] = [];
  for (let change = 0; change < changes.length; change++) if (isFault[visit[change]] === 1) rows.push(change);
  const change = Int32Array.from(rows);
  const oldFrameRow = change.map((row) => {
    return oldFrame[row] < 0 ? -1 : histories.frames.rowOf(oldFrame[row], visits.of.span[visit[row]]);
  });
  return { change, oldFrameRow };
}

/** How many there are. */
export function faultChangeRows(histories: Histories): number {
  return faultChanges(histories).change.length;
}

/** Values at rows. (The `from` of typed arrays goes through an iterator.) */
function valuesAt<A extends Int32Array | Uint32Array | Float64Array>(
  values: A,
  rows: Int32Array,
  type: new (length: number) => A,
): A {
  const result = new type(rows.length);
  for (let index = 0; index < rows.length; index++) result[index] = values[rows[index]];
  return result;
}

function picked(name: 'visit' | 'lastRow' | 'oldFrame' | 'newFrame', histories: Histories): Int32Array {
  return valuesAt(histories.found.pages.changes.of[name], faultChanges(histories).change, Int32Array);
}

function visits(histories: Histories): { visit: Int32Array; rows: number } {
  const visit = picked('visit', histories);
  return { visit, rows: visit.length };
}

/** What pte_write says of the last store. */
function lastStore(name: 'pc' | 'call_site'): HistoryColumn {
  return {
    type: 'u64',
    read: (histories) => {
      const at = picked('lastRow', histories);
      return gathered(histories.events, 'pte_write', name, at, at.length);
    },
  };
}

function frame(which: 'oldFrame' | 'newFrame'): HistoryColumn {
  return {
    type: 'u64',
    nullable: true,
    read: (histories) => {
      const numbers = picked(which, histories);
      return {
        values: histories.addresses(numbers, numbers.length),
        validity: validityBut(numbers, -1, numbers.length),
      };
    },
  };
}

/** The entry before the first store, or after the last. */
function entry(which: 'before' | 'after'): HistoryColumn {
  return {
    type: 'u64',
    read: (histories) => {
      const { [`${which}Low` as const]: low, [`${which}High` as const]: high } =
        histories.found.pages.changes.of;
      const { change } = faultChanges(histories);
      const halves = new Uint32Array(2 * change.length);
      for (let row = 0; row < change.length; row++) {
        halves[2 * row] = low[change[row]];
        halves[2 * row + 1] = high[change[row]];
      }
      return { values: new BigUint64Array(halves.buffer) };
    },
  };
}

/** What frame_spans says of the old frame. */
function found(
  type: HistoryColumn['type'],
  read: (frames: FramePoints, rows: Int32Array, histories: Histories) => WholeColumn['values'],
): HistoryColumn {
  return {
    type,
    nullable: true,
    read: (histories) => {
      const { oldFrameRow } = faultChanges(histories);
      return {
        values: read(histories.frames, oldFrameRow, histories),
        validity: validityBut(oldFrameRow, -1, oldFrameRow.length),
      };
    },
  };
}

const undisturbed = pointFlag.undisturbed | pointFlag.settled;

/**
 * Nobody else finished with the frame from the fault on. The handler looks at the count before it touches anything, so
 * that nobody did since its first touch is not enough: a sharer may have left while the page was copied.
 */
function isUndisturbed(frames: FramePoints, row: number, { found: { spans } }: Histories): boolean {
  if ((frames.flagsAt(row) & undisturbed) !== undisturbed) return false;
  const start = spans.startSeq[frames.at(row, 'span')] ?? 0;
  return start === 0 || frames.at(row, 'doneBefore') >>> 0 < start;
}

export const faultChangeColumns = {
  span: spanOf(visits),
  root: rootOf(visits),
  va: {
    type: 'u64',
    read: (histories) => {
      const { page } = histories.found.pages.changes.of;
      const pages = valuesAt(page, faultChanges(histories).change, Float64Array);
      return { values: addressesOfPages(pages, pages.length) };
    },
  },
  last_seq: {
    type: 'u32',
    read: (histories) => {
      const { lastSeq } = histories.found.pages.changes.of;
      return { values: valuesAt(lastSeq, faultChanges(histories).change, Uint32Array) };
    },
  },
  first_entry: entry('before'),
  entry: entry('after'),
  pc: lastStore('pc'),
  call_site: lastStore('call_site'),
  old_frame: frame('oldFrame'),
  new_frame: frame('newFrame'),
  mappings_before: found('i32', (frames, rows) => rows.map((row) => frames.at(row, 'before'))),
  count: found('f64', (frames, rows) => {
    const counts = new Float64Array(rows.length);
    for (let index = 0; index < counts.length; index++) counts[index] = frames.countAt(rows[index]);
    return counts;
  }),
  undisturbed: found('bool', (frames, rows, histories) => {
    const values = new Uint8Array(rows.length);
    for (let index = 0; index < values.length; index++)
      values[index] = isUndisturbed(frames, rows[index], histories) ? 1 : 0;
    return values;
  }),
  hasty: {
    type: 'bool',
    read: (histories) => {
      const { pages, moves } = histories.found;
      const { changes, visits } = pages;
      const { lastSeq, visit } = changes.of;
      const { change } = faultChanges(histories);
      const values = new Uint8Array(change.length);
      for (let row = 0; row < values.length; row++) {
        const by = movesOf(moves, visits.of.span[visit[change[row]]]);
        const since = by < 0 ? 0 : hastySeqOf(moves, by);
        if (since > 0 && since - 1 < lastSeq[change[row]]) values[row] = 1;
      }
      return { values };
    },
  },
} as const satisfies Record<string, HistoryColumn>;
