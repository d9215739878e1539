// Finds out which frame or page is meant, and prints its life.
import {
  Biographer,
  frameStory,
  openTraceSource,
  pageStory,
  type Biography,
  type PageBiography,
} from '../../analyzer/index.js';
import { ExitCode, UsageError } from '../../errors.js';
import { jsonDocument, wantsColour } from '../../text/index.js';
import type { BioFlags } from '../bio.js';
import type { Surroundings } from '../surroundings.js';

/** The whole of `trace bio`; returns the exit code. */
export async function executeBio(
  trace: string,
  frame: string | undefined,
  flags: BioFlags,
  { stdout, stderr, environment }: Surroundings,
): Promise<number> {
  const subject = parseSubject(frame, flags.pte);
  const source = openTraceSource(trace);
  const biographer = await Biographer.open(source);
  const options = { colour: wantsColour(stdout, environment), livesShown: flags.lives };
  try {
    if ('frame' in subject) {
      const biography = await biographer.ofFrame(subject.frame);
      stdout.write(flags.json ? biographyJson([biography], flags.lives) : frameStory(biography, options));
    } else {
      const page = await biographer.ofPage(subject.pid, subject.va);
      stdout.write(flags.json ? biographyJson(page.frames, flags.lives, page) : pageStory(page, options));
    }
  } finally {
    biographer.close();
  }
  if (source.incomplete !== undefined)
    stderr.write(`trace: note: ${trace} is incomplete: ${source.incomplete}\n`);
  return ExitCode.ok;
}

type Subject = { readonly frame: bigint } | { readonly pid: number; readonly va: bigint };

function parseSubject(frame: string | undefined, page: string | undefined): Subject {
  if ((frame === undefined) === (page === undefined))
    throw new UsageError('give a frame, such as 0x87f6a000, or a page of a process, such as --pte 4:0x3000');
  if (frame !== undefined) {
    if (!/^(?:0x[\da-f]{1,16}|\d{1,20})$/i.test(frame))
      throw new UsageError(`'${frame}' is no address of a frame; give one such as 0x87f6a000`);
    return { frame: BigInt(frame) };
  }
  const match = /^(\d{1,9}):(0x[\da-f]{1,16}|\d{1,20})$/i.exec(page!);
  if (!match)
    throw new UsageError(`'${page}' is no page of a process; give --pte PID:VA, such as --pte 4:0x3000`);
  return { pid: Number(match[1]), va: BigInt(match[2]) };
}

function biographyJson(frames: readonly Biography[], livesShown: number, page?: PageBiography): string {
  const shown = frames.map(({ frame, lives }) => ({
    frame,
    livesLeftOut: Math.max(0, lives.length - livesShown),
    lives: lives.slice(-livesShown),
  }));
  const about = page && {
    page: { pid: page.pid, process: page.process, va: page.va, episodes: page.episodes },
  };
  return jsonDocument({ version: 1, ...about, frames: shown });
}
