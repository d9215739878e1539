// The compiled regions: which code is worth one, found by sampling, and the one place that drops them. Sampling decides
// which engine executes an instruction, never what it does.
import type { CoreInstance } from '../core.js';
import type { DecodedCode, RegionOwner } from '../decoded-code.js';
import { samplingOf, type EngineOptions, type Sampling } from '../engine.js';
import { Mode, stateOffset, tlb } from '../hart/state.js';
import { codePage, pageBytes, ramBase, type MemoryLayout } from '../memory-layout.js';
import { findBlocks, type RegionPage } from './blocks.js';
import { hotBlocks } from './hot-blocks.js';
import { regionsMaximum } from './region-interface.js';
import { instantiateRegion, regionModule } from './region-module.js';

/** Code this near to each other, aligned, is compiled together. */
const windowShift = 16;
const windowBytes = 1 << windowShift;
const pageShift = 12;
const pagesInWindow = windowBytes / pageBytes;
const wordSpan = 2 ** 32;
/** What is known of a window of virtual addresses. */
interface Window {
  /** Its address in units of its size. */
  readonly number: number;
  /** By byte offset in the window. */
  readonly samples: Map<number, number>;
  /** Samples that fell outside of compiled code, and how many of them lead to compilation. */
  misses: number;
  patience: number;
  /** Instructions that the next region of the window may have. */
  instructionsMaximum: number;
}

/** The optimising compiler takes more than twice as long for twice as much. */
const instructionsMaximum = 2000;

interface LiveRegion {
  readonly window: Window;
  readonly pages: readonly RegionPage[];
  /** Byte offsets, from the region's base, of all its instructions. */
  readonly covered: ReadonlySet<number>;
}

export class Regions implements RegionOwner {
  private readonly words: Uint32Array;
  private readonly live: (LiveRegion | undefined)[] = new Array<LiveRegion | undefined>(regionsMaximum);
  private readonly free: number[] = [];
  private readonly windows = new Map<number, Window>();
  private slices = 0;

  constructor(
    private readonly memory: WebAssembly.Memory,
    private readonly layout: MemoryLayout,
    private readonly code: DecodedCode,
    private readonly core: CoreInstance,
    private readonly sampling: Sampling,
  ) {
    this.words = new Uint32Array(memory.buffer);
    for (let number = regionsMaximum - 1; number > 0; number--) this.free.push(number);
    code.regions = this;
  }

  /** A hart is about to run from its pc: counts what is executed often, and compiles it. */
  sample(hart: number): void {
    if (++this.slices % this.sampling.every !== 0) return;
    const low = this.words[(hart + stateOffset.pc) >> 2];
    const high = this.words[(hart + stateOffset.pc + 4) >> 2];
    const page = this.fetchedPage(hart, high, low);
    if (page === 0) return;
    const window = this.windowOf(high, low);
    const offset = low & (windowBytes - 1);
    window.samples.set(offset, (window.samples.get(offset) ?? 0) + 1);
    const region = this.live[this.regionOf(page)];
    if (region?.covered.has(offset) || !this.code.instructionAt(page, low & (pageBytes - 1))) return;
    if (++window.misses < window.patience) return;
    window.misses = 0;
    window.patience *= this.sampling.growth;
    window.instructionsMaximum = Math.min(2 * window.instructionsMaximum, instructionsMaximum);
    this.compile(this.pagesAround(hart, page, window), window);
  }

  drop(number: number): void {
    const region = this.live[number];
    if (!region) return;
    for (const { address } of region.pages) this.code.leave(address);
    this.core.regions.set(number, null);
    this.live[number] = undefined;
    this.free.push(number);
  }

  private windowOf(high: number, low: number): Window {
    const number = high * (wordSpan / windowBytes) + (low >>> windowShift);
    let window = this.windows.get(number);
    if (!window) {
      window = {
        number,
        misses: 0,
        patience: this.sampling.threshold,
        samples: new Map(),
        instructionsMaximum: 500,
      };
      this.windows.set(number, window);
    }
    return window;
  }

  private compile(around: readonly RegionPage[], window: Window): void {
    for (const { address } of around) this.drop(this.regionOf(address));
    const blocks = hotBlocks(findBlocks(this.code, around), window.samples, window.instructionsMaximum);
    const pages = around.filter((candidate) => blocks.some((block) => block.page === candidate));
    const number = blocks.length > 0 ? this.free.pop() : undefined;
    if (number === undefined) return;
    const bytes = regionModule(this.layout, number, pages, blocks);
    this.core.regions.set(number, instantiateRegion(bytes, this.memory, this.core));
    for (const { address, offset } of pages) {
      this.words[(address + codePage.region) >> 2] = number;
      this.words[(address + codePage.regionOffset) >> 2] = offset;
    }
    for (const block of blocks) {
      if (block.entry === undefined) continue;
      this.code.enter(block.page.address, block.offset % pageBytes, number, block.entry);
    }
    const covered = new Set(blocks.flatMap((block) => block.instructions.map(({ offset }) => offset)));
    this.live[number] = { window, pages, covered };
  }

  /**
   * Decoded pages of the window, at the addresses at which the hart would find them now; not those that another
   * window has compiled, such as a page that is mapped twice.
   */
  private pagesAround(hart: number, page: number, window: Window): RegionPage[] {
    const frame = this.code.frameOfPage(page);
    const firstFrame = window.number * pagesInWindow - ramBase / pageBytes;
    const low = this.words[(hart + stateOffset.pc) >> 2];
    const isIdentity = firstFrame + ((low >>> pageShift) % pagesInWindow) === frame;
    const pages: RegionPage[] = [];
    const high = Math.floor(window.number / (wordSpan / windowBytes));
    for (let index = 0; index < pagesInWindow; index++) {
      const inRam = firstFrame + index >= 0 && firstFrame + index < this.layout.memoryBytes / pageBytes;
      const identical = isIdentity && inRam ? this.code.pageOfFrame(firstFrame + index) : 0;
      const at = (((window.number << windowShift) >>> 0) + index * pageBytes) >>> 0;
      const address = this.fetchedPage(hart, high, at) || identical;
      const owner = this.live[this.regionOf(address)];
      if (address === 0 || (owner && owner.window !== window)) continue;
      if (!pages.some((other) => other.address === address))
        pages.push({ offset: index * pageBytes, address });
    }
    return pages;
  }

  /** Number of the region that has code of a decoded page; 0 for none. */
  private regionOf(page: number): number {
    return this.words[(page + codePage.region) >> 2];
  }

  /** The decoded page at a virtual address, if the hart's TLB has it; 0 if not. */
  private fetchedPage(hart: number, high: number, low: number): number {
    const mode = this.words[(hart + stateOffset.mode) >> 2];
    const context = mode === Mode.machine ? 2 : mode;
    const entry = ((low >>> pageShift) % tlb.entries) * tlb.entryBytes;
    const at = (hart + tlb.offset + context * tlb.contextBytes + tlb.fetch + entry) >> 2;
    const isHit = this.words[at] === (low & -pageBytes) >>> 0 && this.words[at + 1] === high;
    return isHit ? this.words[at + 2] : 0;
  }
}

/** The compiled regions of a machine, where its engine has any. */
export function regionsFor(
  engine: EngineOptions,
  memory: WebAssembly.Memory,
  layout: MemoryLayout,
  code: DecodedCode,
  core: CoreInstance,
): Regions | undefined {
  const sampling = samplingOf(engine);
  return sampling && new Regions(memory, layout, code, core, sampling);
}
