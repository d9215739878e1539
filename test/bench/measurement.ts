// What the benchmark measures: one piece of work, done once, by one of the ways to do it.

/** Work is booting to the prompt (empty), or a command typed there, up to the next prompt. */
export type Work = string;

/** The emulator without probes, the emulator writing a whole trace, and QEMU. */
export const ways = ['plain', 'traced', 'qemu'] as const;
export type Way = (typeof ways)[number];

export interface Setup {
  readonly kernelPath: string;
  readonly diskPath: string;
  readonly harts: number;
  readonly memoryBytes: number;
  readonly virtioVersion: 'modern' | 'legacy';
}

export interface Measurement {
  /** Processor seconds, of all threads; undefined where the host does not tell. */
  readonly processorSeconds: number | undefined;
  readonly wallSeconds: number;
  /** Instructions that the guest retired; undefined where they are not counted. */
  readonly instructions: number | undefined;
}

/** Reads a clock of processor time, in seconds. */
export type ProcessorClock = () => number | undefined;

export const ownProcessorTime: ProcessorClock = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** Measures from its making on. */
export class Stopwatch {
  private readonly wallStart = performance.now();
  private readonly processorStart: number | undefined;

  constructor(private readonly processorTime: ProcessorClock) {
    this.processorStart = processorTime();
  }

  read(instructions?: number): Measurement {
    const processor = this.processorTime();
    const known = processor !== undefined && this.processorStart !== undefined;
    return {
      processorSeconds: known ? processor - this.processorStart : undefined,
      wallSeconds: (performance.now() - this.wallStart) / 1000,
      instructions,
    };
  }
}

/** The middle value of each quantity over several measurements (of an even number, the lower of the two). */
export function median(measurements: readonly Measurement[]): Measurement {
  const middle = (values: readonly number[]): number =>
    values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
  const known = (values: readonly (number | undefined)[]): number[] =>
    values.filter((value) => value !== undefined);
  return {
    processorSeconds: middle(known(measurements.map((each) => each.processorSeconds))),
    wallSeconds: middle(measurements.map((each) => each.wallSeconds)),
    instructions: middle(known(measurements.map((each) => each.instructions))),
  };
}
