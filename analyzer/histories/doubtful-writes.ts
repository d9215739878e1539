// Rows of frame_write that are not plainly what a sound kernel does: the table doubtful_writes. Plain are a frame that
// is filled by the entry that takes its one mapping away, and one that the entry has taken and mapped itself.
import { pointFlag } from './frame-row.js';
import type { Histories } from './histories.js';
import { NumberedKeys, RowGroups } from './numbered-keys.js';
import { halvesOf, pageOf } from './numbering.js';
import { remembered } from './remembered.js';
import { rowColumn } from './row-columns.js';
import { doublesOf } from './event-columns.js';
import type { HistoryColumn } from './tables.js';

interface Write {
  readonly seq: number;
  readonly span: number;
  /** Number of the frame, -1 for none. */
  readonly frame: number;
  readonly freeing: boolean;
  /** The frame had one mapping left, and was being freed. */
  readonly isLast: boolean;
}

const gone = pointFlag.settled | pointFlag.undisturbed;

const doubtfulWrites = remembered((histories): readonly Write[] => {
  const { events, frames } = histories;
  const seqs = doublesOf(events, 'frame_write', 'seq');
  const [frame, span, mappings, freeing] = events
    .of('frame_write')
    .read(['frame', 'span', 'mappings', 'freeing'])
    .map(({ values }) => values);
  const halves = halvesOf(frame);
  const numberOf = frameNumbers(histories, halves);
  const rowsOfSpan = new SpanRows(histories);
  const isOwn = ownSince(histories);
  const doubtful: Write[] = [];
  for (let row = 0; row < seqs.length; row++) {
    const number = numberOf(row);
    const by = Number(span[row]);
    const isFreeing = freeing[row] === 1;
    const isLast = isFreeing && Number(mappings[row]) === 1;
    const at = isLast ? rowsOfSpan.rowOf(by, number) : -1;
    const isGone =
      (frames.flagsAt(at) & gone) === gone &&
      frames.at(at, 'before') === 1 &&
      frames.at(at, 'mappings') === 0;
    if (!isGone && !isOwn(number, by, seqs[row]))
      doubtful.push({ seq: seqs[row], span: by, frame: number, freeing: isFreeing, isLast });
  }
  const isEnded = endedBy(histories, doubtful);
  return doubtful.filter((write) => !write.isLast || !isEnded(write));
});

/** The numbers of the frames with some addresses, -1 for none. Most runs write to few frames of all that they know. */
function frameNumbers({ found }: Histories, addresses: Uint32Array): (row: number) => number {
  const pages = new NumberedKeys();
  const page = (row: number): number => pageOf(addresses[2 * row], addresses[2 * row + 1]);
  for (let row = 0; 2 * row < addresses.length; row++) pages.of(page(row));
  const numbers = new Int32Array(pages.size).fill(-1);
  for (let frame = 0; pages.size > 0 && frame < found.framePages.length; frame++) {
    const known = pages.known(found.framePages[frame]);
    if (known >= 0) numbers[known] = frame;
  }
  return (row) => numbers[pages.known(page(row))];
}

/** Whether the entry that wrote to a frame takes a mapping of it away later. */
function endedBy({ events, found }: Histories, writes: readonly Write[]): (write: Write) => boolean {
  if (writes.length === 0) return () => false;
  const asked = new Uint8Array(found.framePages.length);
  for (const { frame } of writes) if (frame >= 0) asked[frame] = 1;
  const [byStore, byTable] = (['pte_write', 'page_table'] as const).map(
    (kind) => events.of(kind).read(['span'])[0].values as Uint32Array,
  );
  const { frame: frames, toRow, toSeq } = found.pages.mappings.of;
  const ends = new RowGroups(found.pages.mappings.length, (row) => {
    return toRow[row] !== -1 && asked[frames[row]] === 1 ? frames[row] : -1;
  });
  const spanOf = (by: number): number => (by >= 0 ? byStore[by] : byTable[-2 - by]);
  return ({ frame, span, seq }) => {
    const group = ends.groupOf(frame);
    for (let index = ends.begin(group); index < ends.end(group); index++) {
      const row = ends.rows[index];
      if (toSeq[row] > seq && spanOf(toRow[row]) === span) return true;
    }
    return false;
  };
}

const several = -1;

/** The rows of frame_spans of one span after the other, found without going through all of them each time. */
class SpanRows {
  private span = -1;
  private readonly rows: Int32Array;
  private known: number[] = [];

  constructor(private readonly histories: Histories) {
    this.rows = new Int32Array(histories.found.framePages.length);
  }

  /** The row of a span and a frame, -1 for none, or when there are several since the entry blocked. */
  rowOf(span: number, frame: number): number {
    if (span !== this.span) this.goTo(span);
    return frame < 0 ? -1 : Math.max(this.rows[frame], 0) - 1;
  }

  private goTo(span: number): void {
    const { found, frames } = this.histories;
    for (const frame of this.known) this.rows[frame] = 0;
    this.known = [];
    this.span = span;
    const { spanRows } = found.frames;
    for (let row = span < spanRows.length ? spanRows[span] - 1 : -1; row >= 0;) {
      const frame = frames.at(row, 'frame');
      this.rows[frame] = this.rows[frame] === 0 ? row + 1 : several;
      this.known.push(frame);
      row = frames.at(row, 'nextInSpan') - 1;
    }
  }
}

/** Whether a frame was mapped since the same entry took it. */
function ownSince({ found }: Histories): (frame: number, span: number, seq: number) => boolean {
  const { length, of } = found.takings.rows;
  // Many runs have no row to ask for: nothing is grouped before one is.
  let byFrame: RowGroups | undefined;
  return (frame, span, seq) => {
    byFrame ??= new RowGroups(length, (row) => of.frame[row]);
    const group = byFrame.groupOf(frame);
    let index = byFrame.end(group) - 1;
    while (index >= byFrame.begin(group)) {
      const row = byFrame.rows[index];
      if (of.span[row] === span && of.seq[row] < seq) break;
      index--;
    }
    if (index < byFrame.begin(group)) return false;
    const mapped = of.mappedSeq[byFrame.rows[index]];
    return mapped > 0 && mapped - 1 < seq;
  };
}

/** How many there are. */
export function doubtfulWriteRows(histories: Histories): number {
  return doubtfulWrites(histories).length;
}

export const doubtfulWriteColumns = {
  seq: rowColumn(doubtfulWrites, 'u64', ({ seq }) => seq),
  freeing: rowColumn(doubtfulWrites, 'u8', ({ freeing }) => Number(freeing)),
} as const satisfies Record<string, HistoryColumn>;
