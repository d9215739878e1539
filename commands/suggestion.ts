// The next command to type after a check: to the moment of the first thing that is wrong, or a look around.
import type { CheckResult } from '../analyzer/index.js';
import { eventNames } from '../tracer/schema/index.js';

/** What to ask, of the first kind that was traced. */
const questions = [
  ['process', 'SELECT name, pid, parent, exit_status FROM processes'],
  ['trap', 'SELECT hart, cause, count(*) FROM trap GROUP BY ALL ORDER BY ALL'],
  ...eventNames.map((kind) => [kind, `SELECT count(*) FROM ${kind}`] as const),
] as const;

/** A complete command line. `trace` is the trace's path, quoted for a shell. */
export function suggestion(trace: string, { findings: [first], kinds }: CheckResult): string {
  if (first !== undefined) return `trace replay ${trace} --to ${first.violation.cycle}`;
  const [, sql] = questions.find(([kind]) => kinds.includes(kind)) ?? [];
  return sql === undefined ? `trace replay ${trace} --to end` : `trace query ${trace} "${sql}"`;
}

/** A word as a POSIX shell takes it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
