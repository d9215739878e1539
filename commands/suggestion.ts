// The next command to type after a check: to the moment of the first thing that is wrong, or a look around.
import type { CheckResult } from '../analyzer/index.js';

/** A complete command line. `trace` is the trace's path, quoted for a shell. */
export function suggestion(trace: string, check: CheckResult): string {
  const [first] = check.findings;
  if (first !== undefined) return `trace replay ${trace} --to ${first.violation.cycle}`;
  return `trace query ${trace} "SELECT name, pid, parent, exit_status FROM processes"`;
}

/** A word as a POSIX shell takes it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
