// Numbers of the probes, carried by their records.
export const ProbeId = {
  allocateReturns: 1,
  freeEntered: 2,
  panicEntered: 3,
  allocateEntered: 4,
  /** No instruction's: `a` is a frame that was found on a list in memory. */
  foundFree: 5,
  /** No instruction's: the array of candidate `a`, a pointer, is at `b`, with `c` elements at most; RAM ends at `d`. */
  countsPlaced: 6,
  /** No instruction's: the next 40 bytes of the text of the panic that follows, filled up with zeros. */
  panicText: 7,
  /** No instruction's: a call under way at the panic that follows: `a` its depth, `b` its return address, or 0. */
  panicCall: 8,
  /** An allocator of blocks returns `a` to `b`. */
  blockTaken: 9,
  /** An allocator of blocks is given `a` back by `b`. */
  blockGiven: 10,
  /** No instruction's: users map the frame of the `blockTaken` that follows, `a` times. */
  blockMapped: 11,
  /** No instruction's: a process in no table was made, at `a`: state in `b`, pid above that, root in `c`. */
  processMade: 12,
} as const;
