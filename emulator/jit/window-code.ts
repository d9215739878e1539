// The decoded code of a window of virtual addresses, as its pages are mapped when routines are made of it.
import type { DecodedCode, DecodedSlot } from '../decoded-code.js';
import { pageBytes } from '../memory-layout.js';

/** Code this near to each other, aligned, is compiled together. */
export const windowShift = 16;
export const windowBytes = 1 << windowShift;
export const pagesInWindow = windowBytes / pageBytes;

/** A decoded page, at a byte offset from the window's base. */
export interface WindowPage {
  readonly offset: number;
  /** Address of its slots. */
  readonly address: number;
}

/** An instruction, what stands before it, and where it is: bytes from the window's base. */
export interface CodeInstruction extends DecodedSlot {
  readonly offset: number;
  readonly page: WindowPage;
}

export class WindowCode {
  private readonly found = new Map<number, CodeInstruction | undefined>();
  private readonly pageAt: readonly (WindowPage | undefined)[];
  private ordered: readonly number[] | undefined;

  constructor(
    private readonly code: DecodedCode,
    /** Virtual address of the window's first byte. */
    readonly base: bigint,
    readonly pages: readonly WindowPage[],
  ) {
    const pageAt = new Array<WindowPage | undefined>(pagesInWindow).fill(undefined);
    for (const page of pages) pageAt[page.offset / pageBytes] = page;
    this.pageAt = pageAt;
  }

  /** The page that holds an offset; undefined when the window has no decoded page there. */
  pageOf(offset: number): WindowPage | undefined {
    return offset < 0 ? undefined : this.pageAt[Math.floor(offset / pageBytes)];
  }

  /** The instruction that was decoded at an offset, if there is one. */
  at(offset: number): CodeInstruction | undefined {
    if (this.found.has(offset)) return this.found.get(offset);
    const page = this.pageOf(offset);
    const slot = page && this.code.slotAt(page.address, offset - page.offset);
    const instruction = slot && { ...slot, offset, page };
    this.found.set(offset, instruction);
    return instruction;
  }

  /** Where calls in the window go to, in ascending order: the starts of functions. */
  get callTargets(): readonly number[] {
    this.ordered ??= [...new Set(this.pages.flatMap((page) => this.targetsFrom(page)))].sort((a, b) => a - b);
    return this.ordered;
  }

  /** The last start of a function at or before an offset. */
  startBefore(offset: number): number | undefined {
    const targets = this.callTargets;
    let [low, high] = [0, targets.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (targets[middle] <= offset) low = middle + 1;
      else high = middle;
    }
    return targets[low - 1];
  }

  private targetsFrom(page: WindowPage): number[] {
    const targets = this.code.callTargets(page.address).map((target) => page.offset + target);
    return targets.filter((target) => this.pageOf(target) !== undefined);
  }
}
