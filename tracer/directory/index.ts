// The face of trace directories: making one, opening one.
export { findHorizon, type Horizon } from './horizon.js';
export { traceFiles } from './layout.js';
export type { KernelFacts, Manifest, ManifestFile, RunDescription, RunOutcome } from './manifest.js';
export type { WriteFailure } from '../files/output-file.js';
export { openTrace, readTraceDisk, readTraceKernel, readTraceProfile, type OpenedTrace } from './reader.js';
export { TraceDirectoryWriter, type EventFiles, type StartedTrace } from './writer.js';
