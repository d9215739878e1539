// Frames that are off the free list and mapped by nobody at a moment when nobody should need them: the table
// left_over_doubts. Most of the frames asked about have a use all the same; the view left_over_frames knows.
import type { Histories } from './histories.js';
import { RowGroups } from './numbered-keys.js';
import { processRows, reapEnds } from './processes.js';
import { treeOf, windowOf } from './program.js';
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

/** By kernel entry that forked: the child. Frames that it took, it took for the child. */
function childrenOf(histories: Histories): ReadonlyMap<number, number> {
  const children = new Map<number, number>();
  for (const { action, span: by, subject } of processRows(histories))
    if (action === 'fork') children.set(by, Math.min(children.get(by) ?? subject, subject));
  return children;
}

/** When the processes were reaped for which an entry takes frames, one entry after the other; Infinity for never. */
class ReapedOwners {
  private readonly children: ReadonlyMap<number, number>;
  private readonly ends: ReadonlyMap<number, number>;
  private span = -1;
  private pid = -1;
  /** The process that the entry takes frames for. */
  owner = -1;
  /** Whether the entry has a cause. */
  hasCause = false;
  /** Whether what it takes is for that process alone: others may hold a pipe. */
  isForProcess = false;
  private end = Infinity;

  constructor(private readonly histories: Histories) {
    this.children = childrenOf(histories);
    this.ends = reapEnds(histories);
  }

  /** Seq at which the frames are asked about that an entry of a process takes; mostly the entry asked about last. */
  endOf(span: number, pid: number): number {
    if (span !== this.span || pid !== this.pid) this.goTo(span, pid);
    return this.end;
  }

  private goTo(span: number, pid: number): void {
    const cause = this.histories.causeOf(span);
    this.span = span;
    this.pid = pid;
    this.hasCause = cause !== undefined;
    this.isForProcess = cause !== 'pipe';
    const isOwn = cause !== undefined && ownCauses.includes(cause) && pid !== 0;
    this.owner = this.children.get(span) ?? pid;
    this.end = isOwn ? (this.ends.get(this.owner) ?? Infinity) : Infinity;
  }
}

/** Seqs are stored plus one, 0 for never. */
function seqOf(stored: number): number {
  return stored === 0 ? Infinity : stored - 1;
}

const doubtsOf = remembered((histories): readonly Doubt[] => {
  const { length, of } = histories.found.takings.rows;
  const owners = new ReapedOwners(histories);
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
  const window = windowOf(histories);
  const windowSeq = window?.closed ? (window.fromSeq ?? Infinity) : Infinity;
  const zombies = zombiesOf(histories, window?.toSeq ?? 0);
  const end = endOf(histories);
  for (let row = 0; row < length; row++) {
    const reaped = owners.endOf(of.span[row], of.pid[row]);
    if (reaped !== Infinity) ask('reaped', owners.owner, reaped, row);
    const isZombies = owners.isForProcess && zombies.has(owners.owner);
    if (of.seq[row] > windowSeq && owners.hasCause && !isZombies)
      ask('program', window!.pid, window!.toSeq, row);
    if (end !== undefined && of.endSeq[row] === 0) ask('end', undefined, end, row);
  }
  return doubts;
});

/** Those of the program's processes that were not reaped by then. */
function zombiesOf(histories: Histories, toSeq: number): ReadonlySet<number> {
  const ends = reapEnds(histories);
  return new Set([...treeOf(histories)].filter((pid) => (ends.get(pid) ?? Infinity) > toSeq));
}

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
