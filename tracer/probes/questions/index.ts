// The face of questions: reading them, and both of their sides.
export { Answers } from './answers.js';
export { attachQuestions } from './attach-questions.js';
export { parseQuestions } from './parse.js';
export {
  kindsUnasked,
  noQuestions,
  type ProbeQuestion,
  type Questions,
  type WatchQuestion,
} from './question.js';
export type { RamRange } from './watch-text.js';
