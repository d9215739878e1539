// What the fields of raw records about traps and returns say.

export const userMode = 0;
/** Mode that a trap or return leaves, enters, and what became of the faulting page, of a record's `size`. */
export const modeLeft = (size: number): number => size & 0xf;
export const modeEntered = (size: number): number => (size >>> 4) & 3;
export const pageOutcome = (size: number): number => size >>> 6;

/** What a page fault wanted, by its exception code. */
export const faultAccess: Readonly<Record<number, string>> = { 12: 'fetch', 13: 'load', 15: 'store' };
