// The face of sessions: running a program traced.
export { runProgram } from './run-program.js';
export { PersonInput, PipedInput } from './live-input.js';
export { recordedInput, type RunInput } from './run-input.js';
export { SharedBoot } from './shared-boot.js';
export { explainEnd, isRunEnd } from './run-end.js';
export type { KernelInput, RunEnd, RunLimits, RunRequest, RunResult, SnapshotRequest } from './types.js';
