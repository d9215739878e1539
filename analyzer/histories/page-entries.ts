// How a last-level page-table entry is laid out (Sv39: V R W X U in bits 0-4, frame number from bit 10), as also
// queries/views/entry_changes.sql knows. An entry is given by its low half.

const valid = 1;
const writable = 4;
const validUser = 17;
const anyAccess = 14;

/** Whether an entry is valid and a user's, whatever it allows. */
export function isUserEntry(low: number): boolean {
  return (low & validUser) === validUser;
}

/** Whether an entry lets user mode reach a frame. */
export function isUserLeaf(low: number): boolean {
  return isUserEntry(low) && (low & anyAccess) !== 0;
}

/**
 * Whether an address, given by its halves, is among the last three pages of a program's: the trampoline, the trapframe,
 * and below them the page through which some kernels tell their programs things, as `ugetpid` reads. The kernel writes
 * there on purpose, and has it in two page tables while it executes a program.
 */
export function isKernelsOwn(low: number, high: number): boolean {
  return high === 0x3f && low >>> 0 >= 0xffff_d000;
}

/** Whether an entry may be written through. */
export function isWritable(low: number): boolean {
  return (low & writable) !== 0;
}

/** Whether an entry is in use. */
export function isValid(low: number): boolean {
  return (low & valid) !== 0;
}
