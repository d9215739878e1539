// The pass that goes along with a run while it is recorded, in the thread that makes its events. That thread loads this
// module by its URL, which is all that the recording side knows of the analyzer.
import type { BatchConsumer, Consumed, EventBatch } from '../../tracer/arrow/index.js';
import type { EventName } from '../../tracer/schema/index.js';
import { HistoryPass, passColumns, passKinds, type PassKind } from './pass.js';

/** URL of this module. */
export const historiesWhileRecording = import.meta.url;

/** A pass over the rows it is handed; what it makes of them is `FoundHistories`. */
export function openConsumer(kinds: readonly EventName[]): BatchConsumer {
  const waiting = new Map(passKinds.map((kind): [PassKind, EventBatch[]] => [kind, []]));
  const tellsInterrupts = kinds.includes('trap') && kinds.includes('trap_return');
  const pass = new HistoryPass((kind) => waiting.get(kind)!.shift(), tellsInterrupts);
  return {
    columns: passColumns,
    take: (kind, batch) => waiting.get(kind as PassKind)!.push(batch),
    caughtUp: () => pass.advance(),
    finish: () => consumed(pass.found()),
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
