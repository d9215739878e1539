// Executes a whole recorded run again and compares every digest and every snapshot that was recorded on the way.
import { openTrace } from '../directory/index.js';
import { snapshotDifference } from './compare-snapshot.js';
import { Replayer, type ReplayOptions } from './replayer.js';

/** Cycles between looks at the host. */
const stepCycles = 20e6;

/** Where a replay was not the run: equal at cycle `equal`, different at `different`. */
export interface Divergence {
  readonly equal: number;
  readonly different: number;
  /** What differs: a register, CSR, device or word of memory, or, where only the digest is known, all of the state. */
  readonly what: string;
  readonly recorded: string;
  readonly replayed: string;
}

/** What came of replaying a trace from its beginning. */
export interface Verification {
  /** Cycles that were replayed. */
  readonly cycles: number;
  /** Digests that were compared and found equal. */
  readonly digests: number;
  /** Snapshots that were compared and found equal. */
  readonly snapshots: number;
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

/** A recorded state to compare with, and what was found of it. */
interface Milestone {
  readonly cycle: number;
  readonly kind: 'digests' | 'snapshots';
  /** What differs; undefined when nothing does. */
  readonly compare: () => Pick<Divergence, 'what' | 'recorded' | 'replayed'> | undefined;
}

/** Replays a trace whole. Throws UsageError (65) when it cannot be replayed at all. */
export async function verify(folder: string, options: VerifyOptions = {}): Promise<Verification> {
  const { engine, signal } = options;
  const trace = openTrace(folder, 'digests');
  const replay = await Replayer.open(folder, engine && { engine });
  const counts = { digests: 0, snapshots: 0 };
  let divergence: Divergence | undefined;
  let equal = 0;
  for (const milestone of milestones(replay)) {
    if (!(await advance(replay, milestone.cycle, options))) break;
    const difference = milestone.compare();
    if (difference) {
      divergence = { equal, different: milestone.cycle, ...difference };
      break;
    }
    equal = milestone.cycle;
    counts[milestone.kind]++;
  }
  if (!divergence) await advance(replay, replay.end, options);
  const incompleteBecause = trace.incompleteBecause ?? replay.snapshotDamage;
  const interrupted = signal?.aborted === true && divergence === undefined;
  return { cycles: replay.cycle, ...counts, divergence, incompleteBecause, interrupted };
}

/** Runs to a cycle, or as far as the run goes; false when it was interrupted. */
async function advance(
  replay: Replayer,
  cycle: number,
  { signal, onProgress }: VerifyOptions,
): Promise<boolean> {
  while (replay.cycle < cycle && !signal?.aborted) {
    if (replay.run(Math.min(cycle, replay.cycle + stepCycles)) !== 'limit') break;
    onProgress?.(replay.cycle, replay.end);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return signal?.aborted !== true;
}

/** The recorded states in order of cycle; of one cycle the snapshot first, which says more. */
function milestones(replay: Replayer): Milestone[] {
  const { digests, end } = replay.recording;
  const found: Milestone[] = [];
  for (const { cycle, snapshot } of replay.snapshots()) {
    const compare: Milestone['compare'] = () => {
      const difference = snapshotDifference(replay.machine, snapshot);
      return difference && { what: difference.what, recorded: difference.one, replayed: difference.other };
    };
    found.push({ cycle, kind: 'snapshots', compare });
  }
  for (const { cycle, state } of end === undefined ? digests : [...digests, end]) {
    const compare: Milestone['compare'] = () => {
      // Where the run ended because all harts wait for ever, the machine had looked at what is due.
      if (cycle === end?.cycle && replay.endsInDeadlock) replay.machine.settle();
      const replayed = replay.machine.digest();
      return replayed === state ? undefined : { what: 'the digest of the state', recorded: state, replayed };
    };
    found.push({ cycle, kind: 'digests', compare });
  }
  return found.sort((one, other) => one.cycle - other.cycle);
}
