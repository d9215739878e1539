// A page-table entry of Sv39 (privileged specification 4.4.1), as it is in memory and in rows. Machine, tracer,
// analyzer and commands all read entries, and this is the leaf that all of them may import.

/** Bits of an entry, by the specification's names. */
export const Pte = {
  v: 1n << 0n,
  r: 1n << 1n,
  w: 1n << 2n,
  x: 1n << 3n,
  u: 1n << 4n,
  g: 1n << 5n,
  a: 1n << 6n,
  d: 1n << 7n,
  /** Reserved, and extensions this machine does not have. */
  reserved: 0x3ffn << 54n,
  numberShift: 10n,
  numberMask: (1n << 44n) - 1n,
} as const;

/** Bits of which a valid entry has one unless it leads to a table of the next level. */
export const pteAccess = Pte.r | Pte.w | Pte.x;

/** Levels of a page table: that of the root is one less, and 0 is the last. */
export const tableLevels = 3;

/** Number of the frame that an entry names, a page's or a table's; the entry is given as halves of 32 bits. */
export function frameNumberOf(low: number, high: number): number {
  // The bits above the number's are reserved. No shift, since the result has up to 44 bits.
  return (high & 0x3f_ffff) * 2 ** 22 + (low >>> 10);
}

/** Physical address of the frame that an entry names: first byte of a page, or of a table. */
export function frameOf(entry: bigint): number {
  return Number((entry >> Pte.numberShift) & Pte.numberMask) * 4096;
}

/** Whether an entry leads to a table of the next level; one of the last level never does, whatever it says. */
export function isTableEntry(entry: bigint): boolean {
  return (entry & (Pte.v | pteAccess)) === Pte.v;
}
