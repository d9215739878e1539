// The face of the analyzer.
export * from './bio/index.js';
export * from './diff/index.js';
export { checkTrace, judgeRun, type CheckOptions } from './check.js';
export type { DatabaseLimits, QueryResult, SqlValue } from './database.js';
export type { EventSource, RunFacts } from './event-source.js';
export { beginning, earliest } from './findings.js';
export type { ProgramOutcome } from './program-outcome.js';
export { tablesWith, TraceQuery } from './query.js';
export { readQueries, type QueryLibrary } from './query-library.js';
export { queryReference } from './query-reference.js';
export {
  consequenceLines,
  disclosures,
  firstViolationLines,
  lookFirst,
  reports,
  type Disclosure,
  type ReportFormat,
  type TextOptions,
} from './reports/index.js';
export type * from './result.js';
export { arrowTable } from './tables/arrow.js';
export { tables, type TableFormat } from './tables/index.js';
export { openTraceSource, traceSource } from './trace-source.js';
export { findingsWhileRecording } from './while-recording.js';
