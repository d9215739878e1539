// What a last-level page-table entry allows, as also queries/views/entry_changes.sql knows.
// An entry is given by its low half.
import { Pte, pteAccess } from '../../tracer/schema/index.js';

const valid = Number(Pte.v);
const writable = Number(Pte.w);
const validUser = Number(Pte.v | Pte.u);
const anyAccess = Number(pteAccess);
const readWrite = Number(Pte.r | Pte.w);

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

/** The same for a page, given by its number. */
export function isKernelsOwnPage(page: number): boolean {
  return page >= 0x3ff_fffd && page < 0x400_0000;
}

/** Whether an entry may be written through. */
export function isWritable(low: number): boolean {
  return (low & writable) !== 0;
}

/** The permission that each kind of access needs: its bit of an entry. */
export const permissionNeeded: Readonly<Record<string, number>> = {
  load: Number(Pte.r),
  store: writable,
  fetch: Number(Pte.x),
};

/** The bits that an entry needs to let a program access its page, by kind of access. */
export const entryNeeded: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(permissionNeeded).map(([access, bit]) => [access, validUser | bit]),
);

/** Whether an entry has these bits, and none that forbid them: what may be written must be readable. */
export function allows(low: number, needed: number): boolean {
  return (low & needed) === needed && (low & readWrite) !== writable;
}

/** Whether an entry is in use. */
export function isValid(low: number): boolean {
  return (low & valid) !== 0;
}
