// What kernel entries that handle page faults did with frames: how many they took and gave up, and the last of each.
import type { EventName } from '../../tracer/schema/index.js';
import type { EventTables } from '../event-tables.js';
import type { Histories } from './histories.js';
import { halvesOf, pageOf } from './numbering.js';
import { remembered } from './remembered.js';
import { doublesOf } from './taking-times.js';

/** Cycles in which no frame can have been copied: a load and a store of 8 bytes each. */
const copyCyclesLeast = 1024;

/** What they did, by their numbers. */
export class FaultMoves {
  readonly handed: Uint16Array;
  readonly unlisted: Uint16Array;
  readonly given: Uint16Array;
  readonly listed: Uint16Array;
  /** Page number of the frame that was handed out, taken off the list, given up, put on the list last; -1 for none. */
  readonly handedPage: Float64Array;
  readonly unlistedPage: Float64Array;
  readonly givenPage: Float64Array;
  readonly listedPage: Float64Array;
  readonly handedCycle: Float64Array;
  /** Seq at which a frame was first given up though none can have been copied; -1 for none. */
  readonly hastySeq: Float64Array;

  /** @param numbers number plus one of the entry, by span; 0 for an entry that handles no fault */
  constructor(
    private readonly numbers: Int32Array,
    faults: number,
  ) {
    const [counts, pages] = [() => new Uint16Array(faults), () => new Float64Array(faults).fill(-1)];
    [this.handed, this.unlisted, this.given, this.listed] = [counts(), counts(), counts(), counts()];
    [this.handedPage, this.unlistedPage, this.givenPage, this.listedPage] = [
      pages(),
      pages(),
      pages(),
      pages(),
    ];
    [this.handedCycle, this.hastySeq] = [pages(), pages()];
  }

  /** The number of a span that handles a fault. */
  of(span: number): number {
    return this.numbers[span] - 1;
  }
}

/** The moves of a run. An entry handles a fault if it is called so, or a fault names it. */
export const faultMoves = remembered((histories: Histories): FaultMoves => {
  const { events, found } = histories;
  const spans = events.of('page_fault').read(['span'])[0].values as Uint32Array;
  const most = spans.reduce((a, b) => Math.max(a, b), found.spans.isFault.length);
  const numbers = new Int32Array(most + 1);
  let faults = 0;
  for (let span = 0; span < found.spans.isFault.length; span++)
    if (found.spans.isFault[span] === 1) numbers[span] = ++faults;
  for (const span of spans) if (numbers[span] === 0) numbers[span] = ++faults;
  return movesOf(events, numbers, faults);
});

function movesOf(events: EventTables, numbers: Int32Array, faults: number): FaultMoves {
  const moves = new FaultMoves(numbers, faults);
  const each = (kind: EventName, visit: (fault: number, page: number, row: number) => void): void => {
    const [frame, span] = events.of(kind).read(['frame', 'span']);
    const halves = halvesOf(frame.values);
    const spans = span.values as Uint32Array;
    for (let row = 0; row < events.of(kind).rows; row++) {
      const fault = spans[row] < numbers.length ? numbers[spans[row]] - 1 : -1;
      if (fault >= 0) visit(fault, pageOf(halves[2 * row], halves[2 * row + 1]), row);
    }
  };
  const handedCycles = doublesOf(events, 'kalloc', 'cycle');
  const handedSeqs = doublesOf(events, 'kalloc', 'seq');
  const handedSeq = new Float64Array(faults).fill(Infinity);
  each('kalloc', (fault, page, row) => {
    if (page === 0) return;
    moves.handed[fault]++;
    moves.handedPage[fault] = page;
    moves.handedCycle[fault] = handedCycles[row];
    handedSeq[fault] = Math.min(handedSeq[fault], handedSeqs[row]);
  });
  each('frame_alloc', (fault, page) => {
    moves.unlisted[fault]++;
    moves.unlistedPage[fault] = page;
  });
  const cycles = doublesOf(events, 'kfree', 'cycle');
  const seqs = doublesOf(events, 'kfree', 'seq');
  each('kfree', (fault, page, row) => {
    moves.given[fault]++;
    moves.givenPage[fault] = page;
    const isLate = moves.handed[fault] === 1 && seqs[row] > handedSeq[fault];
    if (!isLate || cycles[row] - moves.handedCycle[fault] < copyCyclesLeast)
      moves.hastySeq[fault] = seqs[row];
  });
  each('frame_free', (fault, page) => {
    moves.listed[fault]++;
    moves.listedPage[fault] = page;
  });
  return moves;
}
