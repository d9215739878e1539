// The face of the probes: what is found in a kernel, and events made of what the machine records.
export { attachProbes } from './attach.js';
export { kindsLost } from './kinds.js';
export { findProfile, type KernelProfile } from './profile.js';
export { Translator } from './translator.js';
