// The face of the probes: what is found in a kernel, and events made of what the machine records.
export { attachProbes } from './attach.js';
export { recordPanicCalls, type KernelCall } from './panic-calls.js';
export { kindsLost } from './kinds.js';
export { findProfile, type KernelProfile } from './profile.js';
export { faultHandlerFindings } from './fault-handler.js';
export { pageTableFindings } from './page-table-findings.js';
export type { Finding, Sureness } from './finding.js';
export { profileContent, profileSchema, type GivenProfile, type ProfileFile } from './profile-file/index.js';
export { KernelExceptions } from './kernel-exceptions.js';
export { Translator, type TranslatedProfile } from './translator.js';
export type { ProcessFacts } from './process-facts.js';
export {
  attachQuestions,
  kindsUnasked,
  noQuestions,
  parseQuestions,
  type Questions,
  type WatchQuestion,
} from './questions/index.js';
