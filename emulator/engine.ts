// Which engine executes instructions. No part of the configuration: a run is the same whatever is chosen.

/** When code is compiled. Samples are taken once a slice, at most a turn apart. */
export interface Sampling {
  /** Samples outside of compiled code that make a window worth compiling. */
  readonly threshold: number;
  /** By how much that number grows each time. */
  readonly growth: number;
  /** One slice in how many is sampled. */
  readonly every: number;
  /** Compilations whose code may exist at once; the oldest makes room. Default: 256. */
  readonly regionsMaximum?: number;
}

/** The choices, the default first. */
export const engines = ['auto', 'interpreter', 'jit'] as const;
export type Engine = (typeof engines)[number];

/** What a machine is told about its engine. */
export interface EngineOptions {
  /** `auto`, the default, compiles what is executed often; `jit` whatever is met twice, which is slow but tests it. */
  readonly engine?: Engine;
  /** Overrides when code is compiled. */
  readonly sampling?: Sampling;
  /** Whether recognised loops are done at once; true by default, false to have something to compare with. */
  readonly loopsAtOnce?: boolean;
}

const samplings = {
  interpreter: undefined,
  jit: { threshold: 1, growth: 1, every: 1 },
  auto: { threshold: 256, growth: 4, every: 4 },
} as const;

/** When to compile; undefined for never. */
export function samplingOf({ engine = 'auto', sampling }: EngineOptions): Sampling | undefined {
  return engine === 'interpreter' ? undefined : (sampling ?? samplings[engine]);
}
