// Recognised loops as generated code reads them: rows in linear memory, a few for each decoded page.
import { codePage, type MemoryLayout } from '../memory-layout.js';
import type { MemoryLoop } from './loop-analysis.js';

/** Loops kept per decoded page; further ones run as ordinary code. */
const loopsPerPage = 8;

/** Offsets of 32-bit fields in a row. `steps` holds pairs of register number and bytes. */
export const loopField = {
  headOffset: 0,
  instructions: 4,
  conditionStep: 8,
  elementBytes: 12,
  storeBase: 16,
  storeOffset: 20,
  isCopy: 24,
  /** Register stored; when copying, also the one loaded into. */
  value: 28,
  loadBase: 32,
  loadOffset: 36,
  loadSigned: 40,
  stepCount: 44,
  /** Slot bytes from the branch to the instruction behind it. */
  branchSlots: 48,
  steps: 52,
} as const;

const loopRowBytes = 84;

export class LoopTable {
  private readonly words: Int32Array;
  private readonly used = new Uint8Array(codePage.count);
  /** Code of each page's loops, as byte ranges in the page. */
  private readonly ranges: { from: number; to: number }[][] = Array.from(
    { length: codePage.count },
    () => [],
  );

  constructor(
    memory: WebAssembly.Memory,
    private readonly layout: MemoryLayout,
  ) {
    this.words = new Int32Array(memory.buffer);
  }

  /** Forgets the loops of a decoded page. */
  clear(page: number): void {
    this.used[page] = 0;
    this.ranges[page].length = 0;
  }

  /** True when the 8-byte word at the offset in the page is code of one of its loops. */
  overlaps(page: number, offset: number): boolean {
    return this.ranges[page].some(({ from, to }) => offset < to && offset + 8 > from);
  }

  /**
   * Adds a loop of a decoded page and returns its row's address; 0 when the page has its fill.
   * @param branchAt byte offset in the page of the loop's branch
   */
  add(page: number, branchAt: number, loop: MemoryLoop): number {
    if (this.used[page] === loopsPerPage) return 0;
    const row = this.layout.loops + (page * loopsPerPage + this.used[page]++) * loopRowBytes;
    const set = (field: number, value: number): void => {
      this.words[(row + field) / 4] = value;
    };
    this.ranges[page].push({ from: branchAt - loop.headDistance, to: branchAt + 4 });
    const { source } = loop;
    set(loopField.headOffset, -loop.headDistance * 4);
    set(loopField.instructions, loop.instructions);
    set(loopField.conditionStep, loop.conditionStep);
    set(loopField.elementBytes, loop.elementBytes);
    set(loopField.storeBase, loop.store.base);
    set(loopField.storeOffset, loop.store.offset);
    set(loopField.isCopy, source.kind === 'copy' ? 1 : 0);
    set(loopField.value, source.kind === 'copy' ? source.into : source.value);
    set(loopField.loadBase, source.kind === 'copy' ? source.base : 0);
    set(loopField.loadOffset, source.kind === 'copy' ? source.offset : 0);
    set(loopField.loadSigned, source.kind === 'copy' && source.signed ? 1 : 0);
    set(loopField.branchSlots, loop.branchBytes * 4);
    set(loopField.stepCount, loop.steps.size);
    [...loop.steps].forEach(([register, step], index) => {
      set(loopField.steps + 8 * index, register);
      set(loopField.steps + 8 * index + 4, step);
    });
    return row;
  }
}
