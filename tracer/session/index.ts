// The face of sessions: running a program traced.
export { runProgram } from './run-program.js';
export { explainEnd } from './run-end.js';
export type { KernelInput, RunEnd, RunLimits, RunRequest, RunResult, SnapshotRequest } from './types.js';
