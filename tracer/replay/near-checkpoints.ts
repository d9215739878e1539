// States that a replay keeps in memory, so that going back is quick: close together just before the present position,
// further apart behind it, and some along every long way.
import type { CapturedCheckpoint, Machine, Timeline } from '../../emulator/index.js';

/** How far before a position that was asked for states are kept, in cycles. */
const distances = [25, 22, 19, 16, 13].map((power) => 2 ** power);
/** Host time that passes between two states on a long way, in milliseconds. */
const spacingMilliseconds = 250;
const countMaximum = 128;
const bytesMaximum = 256 << 20;
/** The latest ones stay, however close together they are. */
const latestKept = 16;

export class NearCheckpoints {
  /** In the order in which they were captured. */
  private captured: CapturedCheckpoint[] = [];
  private bytes = 0;
  private last = performance.now();

  /** @param onCapture told of each state that is kept */
  constructor(
    private readonly machine: Machine,
    private readonly timeline: Timeline,
    private readonly onCapture: (checkpoint: CapturedCheckpoint) => void,
  ) {}

  /** The next cycle before `target` at which to capture, on the way from the present one; `target` when none is. */
  nextStop(target: number): number {
    const now = this.machine.cycle();
    for (const distance of distances) {
      const place = target - distance;
      if (place > now && this.timeline.before(place).cycle < place - distance) return place;
    }
    return target;
  }

  /** The machine has run a piece of its way. Keeps its state if it took long. */
  passed(): void {
    if (performance.now() - this.last >= spacingMilliseconds) this.capture();
  }

  /** Keeps the present state, unless there is one of this cycle. */
  capture(): void {
    this.last = performance.now();
    if (this.timeline.before(this.machine.cycle()).cycle === this.machine.cycle()) return;
    const checkpoint = this.timeline.capture();
    this.captured.push(checkpoint);
    this.bytes += checkpoint.bytes;
    this.onCapture(checkpoint);
    for (let tries = 0; tries < 4 && this.captured.length > latestKept + 1 && !this.hasRoom(); tries++)
      this.forgetOne();
  }

  /** The machine was put somewhere else: time counts from here. */
  restored(): void {
    this.last = performance.now();
  }

  private hasRoom(): boolean {
    return this.captured.length <= countMaximum && this.bytes <= bytesMaximum;
  }

  /** The one that leaves the smallest gap goes; the state that the machine was last put to cannot. */
  private forgetOne(): void {
    const gapWithout = (one: CapturedCheckpoint): number => {
      return this.timeline.after(one.cycle) - this.timeline.before(one.cycle - 1).cycle;
    };
    const gaps = new Map(this.captured.slice(0, -latestKept).map((one) => [one, gapWithout(one)]));
    const byGap = [...gaps.keys()].sort((one, other) => gaps.get(one)! - gaps.get(other)!);
    const forgotten = byGap.find((one) => this.timeline.forget(one));
    this.captured = this.captured.filter((one) => one !== forgotten);
    this.bytes = this.captured.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}
