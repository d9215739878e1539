// What an observer asks the machine to watch: probed instructions, words of memory, page tables, and whose process a
// hart is running. None of it changes what the guest sees.
import { frameOf, isTableEntry, tableLevels } from '../tracer/schema/index.js';
import type { CodeCache } from './interpreter/code-cache.js';
import type { ProbeTable } from './interpreter/probe-table.js';
import { control, FrameFlag, pageBytes, ramBase, type MemoryLayout } from './memory-layout.js';
import type { TranslationBuffers } from './mmu/translation-buffers.js';
import { forgetFaults, restoreObservation, saveObservation, type Observation } from './observation.js';
import type { EventRing } from './ring/event-ring.js';
import { FreeFrames } from './mmu/free-frames.js';
import { UserMappings } from './mmu/user-mappings.js';
import { locksMaximum, RecordKind } from './ring/records.js';

/** An instruction to be told about before it executes. */
export interface Probe {
  /** Physical address. */
  readonly address: number;
  /** 0..65535, carried by its records. */
  readonly id: number;
  /** Up to five registers (x0..x31) that the record holds in a..e. */
  readonly registers: readonly number[];
  /** Append a record at each hit. */
  readonly record: boolean;
  /**
   * Called at each hit with the hart's number, before the instruction executes. Who has heard enough may take it away:
   * code that is compiled from then on makes no call.
   */
  onHit?: (hart: number) => void;
  /**
   * Hits that are news: those where the low half of the register is an address in a frame of RAM that is a watched page
   * table (`isTable`), or is none. Calls of `onHit` at other hits may be left out, and compiled code does.
   */
  readonly news?: { readonly register: number; readonly isTable: boolean };
}

/** Where to find a 32-bit word that says what a hart is doing: *(*(base + hart * stride) + field). */
export interface ContextPointer {
  /** Physical address of hart 0's pointer. */
  readonly base: number;
  readonly stride: number;
  readonly field: number;
}

/** Locks of which each has an 8-byte word that points at the hart inside; all addresses are physical. */
export interface WatchedLocks {
  /** Those words, `locksMaximum` at most. */
  readonly holders: readonly number[];
  /** Of the first so many of them it is told, once for each pair, with which others they are taken (default: 0). */
  readonly ordered?: number;
  /** What such a word contains while hart 0 is inside, and how much more for each following hart. */
  readonly harts: { readonly base: number; readonly stride: number };
  /** Where hart 0 counts (32 bits) how many locks it holds; the next hart does `stride` bytes further. */
  readonly depth?: { readonly base: number; readonly stride: number };
}

const rootLevel = tableLevels - 1;
const entriesInTable = 512;

export class Watch {
  private readonly flags: Uint8Array;
  private readonly levels: Uint8Array;
  private readonly mappings: UserMappings;
  private readonly free: FreeFrames;
  private readonly bitmap: Uint8Array;
  private readonly words: Int32Array;
  private readonly entries: BigUint64Array;

  constructor(
    private readonly memory: WebAssembly.Memory,
    private readonly layout: MemoryLayout,
    private readonly probes: ProbeTable,
    private readonly code: CodeCache,
    private readonly buffers: TranslationBuffers,
    private readonly ring: EventRing,
  ) {
    this.flags = new Uint8Array(memory.buffer, layout.frameFlags, layout.memoryBytes / pageBytes);
    this.levels = new Uint8Array(memory.buffer, layout.tableLevel, this.flags.length);
    this.mappings = new UserMappings(memory, layout);
    this.free = new FreeFrames(memory, layout);
    this.bitmap = new Uint8Array(memory.buffer, layout.watchBitmap, layout.memoryBytes / 64);
    this.words = new Int32Array(memory.buffer);
    this.entries = new BigUint64Array(memory.buffer);
  }

  /** Switches event sources on: bits of `RecordSource`. */
  setSources(bits: number): void {
    this.words[control.sources >> 2] = bits;
  }

  setContextPointer(pointer: ContextPointer): void {
    this.words[control.contextBase >> 2] = this.layout.ram + pointer.base - ramBase;
    this.words[control.contextStride >> 2] = pointer.stride;
    this.words[control.contextField >> 2] = pointer.field;
  }

  /** From now on records of stores tell which of these locks the hart holds. */
  setLocks({ holders, ordered = 0, harts, depth }: WatchedLocks): void {
    if (holders.length > locksMaximum) throw new Error(`more than ${locksMaximum} locks`);
    const linear = (address: number): number => this.layout.ram + address - ramBase;
    holders.forEach((address, index) => {
      this.words[(control.lockWords >> 2) + index] = linear(address);
    });
    this.words[control.lockCount >> 2] = holders.length;
    this.words[control.lockOrdered >> 2] = Math.min(ordered, holders.length);
    for (const address of holders.slice(0, ordered)) this.watchWords(address, 8);
    this.entries[control.lockHolder >> 3] = BigInt(harts.base);
    this.words[control.lockHolderStride >> 2] = harts.stride;
    this.words[control.lockDepth >> 2] = depth ? linear(depth.base) : 0;
    this.words[control.lockDepthStride >> 2] = depth?.stride ?? 0;
  }

