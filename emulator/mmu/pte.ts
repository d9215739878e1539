// Bits of a Sv39 page-table entry (privileged specification 4.4.1).

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

export const tableLevels = 3;
