// What came of the program that was run, by its own account: exit status and last words.
import { TraceQuery, type EventSource } from '../analyzer/index.js';

export interface ProgramOutcome {
  readonly name: string;
  readonly pid: number;
  /** Undefined when it did not exit. */
  readonly status?: number;
  /** The last line the console showed before it was reaped; raw guest text. */
  readonly lastLine?: string;
}

const sql = `
WITH said AS (
  SELECT arg_max(c.text, c.seq) AS text
  FROM console c CROSS JOIN program_run r
  WHERE c.direction = 'output' AND c.seq > r.fork_seq AND (r.reap_seq IS NULL OR c.seq < r.reap_seq)
    AND trim(c.text, ' \t\r\n') NOT IN ('', '$')
)
SELECT r.name, r.pid, r.exit_status, s.text FROM program_run r CROSS JOIN said s`;

/** Undefined when no program was run, it never started, or the trace lacks the events that tell. */
export async function readProgramOutcome(source: EventSource): Promise<ProgramOutcome | undefined> {
  if (source.facts['program'] === undefined) return undefined;
  const query = await TraceQuery.open(source);
  try {
    const [row] = (await query.run(sql)).rows;
    if (row === undefined) return undefined;
    const [name, pid, status, lastLine] = row;
    return {
      name: String(name),
      pid: Number(pid),
      ...(status !== null && { status: Number(status) }),
      ...(lastLine !== null && { lastLine: String(lastLine).trim() }),
    };
  } finally {
    query.close();
  }
}
