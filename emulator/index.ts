// The emulator's face: a deterministic RV64GC machine that knows nothing of files, SQL or xv6.
export { Machine, cyclesPerTimeUnit } from './machine.js';
export { defaultConfiguration } from './machine-configuration.js';
export { engines } from './engine.js';
export type { Engine, EngineOptions } from './engine.js';
export type { StopReason } from './machine.js';
export type { BootImage, MachineConfiguration } from './machine-configuration.js';
export type { ConsolePort } from './devices/device.js';
export type { FinisherOutcome } from './devices/finisher.js';
export type { ContextPointer, Probe, WatchedLocks } from './watch.js';
export type { Stops, WatchedAccess, Watchpoint } from './stops.js';
export type { Observation } from './observation.js';
export type { RecordConsumer } from './ring/event-ring.js';
export {
  locksMaximum,
  otherLock,
  PageOutcome,
  RecordKind,
  RecordSource,
  recordBytes,
  recordField,
} from './ring/records.js';
export { csrs, type CsrRow } from './hart/csrs.js';
export { csrValue } from './hart/csr-value.js';
export { decode, disassemble, floatRegisterNames, integerRegisterNames } from './isa/index.js';
export { ramBase, pageBytes } from './memory-layout.js';
export type { Pages } from './snapshot/pages.js';
export {
  mergedDelta,
  putBack,
  repeatingContent,
  takeDelta,
  takeWhole,
  type PageDelta,
} from './snapshot/page-delta.js';
export { Timeline, type CapturedCheckpoint, type Checkpoint } from './snapshot/timeline.js';
export { stateDifference, type Difference } from './snapshot/difference.js';
