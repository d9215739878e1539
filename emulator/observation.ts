// What a machine has learned of its guest on behalf of observers: which frames are page tables, which are free, how
// often programs map a frame, of which stores it has told. None of it is state of the guest, but the records that
// follow depend on it.
import { hartBytes, workOffset } from './hart/state.js';
import { control, faultSlot, FrameFlag, pageBytes, type MemoryLayout } from './memory-layout.js';

/** Flags of a frame that are such knowledge; the others follow from caches, snapshots and what is watched by name. */
const learnedFlags = FrameFlag.table | FrameFlag.unwritable | FrameFlag.free;

/** A copy of it. What was watched by its address (probes, words) is not in it: that stays. */
export interface Observation {
  readonly flags: Uint8Array;
  readonly levels: Uint8Array;
  readonly mappings: Uint32Array;
  /** Numbers of the frames that were told of since the last return to user mode. */
  readonly told: Uint32Array;
  /** Faults of user stores under way: their slots when there are any, and how many. */
  readonly faults: Uint8Array | undefined;
  readonly openFaults: number;
  /** The lock that a hart was last found to hold. */
  readonly lockFound: number;
  /** For each hart, the cycle of its last sfence.vma. */
  readonly fencedAt: readonly bigint[];
}

/** Where it lies in a machine's memory. */
function partsOf(memory: WebAssembly.Memory, { harts, memoryBytes, ...layout }: MemoryLayout) {
  const { buffer } = memory;
  const frames = memoryBytes / pageBytes;
  return {
    flags: new Uint8Array(buffer, layout.frameFlags, frames),
    levels: new Uint8Array(buffer, layout.tableLevel, frames),
    mappings: new Uint32Array(buffer, layout.userMappings, frames),
    told: new Uint32Array(buffer, layout.toldFrames, frames),
    toldCount: new Uint32Array(buffer, control.toldCount, 1),
    faults: new Uint8Array(buffer, layout.faults, faultSlot.count * faultSlot.bytes),
    openFaults: new Uint32Array(buffer, control.openFaults, 1),
    lockFound: new Uint32Array(buffer, control.lockFound, 1),
    fences: Array.from(
      { length: harts },
      (_, hart) => new BigInt64Array(buffer, layout.hartBase + hart * hartBytes + workOffset.fencedAt, 1),
    ),
  };
}

/** Copies what is known, between calls of the machine's `run`. */
export function saveObservation(memory: WebAssembly.Memory, layout: MemoryLayout): Observation {
  const { flags, levels, mappings, told, toldCount, faults, openFaults, lockFound, fences } = partsOf(
    memory,
    layout,
  );
  return {
    flags: flags.map((bits) => bits & learnedFlags),
    levels: levels.slice(),
    mappings: mappings.slice(),
    told: told.slice(0, toldCount[0]),
    faults: openFaults[0] > 0 ? faults.slice() : undefined,
    openFaults: openFaults[0],
    lockFound: lockFound[0],
    fencedAt: fences.map(([cycle]) => cycle),
  };
}

/** No fault is under way any more: the machine was put into another state. */
export function forgetFaults(memory: WebAssembly.Memory, layout: MemoryLayout): void {
  const { faults, openFaults } = partsOf(memory, layout);
  faults.fill(0);
  openFaults[0] = 0;
}

/** Puts it back into the same machine, in the state in which it was copied. TLBs must have been forgotten. */
export function restoreObservation(
  memory: WebAssembly.Memory,
  layout: MemoryLayout,
  saved: Observation,
): void {
  const { flags, levels, mappings, told, toldCount, faults, openFaults, lockFound, fences } = partsOf(
    memory,
    layout,
  );
  for (let frame = 0; frame < flags.length; frame++)
    flags[frame] = (flags[frame] & ~learnedFlags) | saved.flags[frame];
  levels.set(saved.levels);
  mappings.set(saved.mappings);
  told.set(saved.told);
  toldCount[0] = saved.told.length;
  forgetFaults(memory, layout);
  if (saved.faults) faults.set(saved.faults);
  openFaults[0] = saved.openFaults;
  lockFound[0] = saved.lockFound;
  fences.forEach((cycle, hart) => (cycle[0] = saved.fencedAt[hart]));
}
