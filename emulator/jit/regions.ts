// The compiled regions: which code is worth one, found by sampling, and the one place that drops them. Sampling decides
// which engine executes an instruction, never what it does.
import type { CoreInstance } from '../core.js';
import type { DecodedCode, RegionOwner } from '../decoded-code.js';
import { samplingOf, type EngineOptions, type Sampling } from '../engine.js';
import { stateOffset, tlb, workOffset } from '../hart/state.js';
import { control, pageBytes, ramBase, type MemoryLayout } from '../memory-layout.js';
import { routinesMaximum } from '../routine-convention.js';
import { chooseRoutines } from './choose-routines.js';
import { instantiateRegion, regionModule } from './region-module.js';
import type { Routine } from './routines.js';
import { pagesInWindow, windowBytes, windowShift, WindowCode, type WindowPage } from './window-code.js';

const pageShift = 12;
const wordSpan = 2 ** 32;
/** Regions that may exist at once where nothing else is asked for. */
const regionsMaximumDefault = 256;

/** Misses that suffice for a compilation: each costs a fraction of what compiling costs. */
const patienceMaximum = 512;

const settledMaximum = 1024;

/** Times that compiled code must be left between two samples for it to matter where. */
const leavesMinimum = 32;

/** Ways into what is not compiled, taken so often that a region is compiled anew; twice as often for each next one. */
const gapsMaximum = 2 ** 14;

/** What is known of a window of virtual addresses. */
interface Window {
  /** Its address in units of its size. */
  readonly number: number;
  /** Samples outside of compiled code, by byte offset in the window. */
  readonly samples: Map<number, number>;
  readonly regions: Set<Region>;
  /** For each byte offset, how many regions' own code has an instruction there. */
  readonly covered: Uint8Array;
  /** Samples since the last compilation, and how many of them lead to the next. */
  misses: number;
  patience: number;
}

/** Routines that were compiled together. */
interface Region {
  readonly window: Window;
  readonly pages: readonly WindowPage[];
  /** Of its routines, in the core's table. */
  readonly numbers: readonly number[];
  /** Places in decoded pages that lead into it. */
  readonly entries: readonly { readonly page: number; readonly offset: number }[];
  /** Byte offsets, from the window's base, of its routines' own instructions; and of their starts. */
  readonly covered: ReadonlySet<number>;
  readonly starts: ReadonlySet<number>;
}

export class Regions implements RegionOwner {
  private readonly words: Uint32Array;
  private readonly free: number[] = [];
  private readonly windows = new Map<number, Window>();
  /** Oldest first. */
  private readonly live = new Set<Region>();
  private readonly ofPage = new Map<number, Set<Region>>();
  private slices = 0;
  /** Samples lately that found compiled code: high when there is nothing to compile. */
  settled = 0;
  private gapsMaximum = gapsMaximum;

  constructor(
    private readonly memory: WebAssembly.Memory,
    private readonly layout: MemoryLayout,
    private readonly code: DecodedCode,
    private readonly core: CoreInstance,
    private readonly sampling: Sampling,
  ) {
    this.words = new Uint32Array(memory.buffer);
    for (let number = routinesMaximum - 1; number > 0; number--) this.free.push(number);
    code.regions = this;
  }

  /**
   * A hart is about to run from its pc: counts what is executed often, and compiles it. So is counted where compiled
   * code was left last, since a short function that is not compiled makes all its callers be left.
   */
  sample(hart: number): void {
    if (++this.slices % this.sampling.every !== 0) return;
    this.settled = Math.min(this.settled + 1, settledMaximum);
    this.sampleAt(hart, hart + stateOffset.pc);
    if (this.words[control.left >> 2] >= leavesMinimum) this.sampleAt(hart, control.leftAt);
    this.words[control.left >> 2] = 0;
    this.dropOutdated(hart);
  }

