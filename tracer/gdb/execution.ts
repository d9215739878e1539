// Going forwards and backwards in a replay until something that the client waits for happens. Backwards is forwards
// from an earlier position, with the last thing that happened kept.
import type { Replayer } from '../replay/index.js';
import { rangeExits } from './range-exits.js';
import type { Resumption, StepRange } from './resumption.js';
import type { Stop } from './stop.js';
import type { StopPoints } from './stop-points.js';
import { lastStepOf } from './turns.js';

/** Cycles between looks at the client, who may have pressed Ctrl-C: some hundredths of a second. */
const pieceCycles = 10e6;
/** How far to look back at first, and the most at a time, when going backwards. */
const firstWindowCycles = 100_000;
const windowCyclesMaximum = 500e6;
/** Steps made one by one before a range is left by breakpoints at its exits. */
const singleStepsMaximum = 50;

/** A stop and the position to stop at. */
interface Found {
  readonly stop: Stop;
  readonly cycle: number;
}

/** True when the client wants execution to stop, or is gone; asking takes the wish back. */
export type Interrupted = () => boolean;

const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class Execution {
  /** What was reported last, and where: going on from there, it does not count again. */
  private reported: Found | undefined;
  private found: Found | undefined;
  /** The guest has ended the machine, or nothing will ever wake a hart. */
  private isOver = false;

  constructor(
    private readonly replay: Replayer,
    private readonly points: StopPoints,
  ) {}

  /** Runs as the client asks, and says why it stopped. The position is then the stop's. */
  async resume(wanted: Resumption, interrupted: Interrupted): Promise<Stop> {
    this.found = undefined;
    this.isOver = false;
    // The client may have gone elsewhere since.
    if (this.reported?.cycle !== this.replay.cycle) this.reported = undefined;
    const going = wanted.direction === 'forward' ? this.forward : this.backward;
    try {
      const found = await going.call(this, wanted, interrupted);
      this.points.listener = () => false;
      // What devices write at a cycle is written before its step: at the same cycle, it may be done already.
      if ('address' in found.stop && found.cycle === this.replay.cycle) this.replay.seek(found.cycle - 1);
      if (found.cycle !== this.replay.cycle) this.replay.seek(found.cycle);
      this.reported = found;
      return found.stop;
    } finally {
      this.points.listener = () => false;
      this.points.setPassing([]);
    }
  }

  /** Where the replay is, without having run. */
  present(): Stop {
    return { kind: 'step', hart: this.presentHart };
  }

  private get presentHart(): number {
    return this.replay.currentHart ?? this.replay.machine.currentHart;
  }

  private here(stop: Stop): Found {
    return { stop, cycle: this.replay.cycle };
  }

  private async forward({ steps, heeded }: Resumption, interrupted: Interrupted): Promise<Found> {
    const { replay, points, reported } = this;
    points.listener = (stop, cycle) => {
      // Where a range is left: what that means is for `stepRange` to say.
      if (stop.kind === 'step') return steps.has(stop.hart);
      if (!heeded.has(stop.hart) || isRepeated(reported, { stop, cycle })) return false;
      this.found ??= { stop, cycle };
      return true;
    };
    for (;;) {
      if (replay.cycle >= replay.end || this.isOver)
        return this.here({ kind: 'end', hart: this.presentHart });
      const done = steps.size > 0 ? this.advance(steps) : this.run(replay.cycle + pieceCycles);
      const found = this.found ?? done;
      if (found) return found;
      await breathe();
      if (interrupted()) return this.here({ kind: 'interrupt', hart: this.presentHart });
    }
  }

  private run(until: number): undefined {
    this.points.attach(this.replay.machine);
    const why = this.replay.run(until);
    this.isOver = why === 'finished' || why === 'deadlock';
  }

  /** A step of the hart that has the turn, if it is to make one; else on to the next turn of one that is. */
  private advance(steps: ReadonlyMap<number, StepRange | undefined>): Found | undefined {
    const { replay } = this;
    const hart = replay.currentHart;
    if (hart === undefined || !steps.has(hart)) {
      const { stops } = replay.machine;
      stops.onTurn = (next) => steps.has(next);
      this.run(replay.cycle + pieceCycles);
      stops.onTurn = undefined;
      return undefined;
    }
    const range = steps.get(hart);
    if (range) return this.stepRange(range, hart);
    this.run(replay.cycle + 1);
    return this.here({ kind: 'step', hart });
  }

  /** Steps of a hart as long as it stays in the range, until it has left it, its turn is over, or it takes long. */
  private stepRange(range: StepRange, hart: number): Found | undefined {
    const { replay, points } = this;
    const isInside = (): boolean => {
      const pc = replay.machine.harts[hart].read('pc');
      return pc >= range.low && pc < range.high;
    };
    for (let count = 0; count < singleStepsMaximum; count++) {
      this.run(replay.cycle + 1);
      if (this.found || this.isOver || replay.cycle >= replay.end) return undefined;
      if (!isInside()) return this.here({ kind: 'step', hart });
      if (replay.currentHart !== hart) return undefined;
    }
    const exits = rangeExits(range, replay.machine, hart);
    if (!exits) return undefined;
    points.setPassing(exits);
    this.run(replay.cycle + pieceCycles);
    points.setPassing([]);
    return this.found || isInside() ? undefined : this.here({ kind: 'step', hart });
  }

  private async backward({ steps, heeded }: Resumption, interrupted: Interrupted): Promise<Found> {
    const [hart] = steps.keys();
    let end = this.replay.cycle;
    for (let window = firstWindowCycles; end > 0; window = Math.min(2 * window, windowCyclesMaximum)) {
      const begin = Math.max(0, end - window);
      const last =
        hart === undefined
          ? await this.lastStop(begin, end, heeded, interrupted)
          : await this.lastStep(begin, end, hart);
      if (last) return last;
      end = begin;
    }
    return { stop: { kind: 'begin', hart: hart ?? this.presentHart }, cycle: 0 };
  }

  /** The last thing that is waited for in steps [begin, end), or where the client had enough. */
  private async lastStop(
    begin: number,
    end: number,
    heeded: ReadonlySet<number>,
    interrupted: Interrupted,
  ): Promise<Found | undefined> {
    const { replay, points, reported } = this;
    let last: Found | undefined;
    replay.seek(begin);
    points.listener = (stop, cycle) => {
      const found = { stop, cycle: 'address' in stop ? cycle + 1 : cycle };
      if (heeded.has(stop.hart) && !isRepeated(reported, found)) last = found;
      return false;
    };
    while (replay.cycle < end && !this.isOver) {
      this.run(Math.min(end, replay.cycle + pieceCycles));
      await breathe();
      if (interrupted()) return { stop: { kind: 'interrupt', hart: this.presentHart }, cycle: end };
    }
    points.listener = () => false;
    return last;
  }

  /** The last step of a hart in [begin, end), or what it accesses there that is watched. */
  private async lastStep(begin: number, end: number, hart: number): Promise<Found | undefined> {
    const cycle = lastStepOf(this.replay, hart, begin, end);
    if (cycle === undefined) return undefined;
    const own = new Set([hart]);
    const watched = this.points.watches ? await this.lastStop(cycle, cycle + 1, own, () => false) : undefined;
    return watched && 'address' in watched.stop ? watched : { stop: { kind: 'step', hart }, cycle };
  }
}

/** A client that does not step over what it was stopped by would never get any further. */
function isRepeated(reported: Found | undefined, { stop, cycle }: Found): boolean {
  if (reported?.cycle !== cycle || reported.stop.kind !== stop.kind) return false;
  const place = (one: Stop): bigint | undefined =>
    'pc' in one ? one.pc : 'address' in one ? one.address : undefined;
  return place(stop) !== undefined && place(stop) === place(reported.stop);
}
