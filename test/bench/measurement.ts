// What the benchmark measures: one piece of work, done once, by one of the ways to do it.

/** Work is booting to the prompt (empty), or a command typed there, up to the next prompt. */
export type Work = string;

/**
 * The emulator without probes; the emulator writing every event; the same with snapshots for a replay; the command
 * `trace run`, verdict included; QEMU; QEMU recording for a replay. Each is timed from the start of its process to the
 * shell's last prompt, boot included.
 */
export const ways = ['plain', 'traced', 'recorded', 'judged', 'qemu', 'record'] as const;
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
  /** Instructions that the guest retired, where they are counted. */
  readonly instructions?: number | undefined;
  /** The most memory the process held, in bytes. */
  readonly peakBytes?: number | undefined;
  /** Size of the trace's directory, in bytes. */
  readonly traceBytes?: number | undefined;
  /** True when it was stopped before its end: it takes longer than it says. */
  readonly unfinished?: true;
}

/** What this process has used since it started. */
export function ownMeasurement(more: Partial<Measurement> = {}): Measurement {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return {
    processorSeconds: (userCPUTime + systemCPUTime) / 1e6,
    wallSeconds: performance.now() / 1000,
    peakBytes: maxRSS * 1024,
    ...more,
  };
}

/** The middle value of each quantity over several measurements (of an even number, the lower of the two). */
export function median(measurements: readonly Measurement[]): Measurement {
  const middle = (pick: (each: Measurement) => number | undefined): number | undefined => {
    const known = measurements.map(pick).filter((value) => value !== undefined);
    return known.toSorted((a, b) => a - b)[Math.floor((known.length - 1) / 2)];
  };
  return {
    processorSeconds: middle((each) => each.processorSeconds),
    wallSeconds: middle((each) => each.wallSeconds)!,
    instructions: middle((each) => each.instructions),
    peakBytes: middle((each) => each.peakBytes),
    traceBytes: middle((each) => each.traceBytes),
    ...(measurements.some((each) => each.unfinished) && { unfinished: true }),
  };
}
