// What goes along with a run while it is recorded, in the thread that makes its events: the passes over the histories,
// and the tallies of the rules. That thread loads this module by its URL, which is all that the recording side knows of
// the analyzer.
import type { BatchConsumer, EventBatch } from '../tracer/arrow/index.js';
import type { EventName } from '../tracer/schema/index.js';
import { Tallies, type FoundTallies } from './counts/tallies.js';
import { CallPass } from './histories/call-pass.js';
import { FramePass } from './histories/frame-pass.js';
import type { FetchBatch } from './histories/kinds-in-order.js';
import { callPassKinds, framePassKinds, passColumns, type PassKind } from './histories/pass-kinds.js';
import type { FoundHistories } from './histories/passes.js';
import { countsOf, readQueries } from './query-library.js';
import { sendable } from './sendable.js';

/** URL of this module. */
export const findingsWhileRecording = import.meta.url;

/** What has been found of a run when it is over. */
export interface FoundWhileRecording {
  readonly histories: FoundHistories;
  readonly tallies: FoundTallies;
}

/** Goes along with the rows it is handed; what it makes of them is `FoundWhileRecording`. */
export function openConsumer(kinds: readonly EventName[]): BatchConsumer {
  const queues = [new Queues(framePassKinds), new Queues(callPassKinds)];
  const tellsInterrupts = kinds.includes('trap') && kinds.includes('trap_return');
  const frames = new FramePass(queues[0].fetch, tellsInterrupts);
  const calls = new CallPass(queues[1].fetch);
  const tallies = new Tallies(countsOf(readQueries()));
  return {
    columns: passColumns,
    take: (kind, batch) => {
      for (const queue of queues) queue.put(kind as PassKind, batch);
    },
    caughtUp: () => {
      frames.advance();
      calls.advance();
    },
    batchColumns: tallies.columns(),
    takeBatch: (kind, batch) => tallies.take(kind, batch),
    finish: () => {
      const histories = { ...frames.found(), ...calls.found() };
      const found: FoundWhileRecording = { histories, tallies: tallies.found() };
      return sendable(found);
    },
  };
}

/** Batches that a pass has not asked for, by kind. */
class Queues {
  private readonly waiting: ReadonlyMap<PassKind, EventBatch[]>;

  constructor(kinds: readonly PassKind[]) {
    this.waiting = new Map(kinds.map((kind) => [kind, []]));
  }

  put(kind: PassKind, batch: EventBatch): void {
    this.waiting.get(kind)?.push(batch);
  }

  readonly fetch: FetchBatch = (kind) => this.waiting.get(kind)!.shift();
}
