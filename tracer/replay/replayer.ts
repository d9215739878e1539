// Goes to any cycle of a recorded run, forwards and backwards, by executing it again with the recorded inputs.
import { Machine, type Engine, type StopReason } from '../../emulator/index.js';
import type { Recording } from '../recording/index.js';
import { RecordedConsole } from './recorded-console.js';
import { readReplaySource, type ReplayedKernel, type ReplaySource } from './source.js';

export type { ReplayedKernel } from './source.js';

/** How a replay is executed, and who is told of what. */
export interface ReplayOptions {
  /** Which engine executes; the states are the same. */
  readonly engine?: Engine;
  /** Called with each machine before its first cycle: sets probes and watches. */
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
  private present: Machine;
  private console: RecordedConsole;

  private constructor(
    private readonly source: ReplaySource,
    private readonly options: ReplayOptions,
  ) {
    this.end = source.end;
    this.console = new RecordedConsole(source.recording.inputs);
    this.present = this.powerOn();
  }

  /** The machine at the present position. A seek backwards may put another in its place: do not keep it. */
  get machine(): Machine {
    return this.present;
  }

  get recording(): Recording {
    return this.source.recording;
  }

  get kernel(): ReplayedKernel {
    return this.source.kernel;
  }

  /** The present position: the state is that before step `cycle`. */
  get cycle(): number {
    return this.present.cycle();
  }

  /**
   * Number of the hart that executes step `cycle`; undefined while all wait. What is due at this cycle is served first
   * (see Machine.settle), so take a digest before you ask.
   */
  get currentHart(): number | undefined {
    return this.present.settle() ? this.present.currentHart : undefined;
  }

  /** Goes to exactly this cycle, 0 to `end`, past breakpoints and watchpoints. Throws RangeError beyond. */
  seek(cycle: number): void {
    if (!Number.isInteger(cycle) || cycle < 0 || cycle > this.end)
      throw new RangeError(`cycle ${cycle} is not in the run, which has 0 to ${this.end}`);
    if (cycle < this.cycle) this.restart();
    this.machine.stops.armed = false;
    while (this.cycle < cycle) {
      const stop = this.piece(cycle);
      if (stop === 'finished' || stop === 'deadlock') break;
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

  /** Frees what the replay holds. */
  close(): void {}

  private piece(to: number): StopReason {
    return this.machine.run(Math.min(to, this.console.nextInput(this.cycle)));
  }

  private restart(): void {
    this.console = new RecordedConsole(this.source.recording.inputs);
    this.present = this.powerOn();
    this.options.onSeek?.(0);
  }

  private powerOn(): Machine {
    const { configuration, image } = this.source;
    const { engine, observe } = this.options;
    const machine = new Machine(configuration, image, this.console, engine && { engine });
    observe?.(machine);
    return machine;
  }
}
