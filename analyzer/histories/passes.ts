// The passes over the events of a trace, which may be gone through in any order, or side by side.
import { Tallies } from '../counts/tallies.js';
import type { EventTables } from '../event-tables.js';
import type { KindColumns } from '../../tracer/arrow/index.js';
import { CallPass, type FoundOfCalls } from './call-pass.js';
import { FramePass, type FoundOfFrames } from './frame-pass.js';
import type { FetchBatch } from './kinds-in-order.js';
import { callPassColumns, columnsFor, framePassColumns, type PassKind } from './pass-kinds.js';

/** What both passes leave. */
export type FoundHistories = FoundOfFrames & FoundOfCalls;

/** What the pass over pages and frames finds; tallies of kinds that it reads anyway are taken on the way. */
export function foundOfFrames(events: EventTables, tallies = new Tallies([])): FoundOfFrames {
  const tellsInterrupts = events.isTraced('trap') && events.isTraced('trap_return');
  const pass = new FramePass(batchesOf(events, framePassColumns, tallies), tellsInterrupts);
  pass.advance();
  return pass.found();
}

/** The same of the pass over calls. */
export function foundOfCalls(events: EventTables, tallies = new Tallies([])): FoundOfCalls {
  const pass = new CallPass(batchesOf(events, callPassColumns, tallies));
  pass.advance();
  return pass.found();
}

function batchesOf(events: EventTables, own: KindColumns, tallies: Tallies): FetchBatch {
  const columns = columnsFor(own, tallies.columns());
  const kinds = Object.keys(own) as PassKind[];
  const batches = new Map(kinds.map((kind) => [kind, events.of(kind).batches(columns[kind]!)]));
  return (kind) => {
    const next = batches.get(kind)!.next();
    if (next.done) return undefined;
    tallies.take(kind, next.value);
    return next.value;
  };
}
