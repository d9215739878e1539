// System calls fork, exec and sbrk (by their numbers in xv6) that failed, and what they kept: the table failed_calls.
import { gathered } from './gather.js';
import type { Histories } from './histories.js';
import { numberColumn } from './number-columns.js';
import { halvesOf, pageOf } from './numbering.js';
import { remembered } from './remembered.js';
import type { HistoryColumn, HistoryTableRow } from './tables.js';

interface FailedCalls {
  readonly rows: number;
  /** Row of the event `syscall` that tells of the return, by row. */
  readonly at: Int32Array;
  readonly span: Uint32Array;
  /** Seq of the end of its kernel entry. */
  readonly endSeq: Uint32Array;
}

const calls = remembered(({ found: { spans, failures } }): FailedCalls => {
  const { row, span } = failures.of;
  const ended = Int32Array.from(row.keys()).filter((call) => spans.endSeq[span[call]] > 0);
  const of = Uint32Array.from(ended, (call) => span[call]);
  const at = ended.map((call) => row[call]);
  return { rows: at.length, at, span: of, endSeq: of.map((id) => spans.endSeq[id] - 1) };
});

/** Rows of frame_takings that a call has not given back and its process has no use for, at the end of its entry. */
function keptBy(histories: Histories, { rows, span, endSeq }: FailedCalls): [call: number, taking: number][] {
  const { length, of } = histories.found.takings.rows;
  const callOfSpan = new Int32Array(histories.found.spans.endSeq.length);
  for (let call = 0; call < rows; call++) callOfSpan[span[call]] = call + 1;
  const kept: [number, number][] = [];
  for (let taking = 0; taking < length; taking++) {
    const call = callOfSpan[of.span[taking]] - 1;
    if (!(call >= 0)) continue;
    // Stored plus one, so that 0 is for never.
    const end = endSeq[call] + 1;
    const isBack = of.endSeq[taking] !== 0 && of.endSeq[taking] <= end;
    const wasMapped = of.mappedSeq[taking] !== 0 && of.mappedSeq[taking] < end;
    const isMapped = wasMapped && (of.unmappedSeq[taking] === 0 || of.unmappedSeq[taking] > end);
    if (!isBack && !isMapped) kept.push([call, taking]);
  }
  return kept;
}

/** Of each call, how many frames it kept; tables that it linked into a page table of before are no such frames. */
const keeps = remembered((histories): FailedCalls & { readonly kept: Int32Array } => {
  const all = calls(histories);
  const { takings, framePages } = histories.found;
  const { span, frame } = takings.rows.of;
  const kept = new Int32Array(all.rows);
  const doubtful = keptBy(histories, all);
  if (doubtful.length === 0) return { ...all, kept };
  const key = (page: number, by: number): string => `${page} ${by}`;
  const roots = linkedTables(histories, new Set(doubtful.map(([call]) => all.span[call])), key);
  const own = new Set<string>();
  for (let taking = 0; taking < takings.rows.length; taking++)
    if (roots.spans.has(span[taking])) own.add(key(framePages[frame[taking]], span[taking]));
  for (const [call, taking] of doubtful) {
    const root = roots.of.get(key(framePages[frame[taking]], span[taking]));
    if (root === undefined || own.has(key(root, span[taking]))) kept[call]++;
  }
  return { ...all, kept };
});

/** The page of the root that each table was linked under by one of these entries, the last if there are several. */
function linkedTables(
  { events }: Histories,
  spans: ReadonlySet<number>,
  key: (page: number, by: number) => string,
): { readonly of: ReadonlyMap<string, number>; readonly spans: ReadonlySet<number> } {
  const [action, by, table, root] = events.of('page_table').read(['action', 'span', 'table', 'root']);
  const linked = action.dictionary!.indexOf('linked');
  const [tables, roots] = [halvesOf(table.values), halvesOf(root.values)];
  const of = new Map<string, number>();
  for (let row = 0; row < events.of('page_table').rows; row++) {
    const span = by.values[row] as number;
    if (action.values[row] !== linked || !spans.has(span)) continue;
    const page = pageOf(tables[2 * row], tables[2 * row + 1]);
    of.set(key(page, span), pageOf(roots[2 * row], roots[2 * row + 1]));
  }
  return { of, spans };
}

function ofCall(name: string, type: HistoryColumn['type']): HistoryColumn {
  return {
    type,
    read: (histories) => {
      const { at, rows } = calls(histories);
      return gathered(histories.events, 'syscall', name, at, rows);
    },
  };
}

/** The table. */
export const failedCallsTable = {
  doc:
    'System calls fork, exec and sbrk (by their numbers in xv6) that failed, with the end of their kernel entry. ' +
    'keeps: frames that the entry took and had, by its end, neither returned to the free list nor mapped for users, ' +
    'nor linked as tables into a page table that it found.',
  needs: ['syscall', 'kernel_span'],
  optional: ['frame_alloc', 'frame_free', 'pte_write', 'page_table'],
  rows: (histories) => calls(histories).rows,
  columns: {
    seq: ofCall('seq', 'u64'),
    cycle: ofCall('cycle', 'u64'),
    hart: ofCall('hart', 'u8'),
    pid: ofCall('pid', 'i32'),
    span: ofCall('span', 'u32'),
    pc: ofCall('pc', 'u64'),
    name: ofCall('name', 'text'),
    end_seq: numberColumn(calls, 'u64', ({ endSeq }, row) => endSeq[row]),
    keeps: numberColumn(keeps, 'i32', ({ kept }, row) => kept[row]),
  },
} as const satisfies HistoryTableRow;
