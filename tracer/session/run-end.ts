// How a run can end, and which ends leave a trace that does not show all of it.
import type { RunEnd } from './types.js';

/** Why the trace is incomplete after an end, in a sentence without a full stop; undefined where it is complete. */
export const explainEnd: Readonly<Record<RunEnd, string | undefined>> = {
  prompt: undefined,
  power_off: undefined,
  left: undefined,
  panic: undefined,
  deadlock: undefined,
  lockup: undefined,
  fault_loop: undefined,
  hang: undefined,
  cycle_budget: 'the cycle budget ran out before the program ended (--timeout-cycles)',
  trace_budget: 'the trace grew beyond its bound (--max-trace)',
  console_budget: 'the console printed more than its bound (--max-console)',
  time_budget: 'the time bound was reached (--max-seconds)',
  interrupted: 'the run was interrupted',
  write_failed: 'the trace could not be written any further',
};

/** Whether a word is how a run can end. */
export function isRunEnd(word: string): word is RunEnd {
  return Object.hasOwn(explainEnd, word);
}
