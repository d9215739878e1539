// The next command to type after a check: a question about the first thing that is wrong, or a look around.
import type { CheckResult } from '../analyzer/index.js';

/** A complete command line. `trace` is the trace's path, quoted for a shell. */
export function suggestion(trace: string, check: CheckResult): string {
  return `trace query ${trace} "${question(check)}"`;
}

function question({ invariants }: CheckResult): string {
  const violated = invariants.filter((one) => one.status === 'violated');
  const first = (violated.find((one) => one.severity === 'error') ?? violated[0])?.violations[0];
  if (first?.frame !== undefined) {
    return `SELECT * FROM leaf_mappings WHERE frame = 0x${first.frame.toString(16)}`;
  }
  if (first !== undefined)
    return `SELECT * FROM kernel_span WHERE pid = ${first.pid} AND cycle <= ${first.cycle}`;
  return 'SELECT name, pid, parent, exit_status FROM processes';
}

/** A word as a POSIX shell takes it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