  private sampleAt(hart: number, address: number): void {
    const low = this.words[address >> 2];
    const high = this.words[(address + 4) >> 2];
    const page = this.fetchedPage(hart, high, low);
    if (page === 0) return;
    const window = this.windowOf(high, low);
    const offset = low & (windowBytes - 1);
    if (window.covered[offset] !== 0) return;
    this.settled >>= 1;
    if (!this.code.slotAt(page, low & (pageBytes - 1))) return;
    window.samples.set(offset, (window.samples.get(offset) ?? 0) + 1);
    if (++window.misses < window.patience) return;
    window.misses = 0;
    window.patience *= this.sampling.growth;
    // Where something was hot, what is hot next should not wait long; where nothing could be compiled, it may.
    if (this.compile(hart, page, window, high, low))
      window.patience = Math.min(window.patience, patienceMaximum);
  }

  /**
   * A region whose code goes, again and again, where nothing had ever been executed when it was compiled is dropped, to
   * be compiled anew: all who called it are left each time.
   */
  private dropOutdated(hart: number): void {
    const gaps = this.words[control.gaps >> 2];
    if (gaps < this.gapsMaximum) return;
    this.words[control.gaps >> 2] = 0;
    const at = control.gapOf >> 2;
    const [low, high] = [this.words[at], this.words[at + 1]];
    const window = this.windowOf(high, low);
    const start = low & (windowBytes - 1);
    const page = this.fetchedPage(hart, high, low);
    const region = [...window.regions].find(({ starts }) => starts.has(start));
    if (!region || page === 0) return;
    this.gapsMaximum *= 2;
    for (const each of region.starts) window.samples.set(each, (window.samples.get(each) ?? 0) + 1);
    this.drop(region);
    this.compile(hart, page, window, high, low);
  }

  dropPage(page: number): void {
    for (const region of [...(this.ofPage.get(page) ?? [])]) this.drop(region);
  }

  /** Drops all regions: the machine's state is replaced. */
  dropAll(): void {
    for (const region of [...this.live]) this.drop(region);
  }

  private drop(region: Region): void {
    for (const { page, offset } of region.entries) this.code.leave(page, offset);
    for (const { address } of region.pages) {
      const others = this.ofPage.get(address)!;
      others.delete(region);
      if (others.size > 0) continue;
      this.ofPage.delete(address);
      this.code.setCompiled(address, undefined);
    }
    for (const number of region.numbers) {
      this.core.routines.set(number, null);
      this.free.push(number);
    }
    region.window.regions.delete(region);
    for (const offset of region.covered) region.window.covered[offset]--;
    this.live.delete(region);
    // It may be in execution.
    this.code.leaveRunning();
  }

  private windowOf(high: number, low: number): Window {
    const number = high * (wordSpan / windowBytes) + (low >>> windowShift);
    let window = this.windows.get(number);
    if (!window) {
      const patience = this.sampling.threshold;
      const covered = new Uint8Array(windowBytes);
      window = { number, samples: new Map(), regions: new Set(), covered, misses: 0, patience };
      this.windows.set(number, window);
    }
    return window;
  }

  /** True when there was something to compile. */
  private compile(hart: number, page: number, window: Window, high: number, low: number): boolean {
    const base = (BigInt(high) << 32n) | BigInt((low & ~(windowBytes - 1)) >>> 0);
    const code = new WindowCode(this.code, base, this.pagesAround(hart, page, window, low));
    const compiled = new Set([...window.regions].flatMap(({ starts }) => [...starts]));
    const routines = chooseRoutines(code, window.samples, compiled);
    window.samples.clear();
    if (routines.length === 0) return false;
    if (this.live.size >= this.regionsMaximum || this.free.length < routines.length) this.dropOldest();
    if (this.free.length < routines.length) return false;
    const bytes = regionModule(this.layout, code, routines, this.words[control.watchesWords >> 2] !== 0);
    const functions = instantiateRegion(bytes, this.memory, this.core, code, routines);
    this.connect(window, code, routines, functions);
    return true;
  }

