// The second thread of a check: what it runs. It reads the kinds that the pass over calls goes through, and counts the
// rows of all kinds as they go by, while the first thread goes through what was done to pages and frames.
import { parentPort, workerData } from 'node:worker_threads';
import { Tallies, type FoundTallies } from './counts/tallies.js';
import { EventTables } from './event-tables.js';
import { callPassKinds, foundOfCalls, type FoundOfCalls } from './histories/index.js';
import { openTrace } from '../tracer/directory/index.js';
import type { EventName } from '../tracer/schema/index.js';
import { sendable } from './sendable.js';
import { traceSource } from './trace-source.js';

/** What the thread is started with. The SELECTs of one number that it is to count come as a message. */
export interface CheckThreadData {
  /** The trace directory. */
  readonly path: string;
}

/** What it finds; undefined of a trace that turns out not to be whole, which the first thread has to look into. */
export type CheckThreadAnswer = { readonly calls: FoundOfCalls; readonly tallies: FoundTallies } | undefined;

function find(path: string, counts: readonly string[]): CheckThreadAnswer {
  const source = traceSource(openTrace(path));
  const events = new EventTables(source);
  const tallies = new Tallies(counts);
  const calls = foundOfCalls(events, tallies);
  const taken: readonly EventName[] = callPassKinds;
  for (const [name, columns] of Object.entries(tallies.columns())) {
    const kind = name as EventName;
    if (taken.includes(kind)) continue;
    for (const batch of events.of(kind).batches(columns)) tallies.take(kind, batch);
  }
  return source.incomplete === undefined ? { calls, tallies: tallies.found() } : undefined;
}

const { path } = workerData as CheckThreadData;

parentPort!.once('message', (counts: readonly string[]) => {
  // An error that is thrown here ends the thread, and the first one does it all.
  const { value, buffers } = sendable({ answer: find(path, counts) });
  parentPort!.postMessage(value, [...buffers]);
});
