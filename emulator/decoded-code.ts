// The decoded code as the JIT sees it: what has been executed so far, and where its regions may be entered.
import type { Decoded } from './isa/index.js';

/** Pages are named by the address of their slots, places in them by byte offsets into the frame. */
export interface DecodedCode {
  /** Address of the decoded page of a frame, 0 when it has none. */
  pageOfFrame(frame: number): number;
  /** Frame number of a decoded page. */
  frameOfPage(page: number): number;
  /** The instruction that was decoded at a byte offset in a page; none where it is empty or no plain instruction. */
  instructionAt(page: number, offset: number): Decoded | undefined;
  /** Makes the slot an entry of a region's block. */
  enter(page: number, offset: number, region: number, block: number): void;
  /** Takes a region's entries out of a page. */
  leave(page: number): void;
  /** Who is told when code of a page with a region is no longer what it was. */
  regions: RegionOwner | undefined;
}

/** Knows the regions. */
export interface RegionOwner {
  /** Drops a region, by number; it leaves the pages it has entered. */
  drop(region: number): void;
}
