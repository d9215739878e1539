// The decoded code as the JIT sees it: what has been executed so far, and where its regions may be entered.
import type { Decoded } from './isa/index.js';
import type { Probe } from './watch.js';

/** An instruction that was decoded, and what the interpreter does there beside executing it. */
export interface DecodedSlot {
  readonly decoded: Decoded;
  /** Address of the row of the memory loop that this branch closes; 0 for none. */
  readonly loop: number;
  /** Address of the row of the waiting loop that this branch closes; 0 for none. */
  readonly wait: number;
  /** The probe that fires before the instruction. */
  readonly probe: Probe | undefined;
}

/** Pages are named by the address of their slots, places in them by byte offsets into the frame. */
export interface DecodedCode {
  /** Address of the decoded page of a frame, 0 when it has none. */
  pageOfFrame(frame: number): number;
  /** Frame number of a decoded page. */
  frameOfPage(page: number): number;
  /** What was decoded at a byte offset in a page; undefined where the slot is empty or holds no plain instruction. */
  slotAt(page: number, offset: number): DecodedSlot | undefined;
  /** Where calls that were decoded in a page go to: byte offsets from the page's start. */
  callTargets(page: number): number[];
  /** Makes the slot an entry of a compiled routine: `number` in the table of routines, and which of its entries. */
  enter(page: number, offset: number, number: number, entry: number): void;
  /** Takes an entry out again. */
  leave(page: number, offset: number): void;
  /** Says at which virtual address of the page code of it is compiled; undefined when none is any more. */
  setCompiled(page: number, address: bigint | undefined): void;
  /** Compiled code in execution may be what is dropped: it is left after the instruction at hand. */
  leaveRunning(): void;
  /** Who is told when code of a page is no longer what it was. */
  regions: RegionOwner | undefined;
}

/** Knows the regions. */
export interface RegionOwner {
  /** Drops all compiled code of a decoded page. */
  dropPage(page: number): void;
}
