// Profile files: what overrides what is found in a kernel.
export { profileSchema, type GivenProfile } from './keys.js';
export { GivenFacts, type ProfileFile } from './read.js';
export { profileContent } from './write.js';
