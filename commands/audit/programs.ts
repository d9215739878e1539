// Which programs an audit runs, and where their traces go.
import path from 'node:path';
import { UsageError } from '../../errors.js';
import type { RunFlags } from '../run/flags.js';

/** What the command line gave, checked. */
export type AuditFlags = Omit<
  RunFlags,
  'snapshots' | 'out' | 'events' | 'addProgram' | 'baseline' | 'quiet'
> & {
  /** The usual ones when absent. */
  readonly programs?: string;
  readonly out: string;
};

/** A program of an audit. */
export interface AuditedProgram {
  /** Its name and arguments. */
  readonly words: readonly string[];
  /** Path of its trace. */
  readonly out: string;
}

/** The programs that a list names, each once. Throws UsageError for an empty list. */
export function programsOf({
  programs: given,
  harts,
  out,
}: Pick<AuditFlags, 'programs' | 'harts' | 'out'>): AuditedProgram[] {
  const programs = given ?? usualPrograms(harts);
  const lines = programs.split(',').map((line) => line.trim().split(/\s+/).filter(Boolean));
  const chosen = lines.filter((words) => words.length > 0);
  if (chosen.length === 0) {
    throw new UsageError(
      '--programs names no program; give some separated by commas, such as "cowtest,usertests -q"',
    );
  }
  const names = new Map<string, number>();
  return chosen.map((words) => {
    const name = path.posix.basename(words[0]);
    const number = (names.get(name) ?? 0) + 1;
    names.set(name, number);
    return { words, out: path.join(out, `${name}${number === 1 ? '' : `-${number}`}.trace`) };
  });
}

/** By itself, audit keeps all harts of a usual machine busy, which has three. */
function usualPrograms(harts: number): string {
  return `cowtest,frames,audit${harts > 3 ? ` -b ${harts - 1}` : ''},usertests -q`;
}
