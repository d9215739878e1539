// Goes to any cycle of a recorded run, forwards and backwards, by executing it again with the recorded inputs.
import { join } from 'node:path';
import { Machine, Timeline, type Checkpoint, type Engine, type StopReason } from '../../emulator/index.js';
import { UsageError } from '../../errors.js';
import { traceFiles } from '../directory/index.js';
import type { Recording, StoredSnapshot } from '../recording/index.js';
import { NearCheckpoints } from './near-checkpoints.js';
import { RecordedConsole } from './recorded-console.js';
import { StoredCheckpoint } from './stored-checkpoint.js';
import { readReplaySource, type ReplayedKernel, type ReplaySource } from './source.js';

/** Cycles between looks at the host's clock. */
const pieceCycles = 20e6;

export type { ReplayedKernel } from './source.js';

/** How a replay is executed, and who is told of what. */
export interface ReplayOptions {
  /** Which engine executes; the states are the same. */
  readonly engine?: Engine;
  /** Called with the machine before its first cycle: sets probes and watches. */
  readonly observe?: (machine: Machine) => void;
  /** Called after the machine was put to another position without executing what lies between. */
  readonly onSeek?: (cycle: number) => void;
}

/** A recorded run that can be gone through in both directions. */
export class Replayer {
  /**
   * Opens a trace directory for re-execution, at cycle 0.
   *
   * @throws UsageError (65) when it is unreadable or foreign, or its kernel, disk or recording has been altered
   */
  static async open(folder: string, options: ReplayOptions = {}): Promise<Replayer> {
    return Promise.resolve(new Replayer(readReplaySource(folder), options));
  }

  /** The last cycle that can be reached: the run's last or, for a run that was cut off, the last that is known. */
  readonly end: number;
  /** The machine at the present position: one and the same, wherever it is put. */
  readonly machine: Machine;
  /** Why some snapshots are not used, in a sentence; going to cycles behind them takes longer. */
  snapshotDamage: string | undefined;
  private readonly console: RecordedConsole;
  private readonly timeline: Timeline;
  private readonly near: NearCheckpoints;
  /** For states kept in memory: how many bytes had been typed. */
  private readonly typed = new WeakMap<Checkpoint, number>();

  private constructor(
    private readonly source: ReplaySource,
    private readonly options: ReplayOptions,
  ) {
    this.end = source.end;
    this.console = new RecordedConsole(source.recording.inputs);
    const { configuration, image } = source;
    const { engine, observe } = options;
    this.machine = new Machine(configuration, image, this.console, engine && { engine });
    this.timeline = new Timeline(this.machine);
    this.near = new NearCheckpoints(this.machine, this.timeline, (one) =>
      this.typed.set(one, this.console.position),
    );
    for (const stored of storedCheckpoints(source, this.machine)) this.timeline.add(stored);
    observe?.(this.machine);
  }

  get recording(): Recording {
    return this.source.recording;
  }

  get kernel(): ReplayedKernel {
    return this.source.kernel;
  }

  /** The present position: the state is that before step `cycle`. */
  get cycle(): number {
    return this.machine.cycle();
  }

  /**
   * Number of the hart that executes step `cycle`; undefined while all wait. What is due at this cycle is served first
   * (see Machine.settle), so take a digest before you ask.
   */
  get currentHart(): number | undefined {
    return this.machine.settle() ? this.machine.currentHart : undefined;
  }

  /** Goes to the nearest state at or before a cycle that is to be had without executing anything. */
  approach(cycle: number): void {
    const nearest = this.usable(cycle);
    if (cycle < this.cycle || nearest.cycle > this.cycle) this.restore(nearest);
  }

  /** Goes to exactly this cycle, 0 to `end`, past breakpoints and watchpoints. Throws RangeError beyond. */
  seek(cycle: number): void {
    if (!Number.isInteger(cycle) || cycle < 0 || cycle > this.end)
      throw new RangeError(`cycle ${cycle} is not in the run, which has 0 to ${this.end}`);
    this.approach(cycle);
    this.machine.stops.armed = false;
    while (this.cycle < cycle) {
      const next = this.near.nextStop(cycle);
      const stop = this.piece(next);
      if (stop === 'finished' || stop === 'deadlock') break;
      if (this.cycle === next && next < cycle) this.near.capture();
    }
    this.machine.stops.armed = true;
  }

  /**
   * Runs forward to a cycle, at most to `end`: `limit` when it is reached, `requested` when a breakpoint or watchpoint
   * stopped before, `finished` or `deadlock` where the run itself ends.
   */
  run(until: number): StopReason {
    const to = Math.min(until, this.end);
    for (;;) {
      const stop = this.piece(to);
      if (stop !== 'limit' || this.cycle >= to) return stop;
    }
  }

  /** The snapshots that can be read, in order of cycle; `snapshotDamage` says why others cannot. */
  snapshots(): { readonly cycle: number; readonly snapshot: StoredSnapshot }[] {
    this.usable(this.end);
    const stored = this.timeline.upTo(this.end).filter((one) => one instanceof StoredCheckpoint);
    return stored.map((one) => ({ cycle: one.cycle, snapshot: one.load() }));
  }

  /** The run ended because every hart waited for an interrupt that nothing would raise. */
  get endsInDeadlock(): boolean {
    return this.source.trace.manifest?.stopReason === 'deadlock';
  }

  /** Frees what the replay holds. */
  close(): void {}

  /** Runs a piece of the way. States are kept along it where it takes long. */
  private piece(to: number): StopReason {
    const stop = this.machine.run(Math.min(to, this.cycle + pieceCycles, this.console.nextInput(this.cycle)));
    if (stop === 'limit') this.near.passed();
    return stop;
  }

  /** The latest checkpoint before a cycle; snapshots that cannot be read, and those that rest on them, are given up. */
  private usable(cycle: number): Checkpoint {
    for (const one of this.timeline.upTo(cycle)) {
      try {
        if (one instanceof StoredCheckpoint) one.load();
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        this.snapshotDamage ??= error.message;
        this.timeline.truncate(one.cycle);
        break;
      }
    }
    return this.timeline.before(cycle);
  }

  private restore(checkpoint: Checkpoint): void {
    const { inputs } = this.source.recording;
    this.timeline.restore(checkpoint);
    this.console.position =
      this.typed.get(checkpoint) ?? inputs.filter(({ cycle }) => cycle < checkpoint.cycle).length;
    this.near.restored();
    this.options.onSeek?.(checkpoint.cycle);
  }
}

function storedCheckpoints({ trace, recording }: ReplaySource, { pages }: Machine): StoredCheckpoint[] {
  const folder = join(trace.path, traceFiles.snapshots);
  return recording.snapshots.map((one) => new StoredCheckpoint(folder, one, pages.count));
}
