// The face of the histories: tables that one pass over the events makes, for views and invariants to read.
export { Histories } from './histories.js';
export { passKinds } from './pass-kinds.js';
export type { FoundHistories } from './pass.js';
export { programLives } from './program.js';
export { HistoryTable } from './history-table.js';
export { historyTables, isHistoryTable, type HistoryTableRow } from './tables.js';