  addProbe(probe: Probe): void {
    this.probes.add(probe);
    this.code.redecode(probe.address);
  }

  /** Watches the 8-byte words that overlap a physical range. */
  watchWords(address: number, bytes: number): void {
    const last = address + bytes - 1;
    if (address < ramBase || last >= ramBase + this.layout.memoryBytes)
      throw new Error(`cannot watch 0x${address.toString(16)}: it is not in RAM`);
    for (let word = (address - ramBase) >>> 3; word <= (last - ramBase) >>> 3; word++)
      this.bitmap[word >>> 3] |= 1 << (word & 7);
    for (let frame = this.frameOf(address); frame <= this.frameOf(last); frame++)
      this.flags[frame] |= FrameFlag.watched;
    this.words[control.watchesWords >> 2] = 1;
    this.buffers.forgetStores();
  }

  /** From now on page-table roots are learned from satp, and every table below a known root is watched. */
  watchTables(): void {
    this.words[control.watchTables >> 2] = 1;
  }

  /** Also tells of the kernel's stores to frames that users share, or may only read. */
  watchUserFrames(): void {
    this.watchTables();
    this.words[control.tellStores >> 2] = 1;
  }

  /**
   * Tells of the kernel's stores to frames that are on lists of free frames. The lists' heads, by their physical
   * addresses, must be watched; on a list, the first word of a frame points at the next frame.
   */
  followFreeFrames(heads: readonly number[]): void {
    this.free.follow(heads);
  }

  /** Frames were linked to each other before the head of their list pointed at them: the lists are read. */
  learnFreeFrames(): void {
    this.free.learn();
    this.buffers.forgetStores();
  }

  /** User mappings of the frame at the physical address, as far as they are counted (`watchUserFrames`). */
  userMappings(address: number): number {
    return this.inRam(address) ? this.mappings.of(this.frameOf(address)) : 0;
  }

  /** True when the frame at the physical address is a watched page table. */
  isTable(address: number): boolean {
    return this.inRam(address) && (this.flags[this.frameOf(address)] & FrameFlag.table) !== 0;
  }

  /** A frame is a page-table root; entries it has already are reported as stores. */
  linkRoot(address: number): void {
    if (this.inRam(address)) this.link(this.frameOf(address), rootLevel, 0);
  }

  /** A frame became a table of `level` through the entry at the physical address. */
  link(frame: number, level: number, entry: number): void {
    if (this.flags[frame] & FrameFlag.table) return;
    this.flags[frame] |= FrameFlag.table;
    this.levels[frame] = level;
    this.buffers.forgetStores();
    const table = ramBase + frame * pageBytes;
    this.ring.append(RecordKind.tableLinked, level, 0n, BigInt(table), BigInt(entry), 0n, 0n, 0n);
    // By halves: most tables are empty yet, and a bigint for each of their entries costs more than all else here.
    const first = (this.layout.ram + frame * pageBytes) / 4;
    for (let index = 0; index < entriesInTable; index++) {
      const at = first + 2 * index;
      if ((this.words[at] | this.words[at + 1]) !== 0)
        this.adopt(table + index * 8, level, this.entries[at / 2]);
    }
  }

  /** The freeing of a table has begun at a pc: stores to it are no page-table events any more. */
  retire(address: number, pc: number): void {
    if (!this.isTable(address)) return;
    const frame = this.frameOf(address);
    this.flags[frame] &= ~FrameFlag.table;
    if (this.levels[frame] === 0) this.mappings.tableEnds(frame);
    const table = BigInt(address - (address % pageBytes));
    this.ring.append(RecordKind.tableRetired, 0, BigInt(pc), table, 0n, 0n, 0n, 0n);
  }

  /** The machine was put into another state: free frames are learned anew, and tables from the harts' roots. */
  relearn(roots: readonly number[]): void {
    forgetFaults(this.memory, this.layout);
    this.learnFreeFrames();
    if (this.words[control.watchTables >> 2] === 0) return;
    for (let frame = 0; frame < this.flags.length; frame++) this.flags[frame] &= ~FrameFlag.table;
    this.mappings.forget();
    for (const root of roots) this.linkRoot(root);
  }

  /** What is known of the guest now. Between calls of the machine's `run`. */
  save(): Observation {
    return saveObservation(this.memory, this.layout);
  }

  /** What was known in the state into which the machine was just put: records are from now on what they were then. */
  restore(known: Observation): void {
    restoreObservation(this.memory, this.layout, known);
    this.buffers.forgetStores();
  }

  private adopt(entry: number, level: number, value: bigint): void {
    this.ring.append(RecordKind.tableStore, level, 0n, BigInt(entry), 0n, value, 0n, 0n);
    if (level === 0) this.mappings.began(value);
    if (level === 0 || !isTableEntry(value)) return;
    const target = frameOf(value);
    if (this.inRam(target)) this.link(this.frameOf(target), level - 1, entry);
  }

  private inRam(address: number): boolean {
    return address >= ramBase && address < ramBase + this.layout.memoryBytes;
  }

  private frameOf(address: number): number {
    return Math.floor((address - ramBase) / pageBytes);
  }
}
