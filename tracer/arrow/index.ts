// The face of the event files. Importing it loads apache-arrow (100 ms): import it dynamically, types apart.
export { hasValue, type BatchColumn, type ColumnArray, type EventBatch } from './batch.js';
export { readEventFile, type ReadEnd } from './reader.js';
export { EventSink } from './sink.js';
export { batchRows, EventFileWriter, type EventFileSummary, type OwnBuilders } from './writer.js';
export type { NumberColumn, TextColumn, Word64Column } from './columns.js';
