// Compares two traces, and prints how they differ.
import { diffRuns, diffText, openTraceSource, runsDiffer } from '../../analyzer/index.js';
import { ExitCode } from '../../errors.js';
import { jsonDocument, wantsColour } from '../../text/index.js';
import type { DiffFlags } from '../diff.js';
import type { Surroundings } from '../surroundings.js';

/** The whole of `trace diff`; returns the exit code. */
export async function executeDiff(
  paths: readonly [string, string],
  flags: DiffFlags,
  { stdout, stderr, environment }: Surroundings,
): Promise<number> {
  const sources = [openTraceSource(paths[0]), openTraceSource(paths[1])] as const;
  const diff = await diffRuns(...sources);
  const differ = runsDiffer(diff);
  if (flags.json) {
    const { names, ...rest } = diff;
    stdout.write(jsonDocument({ version: 1, differ, ...rest, names: Object.fromEntries(names) }));
  } else {
    stdout.write(diffText(diff, paths, wantsColour(stdout, environment)));
  }
  sources.forEach(({ incomplete }, index) => {
    if (incomplete !== undefined) stderr.write(`trace: note: ${paths[index]} is incomplete: ${incomplete}\n`);
  });
  return differ ? ExitCode.violated : ExitCode.ok;
}
