// The map of the one linear memory: control words, harts, page flags, decoded code, event ring, guest RAM.
import { hartBytes } from './hart/state.js';

export const ramBase = 0x80000000;
export const pageBytes = 4096;

/** A decoded page: 2048 slots of 8 bytes, one a halfword, and two that lead out of the page. */
export const codePage = {
  slotBytes: 8,
  bodyBytes: 2048 * 8,
  /** Behind the slots, for each of them an i32: number of a compiled routine << 16 | its entry; 0 for none. */
  entries: 2048 * 8 + 64,
  /** Behind those, a u16 for each slot: the handler that an entry stands before. */
  originals: 2048 * 12 + 64,
  /** And a u16 for each slot: the handler that a probe stands before. */
  probed: 2048 * 14 + 64,
  bytes: 2048 * 16 + 64,
  count: 1024,
  /** i64: `control.entered` when the page was last found mapped where its compiled code expects it. */
  provenAt: 2048 * 8 + 16,
  /** i64: the virtual address of the page for which code of it is compiled. i32: non-zero when any is. */
  compiledAt: 2048 * 8 + 32,
  compiled: 2048 * 8 + 40,
  /** i32: non-zero when recognised loops depend on the page's code staying as it is. */
  hasLoops: 2048 * 8 + 52,
  /** i32: stores to the page's code so far. */
  overwritten: 2048 * 8 + 56,
} as const;

/** Rows for recognised loops, see idioms/loop-table.ts. */
const loopTableBytes = codePage.count * 8 * 84;

/**
 * A fault of a user store that is under way: satp (0: the slot is free), the instruction, the page's address, and what
 * the page holds. With more faults than slots, as many are not compared: each hart has one, and processes may sleep.
 */
export const faultSlot = { satp: 0, pc: 8, page: 16, content: 64, bytes: 64 + pageBytes, count: 32 } as const;

/** Flags of a RAM frame, one byte each: any flag keeps stores to the frame off the fast path. */
export const FrameFlag = {
  /** Decoded code exists for the frame. */
  code: 1,
  /** Some of its words are watched: see the watch bitmap. */
  watched: 2,
  /** It is a page table; every entry is watched. */
  table: 4,
  /** A translation in some TLB was read from it: a store to it makes TLBs forget what rests on it. */
  walked: 8,
  /** Several user mappings share it, or none lets programs write it: a store of the kernel is told. */
  unwritable: 16,
  /** It is on a list of free frames: a store of the kernel is told. */
  free: 32,
  /** Its content is that of the last snapshot: the first store clears this. */
  clean: 64,
  /** Loads and stores of some of its words are told to the host: see stops.ts. */
  guarded: 128,
} as const;

/** Control words shared by generated code and the host, at fixed addresses. */
export const control = {
  /** i64: the cycle at which the running slice's budget reaches zero. */
  sliceEnd: 64,
  /** i32: budget left, stored before a helper needs the time. */
  budget: 72,
  /** i32: non-zero asks the interpreter to return after this instruction. */
  leave: 76,
  /** i32: non-zero while the slice covers more than one turn: a reservation, which no turn outlives, ends it. */
  spansTurns: 84,
  /** i32: address of the next free record of the event ring. */
  ringNext: 80,
  /** i32: physical offset in RAM of the per-hart context pointer; 0 for none. i32 stride, i32 offset in the target. */
  contextBase: 88,
  contextStride: 92,
  contextField: 96,
  /** i32: event sources that are on: bits of `RecordSource`. */
  sources: 104,
  /** i32: base of the hart that has the turn. */
  hart: 108,
  /** i32 + i32: host load result. */
  loadLow: 112,
  loadHigh: 116,
  /** i32: non-zero when page tables are watched. */
  watchTables: 100,
  /** i64: pc at which compiled code was left last while there was budget. i32: how often, since the last sample. */
  leftAt: 136,
  left: 212,
  /** i32: how often compiled code went where nothing had been executed when it was compiled. i64: whose code last. */
  gaps: 216,
  gapOf: 640,
  /** i64: how often the interpreter has entered compiled code: in between, no mapping changes. */
  entered: 128,
  /** i32: exception flags of the last floating-point operation. */
  floatFlags: 120,
  /** i64: bytes of RAM. */
  ramBytes: 144,
  /** i32: address behind the last hart. */
  hartsEnd: 152,
  /** Known locks, see ring/held-locks-code.ts. i32: how many. */
  lockCount: 176,
  /** i32: linear address of hart 0's count of locks that it holds, 0 when unknown; distance to the next hart's. */
  lockDepth: 180,
  lockDepthStride: 184,
  /** i64: what the holder word of a lock contains while hart 0 holds it. i32: difference for the next hart. */
  lockHolder: 160,
  lockHolderStride: 168,
  /** i32 for each lock: linear address of its holder word. i32: the lock that was found last, to be looked at first. */
  lockWords: 256,
  lockFound: 172,
  /** i32: of the first so many of these locks it is told with which others they were taken. */
  lockOrdered: 196,
  /** i32 for each of them: the locks that were held when it was taken, as far as that was told. */
  lockOrders: 384,
  /** i32: non-zero when kernel stores to frames that nobody may write alone are told; they need watched tables. */
  tellStores: 188,
  /** i32: how many frames have been told of since a return to user mode. */
  toldCount: 192,
  /** i32: non-zero once words are watched. */
  watchesWords: 204,
  /** i32: faults of user stores under way whose pages are remembered, see ring/fault-content-code.ts. */
  openFaults: 200,
  /** i64 each: hashes of pages, see snapshot/hash-code.ts. */
  hashes: 224,
  /** i32: lists of free frames that are followed. i32 for each: linear address of the word that is its head. */
  freeHeadCount: 208,
  freeHeads: 512,
} as const;

