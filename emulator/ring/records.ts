// The raw records generated code and devices append to the event ring: 64 bytes each, in order of happening. They speak
// of the machine only; the tracer turns them into events. Field `e` is the last 8 bytes.

/** Kinds of raw records, and what their fields hold. */
export const RecordKind = {
  /** a cause (bit 63: interrupt), b trap value, c page-table root; size: mode left | mode entered << 4. */
  trap: 1,
  /** sret or mret: a target address, b a0, c page-table root; size: mode left | mode entered << 4 | `PageOutcome` << 6;
   * d the cycle of the hart's last sfence.vma, e the locks it holds. */
  trapReturn: 2,
  /** Follows the trap of an ecall from user mode: a a7, b..e a0..a3. */
  call: 3,
  /** A store changed a watched word: a physical address of the 8-byte word (low half) and, in the high half, the low
   * 32 bits of the word that the new value points at (0 when it points outside RAM); b old, c new, d ra (low half)
   * and the locks that the hart holds (high half, see `otherLock` and `atomicStore`), e word at s0-8; size
   * user mappings of the frame that b is the address of (see `frameStore`), 255 for more. */
  watchedStore: 4,
  /** The same for a page-table entry, without pointee and locks; size: level of the table. */
  tableStore: 5,
  /** A probed pc is about to execute: size: number of the probe, a..e the registers it asks for. */
  probe: 6,
  /** slti x0, rs1, imm executed: a imm, b value of rs1. */
  marker: 7,
  /** a byte left the transmitter (size 0) or entered the receiver (size 1). */
  console: 8,
  /** a first sector, b bytes; size 1 for a write. */
  disk: 9,
  /** A frame became a page table: a its address, b the address of the entry that links it or 0, size level. */
  tableLinked: 10,
  /** A page table's freeing began: a its address. */
  tableRetired: 11,
  /** The kernel stored to a frame that nobody may write alone: a physical address of the 8-byte word, b user mappings
   * of the frame (low 16 bits) and the writable ones among them (next 16); d and e as of tableStore. */
  frameStore: 12,
  /** A hart took a lock whose order is told, with named locks held that it was never seen to hold then: fields as of
   * watchedStore, of the store to the lock's holder word; size: number of the lock. */
  lockTaken: 13,
  /** The kernel stored to a frame that is on a list of free frames: fields as of tableStore. */
  freeFrameStore: 14,
} as const;

/** What became of the content of the page on which a user's store had faulted, when the program goes on at the store.
 * Unknown where no such fault ends, and where the page had no memory before. */
export const PageOutcome = { unknown: 0, kept: 1, changed: 2 } as const;

/** Locks that a hart holds are bits, n for the n-th that the observer has named; and this one for any other. */
export const otherLock = 1 << 30;

/** Among the locks of a store's record: the store was an atomic instruction's. */
export const atomicStore = 1 << 31;

/** Locks that may be named. */
export const locksMaximum = 30;

export const recordBytes = 64;

/** Byte offsets in a record. */
export const recordField = {
  kind: 0,
  hart: 1,
  size: 2,
  context: 4,
  cycle: 8,
  pc: 16,
  a: 24,
  b: 32,
  c: 40,
  d: 48,
  e: 56,
};

/** Sources that can be switched on, bits of `control.sources`. */
export const RecordSource = { traps: 1, markers: 2, console: 4, disk: 8 } as const;

/** Room kept free in the ring, in records: more than one instruction and the devices it wakes can append. */
export const ringReserve = 1024;
