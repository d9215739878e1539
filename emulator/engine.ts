// Which engine executes instructions. No part of the configuration: a run is the same whatever is chosen.

export interface EngineOptions {
  /** `auto` compiles what is executed often; `jit` all that was executed once, at the next chance. */
  readonly engine?: 'interpreter' | 'jit' | 'auto';
}

/** Samples, one a slice, that make a page worth compiling; Infinity for never. */
export function thresholdOf({ engine = 'auto' }: EngineOptions): number {
  return { interpreter: Infinity, jit: 1, auto: 64 }[engine];
}
