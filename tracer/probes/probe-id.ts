// Numbers of the probes, carried by their records.
export const ProbeId = {
  allocateReturns: 1,
  freeEntered: 2,
  panicEntered: 3,
  allocateEntered: 4,
  /** No instruction's: `a` is a frame that was found on a list in memory. */
  foundFree: 5,
} as const;
