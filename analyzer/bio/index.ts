// The face of biographies.
export { Biographer } from './biographer.js';
export type * from './biography.js';
export { entryWords } from './entry-words.js';
export { frameStory, pageStory, type StoryOptions } from './story.js';
