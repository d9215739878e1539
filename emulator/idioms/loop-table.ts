// Recognised loops as generated code reads them: rows in linear memory, a few for each decoded page.
import { codePage, type MemoryLayout } from '../memory-layout.js';
import type { MemoryLoop } from './loop-analysis.js';
import type { WaitLoop } from './wait-analysis.js';

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

/** The same of a loop that waits. */
export const waitField = {
  headOffset: 0,
  instructions: 4,
  /** When the branch goes back: see `waitCondition`. */
  condition: 8,
  accessCount: 12,
  branchSlots: 16,
  accesses: 20,
} as const;

/** Offsets in the description of an access. */
export const waitAccessField = {
  base: 0,
  offset: 4,
  bytes: 8,
  isSwap: 12,
  /** What a swap stores: a register and a constant to add. */
  register: 16,
  constant: 20,
  size: 24,
} as const;

export const waitCondition = { unequal: 0, equal: 1, always: 2 } as const;

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
    /** Without, no loop is taken. */
    private readonly isUsed = true,
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
    const row = this.allocate(page, branchAt, loop.headDistance);
    if (row === 0) return 0;
    const set = this.setter(row);
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

  /** The same for a loop that waits. */
  addWait(page: number, branchAt: number, loop: WaitLoop): number {
    const row = this.allocate(page, branchAt, loop.headDistance);
    if (row === 0) return 0;
    const set = this.setter(row);
    set(waitField.headOffset, -loop.headDistance * 4);
    set(waitField.instructions, loop.instructions);
    set(waitField.condition, waitCondition[loop.condition]);
    set(waitField.branchSlots, loop.branchBytes * 4);
    set(waitField.accessCount, loop.accesses.length);
    loop.accesses.forEach(({ base, offset, bytes, stored }, index) => {
      const at = waitField.accesses + index * waitAccessField.size;
      set(at + waitAccessField.base, base);
      set(at + waitAccessField.offset, offset);
      set(at + waitAccessField.bytes, bytes);
      set(at + waitAccessField.isSwap, stored ? 1 : 0);
      set(at + waitAccessField.register, stored?.register ?? 0);
      set(at + waitAccessField.constant, stored?.constant ?? 0);
    });
    return row;
  }

  private allocate(page: number, branchAt: number, headDistance: number): number {
    if (!this.isUsed || this.used[page] === loopsPerPage) return 0;
    this.ranges[page].push({ from: branchAt - headDistance, to: branchAt + 4 });
    return this.layout.loops + (page * loopsPerPage + this.used[page]++) * loopRowBytes;
  }

  private setter(row: number): (field: number, value: number) => void {
    return (field, value) => {
      this.words[(row + field) / 4] = value;
    };
  }
}