  private get regionsMaximum(): number {
    return this.sampling.regionsMaximum ?? regionsMaximumDefault;
  }

  private dropOldest(): void {
    for (const region of [...this.live].slice(0, Math.ceil(this.regionsMaximum / 4))) this.drop(region);
  }

  private connect(
    window: Window,
    code: WindowCode,
    routines: readonly Routine[],
    functions: readonly unknown[],
  ): void {
    const blocks = routines.flatMap((routine) => routine.blocks);
    const used = new Set(blocks.flatMap(({ instructions }) => instructions.map(({ page }) => page)));
    const pages = code.pages.filter((page) => used.has(page));
    const numbers = routines.map(() => this.free.pop()!);
    const entries: { page: number; offset: number }[] = [];
    const entered = new Set<number>();
    for (const { entries: others } of window.regions)
      for (const { page, offset } of others) entered.add(page + offset);
    routines.forEach((routine, index) => {
      this.core.routines.set(numbers[index], functions[index]);
      for (const { page, offset, entry } of routine.blocks) {
        const at = { page: page.address, offset: offset - page.offset };
        if (entry === undefined || entered.has(at.page + at.offset)) continue;
        entered.add(at.page + at.offset);
        entries.push(at);
        this.code.enter(at.page, at.offset, numbers[index], entry);
      }
    });
    const covered = new Set(routines.flatMap((routine) => [...routine.covered]));
    const starts = new Set(routines.map(({ start }) => start));
    const region = { window, pages, numbers, entries, covered, starts };
    for (const { address, offset } of pages) {
      this.code.setCompiled(address, code.base + BigInt(offset));
      const others = this.ofPage.get(address);
      if (others) others.add(region);
      else this.ofPage.set(address, new Set([region]));
    }
    window.regions.add(region);
    for (const offset of covered) window.covered[offset]++;
    this.live.add(region);
  }

  /**
   * Decoded pages of the window, at the addresses at which the hart would find them now; not those that another
   * window has compiled, such as a page that is mapped twice.
   */
  private pagesAround(hart: number, page: number, window: Window, low: number): WindowPage[] {
    const frame = this.code.frameOfPage(page);
    const firstFrame = window.number * pagesInWindow - ramBase / pageBytes;
    const isIdentity = firstFrame + ((low >>> pageShift) % pagesInWindow) === frame;
    const pages: WindowPage[] = [];
    const high = Math.floor(window.number / (wordSpan / windowBytes));
    for (let index = 0; index < pagesInWindow; index++) {
      const inRam = firstFrame + index >= 0 && firstFrame + index < this.layout.memoryBytes / pageBytes;
      const identical = isIdentity && inRam ? this.code.pageOfFrame(firstFrame + index) : 0;
      const at = (((window.number << windowShift) >>> 0) + index * pageBytes) >>> 0;
      const address = this.fetchedPage(hart, high, at) || identical;
      if (address === 0 || this.isElsewhere(address, window, index * pageBytes)) continue;
      if (!pages.some((other) => other.address === address))
        pages.push({ offset: index * pageBytes, address });
    }
    return pages;
  }

  /** True when code of the decoded page is compiled for another address. */
  private isElsewhere(page: number, window: Window, offset: number): boolean {
    for (const region of this.ofPage.get(page) ?? []) {
      if (region.window !== window) return true;
      if (region.pages.some((other) => other.address === page && other.offset !== offset)) return true;
    }
    return false;
  }

  /** The decoded page at a virtual address, if the hart's TLB has it; 0 if not. */
  private fetchedPage(hart: number, high: number, low: number): number {
    const mode = this.words[(hart + stateOffset.mode) >> 2];
    const entry = ((low >>> pageShift) % tlb.entries) * tlb.entryBytes;
    const chosen = this.words[(hart + workOffset.tlbOfMode + 4 * mode) >> 2];
    if (chosen === 0) return 0;
    const at = (chosen + tlb.fetch + entry) >> 2;
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
