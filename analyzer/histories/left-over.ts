// Frames that are off the free list and mapped by nobody at a moment when nobody should need them: the table
// left_over_doubts. Most of the frames asked about have a use all the same; the view left_over_frames knows.
import type { Histories } from './histories.js';
import { RowGroups } from './numbered-keys.js';
import { processRows, reapEnds } from './processes.js';
import { windowOf } from './program.js';
import { remembered } from './remembered.js';
import { rowColumn } from './row-columns.js';
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

/** The process that a frame was taken for: the child when fork took it; undefined for none, and for pipes. */
function ownersOf(histories: Histories): (row: number, cause: string | undefined) => number | undefined {
  const { span, pid } = histories.found.takings.rows.of;
  const children = new Map<number, number>();
  for (const { action, span: by, subject } of processRows(histories))
    if (action === 'fork') children.set(by, Math.min(children.get(by) ?? subject, subject));
  return (row, cause) => {
    if (cause === 'pipe' || pid[row] === 0) return undefined;
    return children.get(span[row]) ?? pid[row];
  };
}

/** Seqs are stored plus one, 0 for never. */
function seqOf(stored: number): number {
  return stored === 0 ? Infinity : stored - 1;
}

const doubtsOf = remembered((histories): readonly Doubt[] => {
  const { length, of } = histories.found.takings.rows;
  const owners = ownersOf(histories);
  const hidden = hiddenSince(histories);
  const doubts: Doubt[] = [];
  const ask = (question: Doubt['question'], about: number | undefined, atSeq: number, row: number): void => {
    const allocSeq = of.seq[row];
    if (allocSeq >= atSeq || seqOf(of.endSeq[row]) <= atSeq) return;
    const unmappedSeq = seqOf(of.unmappedSeq[row]);
    if (seqOf(of.mappedSeq[row]) < atSeq && unmappedSeq > atSeq) return;
    doubts.push({
      ...{ question, about, atSeq, allocSeq },
      unmapped: unmappedSeq < atSeq,
      hidden: hidden(of.frame[row], allocSeq, atSeq),
    });
  };
  const ends = reapEnds(histories);
  const window = windowOf(histories);
  const windowSeq = window?.closed ? (window.fromSeq ?? Infinity) : Infinity;
  const end = endOf(histories);
  for (let row = 0; row < length; row++) {
    const cause = histories.causeOf(of.span[row]);
    const owner = owners(row, cause);
    const reaped = owner === undefined ? undefined : ends.get(owner);
    if (reaped !== undefined && cause !== undefined && ownCauses.includes(cause))
      ask('reaped', owner, reaped, row);
    if (of.seq[row] > windowSeq && cause !== undefined) ask('program', window!.pid, window!.toSeq, row);
    if (end !== undefined && of.endSeq[row] === 0) ask('end', undefined, end, row);
  }
  return doubts;
});

/** Seq behind the last end of a kernel entry; undefined where the trace has no end to ask at. */
function endOf({ found: { spans }, facts }: Histories): number | undefined {
  return facts['horizon_cycle'] !== undefined || spans.lastSeq < 0 ? undefined : spans.lastSeq + 1;
}

/** Whether a frame was hidden from users between two moments. */
function hiddenSince({ found }: Histories): (frame: number, from: number, to: number) => boolean {
  const { length, of } = found.pages.hiding;
  const byPage = new RowGroups(length, (row) => of.page[row]);
  return (frame, from, to) => {
    const group = byPage.groupOf(found.framePages[frame]);
    for (let index = byPage.begin(group); index < byPage.end(group); index++) {
      const seq = of.seq[byPage.rows[index]];
      if (seq > from && seq < to) return true;
    }
    return false;
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
