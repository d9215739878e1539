// Executes a whole recorded run again and compares every digest that was recorded on the way.
import { openTrace } from '../directory/index.js';
import type { RecordedDigest } from '../recording/index.js';
import { Replayer, type ReplayOptions } from './replayer.js';

/** Cycles between looks at the host. */
const stepCycles = 20e6;

/** Where a replay was not the run: equal at `equal`, different at `different`. */
export interface Divergence {
  readonly equal: number;
  readonly different: number;
  readonly recorded: string;
  readonly replayed: string;
}

/** What came of replaying a trace from its beginning. */
export interface Verification {
  /** Cycles that were replayed. */
  readonly cycles: number;
  /** Digests that were compared and found equal. */
  readonly digests: number;
  readonly divergence: Divergence | undefined;
  /** Why the trace is not whole, in a clause; undefined when it is. */
  readonly incompleteBecause: string | undefined;
  readonly interrupted: boolean;
}

/** How to replay, and who is told. */
export interface VerifyOptions extends Pick<ReplayOptions, 'engine'> {
  readonly onProgress?: (cycle: number, end: number) => void;
  readonly signal?: AbortSignal;
}

/** Replays a trace whole. Throws UsageError (65) when it cannot be replayed at all. */
export async function verify(folder: string, options: VerifyOptions = {}): Promise<Verification> {
  const { engine, signal, onProgress } = options;
  const { incompleteBecause } = openTrace(folder, 'digests');
  const replay = await Replayer.open(folder, engine && { engine });
  let equal = 0;
  let digests = 0;
  for (const expected of milestones(replay)) {
    while (replay.cycle < expected.cycle && !signal?.aborted) {
      replay.seek(Math.min(expected.cycle, replay.cycle + stepCycles));
      onProgress?.(replay.cycle, replay.end);
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (signal?.aborted) break;
    const replayed = replay.machine.digest();
    if (replayed !== expected.state) {
      const divergence = { equal, different: expected.cycle, recorded: expected.state, replayed };
      return { cycles: replay.cycle, digests, divergence, incompleteBecause, interrupted: false };
    }
    equal = expected.cycle;
    digests++;
  }
  const interrupted = signal?.aborted === true;
  return { cycles: replay.cycle, digests, divergence: undefined, incompleteBecause, interrupted };
}

/** The digests of a recording, in order of cycle, its end last. */
function milestones({ recording: { digests, end } }: Replayer): readonly RecordedDigest[] {
  return end === undefined ? digests : [...digests, end];
}
