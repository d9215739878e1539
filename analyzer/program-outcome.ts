// What came of the program that was run, by its own account: exit status and last words.
import { programLives, type Histories } from './histories/index.js';

/** What is known of the program. */
export interface ProgramOutcome {
  readonly name: string;
  readonly pid: number;
  /** Undefined when it did not exit. */
  readonly status?: number;
  /** The last line the console showed before it was reaped; raw guest text. */
  readonly lastLine?: string;
}

/** Undefined when no program was run, it never started, or the trace lacks the events that tell. */
export function programOutcome(histories: Histories): ProgramOutcome | undefined {
  const [program] = programLives(histories);
  if (program === undefined) return undefined;
  const { name = '', pid, status } = program;
  const lastLine = lastOutput(histories, program.fork!.seq, program.reap?.seq ?? Infinity);
  return { name, pid, ...(status !== undefined && { status }), ...(lastLine !== undefined && { lastLine }) };
}

/** What was printed last between two moments, but for a prompt. */
function lastOutput({ events }: Histories, from: number, to: number): string | undefined {
  const [seqs, direction, text] = events.of('console').read(['seq', 'direction', 'text']);
  for (let row = events.of('console').rows - 1; row >= 0; row--) {
    const seq = Number(seqs.values[row]);
    if (seq <= from || seq >= to || direction.dictionary![Number(direction.values[row])] !== 'output')
      continue;
    const line = text.dictionary![Number(text.values[row])].replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
    if (line !== '' && line !== '$') return line.trim();
  }
  return undefined;
}
