// The pass over calls: in order of seq through the kinds that say what kernel entries did with frames and what programs
// asked for. It knows nothing of pages, so that it may run beside the pass that does, in a thread of its own.
import { CallFailures, type FoundFailures } from './call-failures.js';
import { EntryMoves, type FoundMoves } from './entry-moves.js';
import { CallColumns, FrameColumns, MoveColumns } from './event-rows.js';
import { KindsInOrder, type FetchBatch } from './kinds-in-order.js';
import { isResultCall, ResultCalls, type FoundCalls } from './result-calls.js';

/** What the pass leaves: nothing but typed arrays and numbers, so that it can be sent from thread to thread. */
export interface FoundOfCalls {
  readonly moves: FoundMoves;
  readonly calls: FoundCalls;
  readonly failures: FoundFailures;
}

/** Gathers what it finds as it goes along. */
export class CallPass {
  private readonly moves = new EntryMoves();
  private readonly calls = new ResultCalls();
  private readonly failures = new CallFailures();
  private readonly rows: KindsInOrder;

  /** @param fetch is asked again after it had none */
  constructor(fetch: FetchBatch) {
    this.rows = new KindsInOrder(fetch);
    this.goThroughList();
    this.goThroughMoves();
    this.goThroughCalls();
  }

  /** Goes as far as there are rows. All rows before the last of them must have been there, of every kind. */
  advance(): void {
    this.rows.advance();
  }

  /** What was found. The pass is over. */
  found(): FoundOfCalls {
    const { moves, calls, failures } = this;
    return { moves: moves.found(), calls: calls.found(), failures: failures.found() };
  }

  private goThroughList(): void {
    const { moves } = this;
    const allocs = new FrameColumns();
    this.rows.add('frame_alloc', allocs, (alloc, limit) => {
      for (; alloc.seq < limit; alloc.advance()) moves.unlist(alloc.span[alloc.at], allocs.page(alloc.at));
    });
    const frees = new FrameColumns();
    this.rows.add('frame_free', frees, (free, limit) => {
      for (; free.seq < limit; free.advance()) moves.list(free.span[free.at], frees.page(free.at));
    });
  }

  private goThroughMoves(): void {
    const { moves } = this;
    const handed = new MoveColumns();
    this.rows.add('kalloc', handed, (kalloc, limit) => {
      for (; kalloc.seq < limit; kalloc.advance())
        moves.handOut(kalloc.span[kalloc.at], handed.page(kalloc.at), handed.cycleAt(kalloc.at));
    });
    const given = new MoveColumns();
    this.rows.add('kfree', given, (kfree, limit) => {
      for (; kfree.seq < limit; kfree.advance())
        moves.giveUp(kfree.span[kfree.at], given.page(kfree.at), given.cycleAt(kfree.at), kfree.seq);
    });
  }

  private goThroughCalls(): void {
    const { calls, failures } = this;
    const columns = new CallColumns();
    this.rows.add('syscall', columns, (call, limit) => {
      for (; call.seq < limit; call.advance()) {
        const { at, row, seq } = call;
        const number = columns.number[at];
        const isEntering = columns.isEntering(at);
        if (!isEntering) failures.leave(row, call.span[at], number, columns.resultAt(at));
        if (!isResultCall(number)) continue;
        if (isEntering) calls.enter(call.span[at], seq);
        else columns.copy(at, calls, calls.leave(row, call.span[at], call.pid[at], seq));
      }
    });
  }
}
