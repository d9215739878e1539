// The next command to type after a check: to the moment of the first thing that is wrong, or a look around.
import type { CheckResult } from '../analyzer/index.js';

/** A complete command line. `trace` is the trace's path, quoted for a shell. */
export function suggestion(trace: string, check: CheckResult): string {
  const [first] = check.findings;
  if (first !== undefined) return `trace replay ${trace} --to ${first.violation.cycle}`;
  const question = hasProcesses(check)
    ? 'SELECT name, pid, parent, exit_status FROM processes'
    : 'SELECT hart, cause, count(*) FROM trap GROUP BY ALL ORDER BY ALL';
  return `trace query ${trace} "${question}"`;
}

/** Kernels in which no process table is found have no such events, so that what is about processes is not judged. */
function hasProcesses({ invariants }: CheckResult): boolean {
  return invariants.find(({ name }) => name === 'wait_reaps_a_zombie')?.status !== 'not_judged';
}

/** A word as a POSIX shell takes it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
