// Frames that are off the free list and mapped by nobody at a moment when nobody should need them: the table
// left_over_doubts. Most of the frames asked about have a use all the same; the view left_over_frames knows.
import { gathered } from './gather.js';
import type { Histories } from './histories.js';
import { halvesOf } from './numbering.js';
import { processRows, reapEnds } from './processes.js';
import { windowOf } from './program.js';
import { remembered } from './remembered.js';
import { rowColumn } from './row-columns.js';
import { doublesOf, takingTimes } from './taking-times.js';
import type { HistoryColumn } from './tables.js';

interface Doubt {
  readonly question: 'reaped' | 'program' | 'end';
  readonly about: number | undefined;
  readonly atSeq: number;
  readonly allocSeq: number;
  readonly unmapped: boolean;
  /** A guard page: users cannot reach it, and it is mapped. */
  readonly hidden: boolean;
}

/** Kernel entries that take frames for the process that runs. */
const ownCauses = ['fork', 'exec', 'sbrk', 'page_fault'];

/** The takings of a run, column by column; ends and mappings are Infinity for never. */
interface Takings {
  readonly rows: number;
  readonly allocSeq: Float64Array;
  readonly freeSeq: Float64Array;
  readonly mappedSeq: Float64Array;
  readonly unmappedSeq: Float64Array;
  readonly cause: (row: number) => string | undefined;
  /** The process a frame was taken for: the child when fork took it; undefined for none, and for pipes. */
  readonly owner: (row: number) => number | undefined;
}

/** Seqs that are stored plus one, 0 for never. */
function seqsOf(stored: Uint32Array, rows: number): Float64Array {
  const seqs = new Float64Array(rows);
  for (let row = 0; row < rows; row++) seqs[row] = stored[row] === 0 ? Infinity : stored[row] - 1;
  return seqs;
}

function takingsOf(histories: Histories): Takings {
  const { events, found } = histories;
  const { rows, of } = { rows: found.takings.rows.length, of: found.takings.rows.of };
  const [spans, pids] = events
    .of('frame_alloc')
    .read(['span', 'pid'])
    .map(({ values }) => values);
  const spanRows = Int32Array.from(spans as Uint32Array, (span) => histories.rowOfSpan(span));
  const causes = gathered(events, 'kernel_span', 'cause', spanRows, rows);
  const children = new Map<number, number>();
  for (const { action, span, subject } of processRows(histories))
    if (action === 'fork') children.set(span, Math.min(children.get(span) ?? subject, subject));
  const cause = (row: number): string | undefined => {
    return spanRows[row] < 0 ? undefined : causes.dictionary![Number(causes.values[row])];
  };
  return {
    rows,
    ...takingTimes(histories),
    mappedSeq: seqsOf(of.mappedSeq, rows),
    unmappedSeq: seqsOf(of.unmappedSeq, rows),
    cause,
    owner: (row) => {
      if (cause(row) === 'pipe' || pids[row] === 0) return undefined;
      return children.get(Number(spans[row])) ?? Number(pids[row]);
    },
  };
}

const doubtsOf = remembered((histories): readonly Doubt[] => {
  const takings = takingsOf(histories);
  const { rows, allocSeq, freeSeq, mappedSeq, unmappedSeq } = takings;
  const hidden = hiddenSince(histories);
  const doubts: Doubt[] = [];
  const ask = (question: Doubt['question'], about: number | undefined, atSeq: number, row: number): void => {
    if (allocSeq[row] >= atSeq || freeSeq[row] <= atSeq) return;
    if (mappedSeq[row] < atSeq && unmappedSeq[row] > atSeq) return;
    doubts.push({
      ...{ question, about, atSeq, allocSeq: allocSeq[row] },
      unmapped: unmappedSeq[row] < atSeq,
      hidden: hidden(row, allocSeq[row], atSeq),
    });
  };
  const ends = reapEnds(histories);
  const window = windowOf(histories);
  const end = endOf(histories);
  for (let row = 0; row < rows; row++) {
    const owner = takings.owner(row);
    const reaped = owner === undefined ? undefined : ends.get(owner);
    const cause = takings.cause(row);
    if (reaped !== undefined && ownCauses.includes(cause ?? '')) ask('reaped', owner, reaped, row);
    if (
      window?.closed &&
      cause !== undefined &&
      cause !== 'pipe' &&
      allocSeq[row] > (window.fromSeq ?? Infinity)
    )
      ask('program', window.pid, window.toSeq, row);
    if (end !== undefined && freeSeq[row] === Infinity) ask('end', undefined, end, row);
  }
  return doubts;
});

/** Seq behind the last end of a kernel entry; undefined where the trace has no end to ask at. */
function endOf({ events, facts }: Histories): number | undefined {
  if (facts['horizon_cycle'] !== undefined) return undefined;
  const seqs = doublesOf(events, 'kernel_span', 'seq');
  return seqs.length === 0 ? undefined : Math.max(seqs[0], seqs[seqs.length - 1]) + 1;
}

/** Whether the frame of a taking was hidden from users between two moments. */
function hiddenSince(histories: Histories): (row: number, from: number, to: number) => boolean {
  const { events, found } = histories;
  const { row: stores, seq } = found.pages.hiding.of;
  const after = halvesOf(events.of('pte_write').read(['after'])[0].values);
  const times = new Map<number, number[]>();
  for (let index = 0; index < found.pages.hiding.length; index++) {
    const [low, high] = [after[2 * stores[index]], after[2 * stores[index] + 1]];
    const page = (high & 0x3f_ffff) * 2 ** 22 + (low >>> 10);
    times.set(page, [...(times.get(page) ?? []), seq[index]]);
  }
  const frames = halvesOf(events.of('frame_alloc').read(['frame'])[0].values);
  return (row, from, to) => {
    const page = (frames[2 * row + 1] >>> 0) * 2 ** 20 + (frames[2 * row] >>> 12);
    return times.get(page)?.some((time) => time > from && time < to) ?? false;
  };
}

/** How many there are. */
export function leftOverRows(histories: Histories): number {
  return doubtsOf(histories).length;
}

export const leftOverColumns = {
  question: rowColumn(doubtsOf, 'text', ({ question }) => question),
  about: rowColumn(doubtsOf, 'i32', ({ about }) => about),
  at_seq: rowColumn(doubtsOf, 'u64', ({ atSeq }) => atSeq),
  alloc_seq: rowColumn(doubtsOf, 'u64', ({ allocSeq }) => allocSeq),
  unmapped: rowColumn(doubtsOf, 'bool', ({ unmapped }) => unmapped),
  hidden: rowColumn(doubtsOf, 'bool', ({ hidden }) => hidden),
} as const satisfies Record<string, HistoryColumn>;
