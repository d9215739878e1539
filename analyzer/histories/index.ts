// The face of the histories: tables that one pass over the events makes, for views and invariants to read.
export { Histories } from './histories.js';
export type { FoundHistories } from './pass.js';
export { HistoryTable, historyTables, isHistoryTable, type HistoryTableRow } from './tables.js';
export { historiesWhileRecording } from './while-recording.js';
