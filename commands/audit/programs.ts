// Which programs an audit runs, and where their traces go.
import path from 'node:path';
import { UsageError } from '../../errors.js';
import { DiskImage } from '../../tracer/disk-image/index.js';
import type { ChosenKernel } from '../kernel-options.js';
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

/** The programs that a list names, or the usual ones for this disk, each once. Throws UsageError for an empty list. */
export function programsOf(
  { programs: given, harts, out }: Pick<AuditFlags, 'programs' | 'harts' | 'out'>,
  disk: Disk,
): AuditedProgram[] {
  const programs = given ?? usualPrograms(harts, disk);
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
function usualPrograms(harts: number, disk: Disk): string {
  const usertests = isWithoutQuick(disk) ? 'our-usertests -q' : 'usertests -q';
  return `cowtest,frames,audit${harts > 3 ? ` -b ${harts - 1}` : ''},${usertests}`;
}

type Disk = Pick<ChosenKernel, 'disk' | 'diskPath'>;

/**
 * Whether the disk has a usertests that does not know -q, as those of earlier years. Some take it for the name of a
 * test, run none and say that all passed, others print how they are to be called, and all their tests take long.
 */
function isWithoutQuick({ disk, diskPath }: Disk): boolean {
  try {
    const image = new DiskImage(disk, diskPath);
    if (!image.rootDirectory().some(({ name }) => name === 'usertests')) return false;
    return !Buffer.from(image.readFile('usertests')).includes('-q\0');
  } catch (error) {
    // The run itself will say what is wrong with the disk.
    if (error instanceof UsageError) return false;
    throw error;
  }
}

/** What a reader should know of the choice of programs. */
export function choiceNotes({ programs }: Pick<AuditFlags, 'programs'>, disk: Disk): string[] {
  if (programs !== undefined || !isWithoutQuick(disk)) return [];
  return [
    'the usertests of this disk knows no -q, so that it would have run no test: our-usertests -q was run instead (--programs usertests runs all tests of the other, which takes long)',
  ];
}
