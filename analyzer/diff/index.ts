// The face of comparing two runs.
export { diffRuns, runsDiffer, type ConsoleParting, type KindCount, type RunDiff } from './diff.js';
export type { Comparison, HistoryRow, Parting } from './history-comparison.js';
export { diffText } from './text.js';
