// Where a generated program keeps its things, and which registers it may not overwrite.

/** Code starts at the first byte of RAM: both machines start there. */
export const codeBase = 0x8000_0000;
/** The random body starts here; before it there are the fixed parts, in pages that user mode may not touch. */
export const bodyBase = 0x8000_2000;
export const dataBase = 0x8010_0000;

/** The second hart only waits. With one, QEMU breaks atomic operations into a load and a store, which shows in what
 * they raise and in accessed bits; with several it does them in one go, as the specification says. */
export const harts = 2;

/** Bytes of RAM both machines have. QEMU puts its device tree into the upper half. */
export const ramBytes = 32 << 20;

/** Offsets from `dataBase`, in bytes. */
export const data = {
  scratch: 0,
  /** Initial x1..x31 and f0..f31 as 64 words. */
  registers: 0x1_0000,
  constants: 0x2_0000,
  tables: 0x4_0000,
  /** Pages behind the window: for data, then for code. */
  frames: 0x5_0000,
  /** What the trap handlers need: see the fields of `handler`. From here on, user mode has no access. */
  handler: 0x5_c000,
  /** What is gathered at the end: x0..x31, f0..f31, mstatus, fcsr, trap count. */
  dump: 0x5_c100,
  log: 0x5_c400,
  end: 0x6_5000,
} as const;

export const dumpWords = { x: 32, f: 32, mstatus: 1, fcsr: 1, traps: 1 } as const;

export const scratchBytes = 0x800;

/** Bytes of a function's frame. */
export const frameBytes = 32;

/** Words in scratch beyond the reach of pointers, where functions keep their way back: `count` for those that call
 * none, and as many for those that call such a one, which then keeps its own a frame lower. */
export const savedLinks = { leaves: 0x780 + frameBytes, callers: 0x780 + 2 * frameBytes, count: 4 } as const;

/** Traps that are recorded; later ones are only counted. */
export const logEntries = 1000;

/** A log entry: cause, address, trap value and status of machine or supervisor mode. */
export const logEntryBytes = 32;

/** Offsets from the start of `data.handler`. */
export const handler = { saved: 0, end: 24, logNext: 32, logLimit: 40, traps: 48 } as const;

/** Registers whose value random code keeps: where a function was called from, pointers into scratch, the way back from
 * a fetch fault, a loop counter. */
export const reserved = { link: 1, stack: 2, resume: 3, counter: 4, base: 8, oddBase: 9 } as const;

/** What the pointers are, as offsets into scratch; one is odd so that every access through it is misaligned. */
export const pointers = [
  { register: reserved.stack, offset: 0x300 },
  { register: reserved.base, offset: 0x100 },
  { register: reserved.oddBase, offset: 0x503 },
] as const;

/** Distances from a pointer that stay within scratch for any access. */
export const reach = { least: -0x100, greatest: 0x200 - 8 } as const;

/** Whether random code may write the register. */
export function isFree(register: number): boolean {
  return !Object.values<number>(reserved).includes(register);
}

export const pageBytes = 4096;

/** The five page tables, as pages from `data.tables`: root, then two levels for RAM and for the window. */
export const tables = { root: 0, ramUpper: 1, ramLower: 2, windowUpper: 3, windowLower: 4 } as const;

/** Virtual pages with random page-table entries, over frames of their own. */
export const window = {
  base: 0x4000_0000,
  dataPages: 8,
  codePages: 4,
  /** The last data page, whose frame may be absent. Only aligned loads and stores go there: for others QEMU does not
   * report the address of the access, and not the exception of an atomic one. */
  strayPage: 7,
  /** Virtual address of a 2 MiB page, and of the RAM behind it. */
  large: 0x4020_0000,
  largeFrame: 0x8040_0000,
  /** Bytes from either end of a page that data accesses start in. */
  edge: 64,
} as const;

/** In each code page: where a jump back to x3 is, and where one is that goes on in the next page. */
export const codePage = { jumpBack: 0x100, crossing: pageBytes - 2 } as const;

/** A run of words that is printed at the end, and what they are called. */
export interface PrintedRange {
  readonly title: string;
  readonly address: number;
  readonly words: number;
}

/** Everything that is printed, in order; the trap log follows, as far as it is used. */
export const printedRanges: readonly PrintedRange[] = [
  { title: 'dump', address: dataBase + data.dump, words: dumpWords.x + dumpWords.f + 3 },
  { title: 'scratch', address: dataBase + data.scratch, words: scratchBytes / 8 },
  ...Object.entries(tables).map(([name, page]) => ({
    title: `page table ${name}`,
    address: dataBase + data.tables + page * pageBytes,
    words: 16,
  })),
  ...Array.from({ length: window.dataPages }, (_, i) => ({
    title: `frame ${i} around its start`,
    address: dataBase + data.frames + i * pageBytes - (i === 0 ? 0 : window.edge),
    words: (window.edge * (i === 0 ? 1 : 2)) / 8 + 1,
  })),
  {
    title: 'end of the last frame',
    address: dataBase + data.frames + window.dataPages * pageBytes - window.edge,
    words: window.edge / 8,
  },
  { title: 'large frame', address: window.largeFrame, words: window.edge / 8 + 1 },
];