/** What machines have at most: the parts before RAM leave room for it. */
export const machineMaximum = { harts: 8, memoryBytes: 2 ** 31 } as const;

/** Byte addresses of the parts: the same in all machines, so that code that is generated for one serves all. */
export interface MemoryMap {
  readonly hartBase: number;
  readonly probeTable: number;
  readonly probeTableEntries: number;
  readonly frameFlags: number;
  /** A byte a frame: non-zero when a walk found an entry of other than the last level in it. */
  readonly walkedUpper: number;
  /** A byte a frame that is a page table: its level. */
  readonly tableLevel: number;
  /** An i32 a frame: its user mappings, see mmu/user-mappings-code.ts. */
  readonly userMappings: number;
  /** i32 for each frame told of since a return to user mode, in that order: its number. */
  readonly toldFrames: number;
  /** Faults of user stores under way, see ring/fault-content-code.ts. */
  readonly faults: number;
  readonly codeMap: number;
  readonly watchBitmap: number;
  readonly ring: number;
  readonly ringBytes: number;
  readonly codePool: number;
  readonly loops: number;
  readonly ram: number;
}

/** What differs between machines. */
export interface LayoutOptions {
  /** 1 to 8. */
  readonly harts: number;
  /** Guest RAM, in bytes; a multiple of 64 KiB, at most 2 GiB. */
  readonly memoryBytes: number;
}

/** The memory of a machine. */
export interface MemoryLayout extends LayoutOptions, MemoryMap {
  readonly totalBytes: number;
}

export const wasmPage = 0x10000;

/** Room for the largest machine costs address space; memory that a smaller one never touches costs none. */
export const memoryMap: MemoryMap = placeParts();

function placeParts(): MemoryMap {
  const { harts, memoryBytes } = machineMaximum;
  const frames = memoryBytes / pageBytes;
  let next = wasmPage;
  const place = (bytes: number): number => {
    const at = next;
    next = Math.ceil((next + bytes) / wasmPage) * wasmPage;
    return at;
  };
  const probeTableEntries = 1024;
  const ringBytes = 4 << 20;
  return {
    probeTableEntries,
    ringBytes,
    hartBase: place(hartBytes * harts),
    probeTable: place(probeTableEntries * 32),
    frameFlags: place(frames),
    walkedUpper: place(frames),
    tableLevel: place(frames),
    userMappings: place(frames * 4),
    toldFrames: place(frames * 4),
    faults: place(faultSlot.count * faultSlot.bytes),
    codeMap: place(frames * 4),
    watchBitmap: place(memoryBytes / 64),
    ring: place(ringBytes),
    codePool: place(codePage.bytes * codePage.count),
    loops: place(loopTableBytes),
    ram: next,
  };
}

/** Throws RangeError for a machine larger than `machineMaximum`. */
export function memoryLayout(options: LayoutOptions): MemoryLayout {
  if (options.harts > machineMaximum.harts || options.memoryBytes > machineMaximum.memoryBytes)
    throw new RangeError(`no room for ${options.harts} harts and ${options.memoryBytes} bytes of RAM`);
  return { ...memoryMap, ...options, totalBytes: memoryMap.ram + options.memoryBytes };
}

/** The memory, all zeroes but for what generated code needs to know of the machine. */
export function linearMemory({ totalBytes, harts, memoryBytes }: MemoryLayout): WebAssembly.Memory {
  const pages = totalBytes / wasmPage;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const controls = new DataView(memory.buffer, 0, wasmPage);
  controls.setUint32(control.ramBytes, memoryBytes, true);
  controls.setUint32(control.hartsEnd, memoryMap.hartBase + harts * hartBytes, true);
  return memory;
}
