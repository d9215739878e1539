// The face of the event files. Reading needs no library; the writers load some of apache-arrow when first asked for.
import type { EventName } from '../schema/index.js';
import type { BatchConsumer } from './batch-consumer.js';
import type { EventSink } from './sink.js';

export type { BatchConsumer, Consumed, ConsumerModule, KindColumns } from './batch-consumer.js';
export { columnArrays, hasValue, type BatchColumn, type ColumnArray, type EventBatch } from './batch.js';
export { readEventFile, type ReadEnd } from './reader.js';
export type { EventSink } from './sink.js';
export { writeArrowTable, type ArrowColumnType, type ArrowTableColumn } from './table-file.js';
export type { EventFileSummary, EventFileWriter, OwnBuilders } from './writer.js';
export type { NumberColumn, TextColumn, Word64Column } from './columns.js';

/** Loads what writing takes, so that `openEventSink` need not, and has the compressor take its memory. */
export async function loadEventWriters(): Promise<void> {
  const { growCodec } = await import('./lz4-frame.js');
  growCodec();
  await import('./sink.js');
}

/**
 * The writers of the selected kinds of a trace, each file made when its writer is first asked for.
 * `folder` is the trace directory, in which `events/` exists; `consumer` goes along with the rows.
 */
export async function openEventSink(
  folder: string,
  kinds: Iterable<EventName>,
  consumer?: BatchConsumer,
): Promise<EventSink> {
  const { EventSink } = await import('./sink.js');
  return new EventSink(folder, kinds, consumer);
}
