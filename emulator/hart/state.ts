// Where a hart's state lives in linear memory. Everything is addressed from the hart's base, so that one generated
// module serves all harts. Offsets are bytes.

/** Registers as the decoded operations number them: x0..x31, one sink for writes to x0, f0..f31 from 64 on. */
export const registerIndex = { x: 0, sink: 32, f: 64, count: 96 } as const;

/** 64-bit words of hart state that are neither registers nor caches, in digest order. */
const words = [
  'pc',
  'mode',
  'waiting',
  'mstatus',
  'medeleg',
  'mideleg',
  'mie',
  'mip',
  'lines',
  'mtvec',
  'mcounteren',
  'menvcfg',
  'mscratch',
  'mepc',
  'mcause',
  'mtval',
  'stvec',
  'scounteren',
  'senvcfg',
  'sscratch',
  'sepc',
  'scause',
  'stval',
  'satp',
  'stimecmp',
  'fcsr',
  'mcountinhibit',
  'pmpcfg0',
  'pmpcfg2',
  'pmpaddr0',
  'pmpaddr1',
  'pmpaddr2',
  'pmpaddr3',
  'pmpaddr4',
  'pmpaddr5',
  'pmpaddr6',
  'pmpaddr7',
  'pmpaddr8',
  'pmpaddr9',
  'pmpaddr10',
  'pmpaddr11',
  'pmpaddr12',
  'pmpaddr13',
  'pmpaddr14',
  'pmpaddr15',
  'reserved_address',
  'instret',
  'hartid',
] as const;

export type StateWord = (typeof words)[number];

const registersBytes = registerIndex.count * 8;

/** Byte offset of each state word from the hart's base. */
export const stateOffset = Object.fromEntries(
  words.map((name, index) => [name, registersBytes + 8 * index]),
) as Record<StateWord, number>;

/** Architectural state is [0, architecturalBytes): what the digest and snapshots cover. */
export const architecturalBytes = registersBytes + 8 * words.length;

/** Working state of the interpreter, behind the architectural part. */
export const workOffset = {
  /** i32: a helper took a trap, `pc` is already the handler's. */
  trapped: 2048,
  /** i32: row of the waiting loop whose branch went back last in this slice, 0 for none; and the budget then. */
  waitRow: 2056,
  waitBudget: 2060,
  /** i32: the instruction word in the straddle slot. */
  straddleWord: 2064,
  /** i32: non-zero while an atomic instruction stores to a frame with flags. */
  storesAtomically: 2068,
  /** i64: cycle of the last sfence.vma. */
  fencedAt: 2072,
  /** i32 by mode: address of the TLB that accesses of the mode use now; 0 when it must be chosen. */
  tlbOfMode: 2080,
  /** i32: counts choices of TLBs. */
  tlbChoices: 2096,
  /** i64 for each TLB but that of physical addresses: what it holds translations of; all ones for nothing. */
  tlbKeys: 2112,
  /** i32 for each of them: when it was chosen last. */
  tlbChosen: 2304,
} as const;

/**
 * The software TLBs of a hart, direct mapped, of four kinds of entries: number 0 holds physical addresses, which
 * machine mode uses; each other one what a mode sees through one value of satp.
 */
export const tlb = {
  offset: 4096,
  count: 13,
  entries: 256,
  entryBytes: 16,
  kindBytes: 256 * 16,
  entriesBytes: 4 * 256 * 16,
  load: 0,
  store: 256 * 16,
  fetch: 2 * 256 * 16,
  /** Stores to frames with flags, which are noticed and so take the slow path; but need no walk each time. */
  noticedStore: 3 * 256 * 16,
  /** i32: non-zero when there may be entries. */
  filled: 4 * 256 * 16,
  bytes: 4 * 256 * 16 + 64,
} as const;

/** A page of slots in which an instruction that crosses pages is decoded for this hart. */
export const straddleOffset = tlb.offset + tlb.bytes * tlb.count;

export const hartBytes = 0x40000;

/** No reservation is held. */
export const noReservation = -1n;

export const Mode = { user: 0, supervisor: 1, machine: 3 } as const;
