// The face of the probes: what is found in a kernel, and events made of what the machine records.
export { attachProbes } from './attach.js';
export { recordPanicCalls, type KernelCall } from './followers/panic-calls.js';
export { kindsLost } from './discovery/kinds.js';
export { findProfile, type KernelProfile } from './discovery/profile.js';
export { faultHandlerFindings } from './discovery/fault-handler.js';
export { pageTableFindings } from './discovery/page-table-findings.js';
export type { Finding, Sureness } from './discovery/finding.js';
export {
  profileContent,
  profileSchema,
  type GivenProfile,
  type ProfileFile,
} from './discovery/profile-file/index.js';
export { FaultLoops, type FaultLoop } from './followers/fault-loops.js';
export { KernelExceptions, type Hang } from './followers/kernel-exceptions.js';
export { TrapWatch } from './followers/trap-watch.js';
export { Translator, type TranslatedProfile } from './translator.js';
export { tableElements } from './followers/process-slots.js';
export type { ProcessFacts } from './discovery/process-facts.js';
export {
  attachQuestions,
  kindsUnasked,
  noQuestions,
  parseQuestions,
  type Questions,
  type WatchQuestion,
} from './questions/index.js';
