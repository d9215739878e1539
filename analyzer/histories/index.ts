// The face of the histories: tables that two passes over the events make, for views and invariants to read.
export type { FoundOfCalls } from './call-pass.js';
export { Histories } from './histories.js';
export { permissionNeeded } from './page-entries.js';
export { callPassKinds, framePassKinds } from './pass-kinds.js';
export { foundOfCalls, foundOfFrames, type FoundHistories } from './passes.js';
export { programLives } from './program.js';
export { HistoryTable } from './history-table.js';
export { historyTables, isHistoryTable, type HistoryTableRow } from './tables.js';
