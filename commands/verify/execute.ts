// Replays a trace and says whether it is the run that was recorded.
import { ExitCode } from '../../errors.js';
import { verify, type Verification } from '../../tracer/replay/index.js';
import { formatCount, jsonDocument, printable } from '../../text/index.js';
import { ProgressLine } from '../progress-line.js';
import type { Surroundings } from '../surroundings.js';
import type { VerifyFlags } from '../verify.js';

/** Version of the JSON document's form (docs/json.md); raised when a key changes its meaning or goes. */
const documentVersion = 1;

/** The whole of `trace verify`; returns the exit code. */
export async function executeVerify(
  trace: string,
  { engine, json }: VerifyFlags,
  { stdout, stderr, onInterrupt }: Surroundings,
): Promise<number> {
  const interrupt = new AbortController();
  const restore = onInterrupt(() => interrupt.abort());
  const progress = new ProgressLine(stderr);
  try {
    const result = await verify(trace, {
      ...(engine && { engine }),
      signal: interrupt.signal,
      onProgress: (cycle) => progress.show('replaying', cycle),
    });
    progress.clear();
    const exitCode = exitCodeOf(result);
    stdout.write(
      json
        ? jsonDocument({ version: documentVersion, trace, ...result, exitCode })
        : `${printable(textOf(result))}\n`,
    );
    return exitCode;
  } finally {
    progress.clear();
    restore();
  }
}

function exitCodeOf({ divergence, interrupted, incompleteBecause }: Verification): number {
  if (divergence) return ExitCode.violated;
  if (interrupted) return ExitCode.interrupted;
  return incompleteBecause === undefined ? ExitCode.ok : ExitCode.inconclusive;
}

function textOf(result: Verification): string {
  const { cycles, digests, snapshots, divergence, interrupted, incompleteBecause } = result;
  if (divergence) {
    const { equal, different, what, recorded, replayed } = divergence;
    return (
      `DIVERGED: the replay is the recorded run up to cycle ${formatCount(equal)} and is not at cycle ` +
      `${formatCount(different)}: ${what} is ${replayed}, and ${recorded} was recorded`
    );
  }
  const states = `${digests} digests and ${snapshots} snapshots compared, all equal`;
  const compared = `${formatCount(cycles)} cycles replayed, ${states}`;
  if (interrupted) return `INTERRUPTED: ${compared} until then`;
  if (incompleteBecause === undefined) return `VERIFIED: ${compared}`;
  return `INCONCLUSIVE: ${compared}, but the trace is incomplete: ${incompleteBecause}`;
}
