// Columns that several event kinds have: those of all kinds, and those that mean the same wherever they stand.
import type { EventRow } from './types.js';

/** Columns that every kind has, before its own. */
export const commonColumns = {
  seq: {
    type: 'u64',
    encoding: 'delta',
    doc: 'Position in the trace over all kinds, in order of emission: from 0 on without a gap, so that a lost row is noticed.',
  },
  cycle: {
    type: 'u64',
    encoding: 'delta',
    doc: 'Machine cycle at which it happened: the state before step `cycle` is just before it.',
  },
  hart: { type: 'u8', doc: 'Hart that did it.' },
  pid: { type: 'i32', doc: 'Process that hart was running (from cpus[hart].proc); 0 when none.' },
  span: {
    type: 'u32',
    encoding: 'delta',
    doc: 'Kernel entry it belongs to (see kernel_span): from a trap out of user mode until the return to it, asleep or not; the scheduler and boot code of a hart are spans of their own.',
  },
  pc: { type: 'u64', doc: 'Virtual address of the instruction.' },
} as const satisfies EventRow['columns'];

export const callSite = {
  type: 'u64',
  doc: 'Return address in the caller of the function at pc; 0 when unknown.',
} as const;
export const frame = { type: 'u64', encoding: 'delta', doc: 'Physical address of the 4 KiB frame.' } as const;
export const freeFrames = {
  type: 'u32',
  encoding: 'delta',
  doc: 'Frames on the free list afterwards; 0 where they come from an allocator of blocks, which counts otherwise.',
} as const;

export const locks = {
  type: 'u32',
  doc: 'Locks that the hart held: bit n for lock n (see lock), bit 30 for a lock that has no row; bit 31: the store was an atomic instruction. 0 also where no locks were found.',
} as const;
