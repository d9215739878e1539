// What goes along with a run while it is recorded, in the thread that makes its events: the pass over the histories,
// and the tallies of the rules. That thread loads this module by its URL, which is all that the recording side knows of
// the analyzer.
import type { BatchConsumer, Consumed, EventBatch } from '../tracer/arrow/index.js';
import type { EventName } from '../tracer/schema/index.js';
import { Tallies, type FoundTallies } from './counts/tallies.js';
import { passColumns, passKinds, type PassKind } from './histories/pass-kinds.js';
import { HistoryPass, type FoundHistories } from './histories/pass.js';
import { countsOf, readQueries } from './query-library.js';

/** URL of this module. */
export const findingsWhileRecording = import.meta.url;

/** What has been found of a run when it is over. */
export interface FoundWhileRecording {
  readonly histories: FoundHistories;
  readonly tallies: FoundTallies;
}

/** Goes along with the rows it is handed; what it makes of them is `FoundWhileRecording`. */
export function openConsumer(kinds: readonly EventName[]): BatchConsumer {
  const waiting = new Map(passKinds.map((kind): [PassKind, EventBatch[]] => [kind, []]));
  const tellsInterrupts = kinds.includes('trap') && kinds.includes('trap_return');
  const pass = new HistoryPass((kind) => waiting.get(kind)!.shift(), tellsInterrupts);
  const tallies = new Tallies(countsOf(readQueries()));
  return {
    columns: passColumns,
    take: (kind, batch) => waiting.get(kind as PassKind)!.push(batch),
    caughtUp: () => pass.advance(),
    batchColumns: tallies.columns(),
    takeBatch: (kind, batch) => tallies.take(kind, batch),
    finish: () => {
      const found: FoundWhileRecording = { histories: pass.found(), tallies: tallies.found() };
      return consumed(found);
    },
  };
}

function consumed(value: object): Consumed {
  const buffers = new Set<ArrayBuffer>();
  const visit = (part: unknown): void => {
    if (ArrayBuffer.isView(part)) buffers.add(part.buffer as ArrayBuffer);
    else if (typeof part === 'object' && part !== null) Object.values(part).forEach(visit);
  };
  visit(value);
  return { value, buffers: [...buffers] };
}
