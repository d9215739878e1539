// Numbers of the probes, carried by their records.
export const ProbeId = { allocateReturns: 1, freeEntered: 2, panicEntered: 3, allocateEntered: 4 } as const;
