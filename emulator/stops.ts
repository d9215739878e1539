// Where a debugger wants the machine to stop: instructions about to execute, words of memory about to be read or just
// changed. Stopping changes nothing of what the guest sees; `Machine.run` returns `requested` and can be called again.
import type { GuestMemory } from './devices/device.js';
import type { CodeCache } from './interpreter/code-cache.js';
import type { Hart } from './hart/hart.js';
import type { BreakpointHit, ProbeTable } from './interpreter/probe-table.js';
import { FrameFlag, pageBytes, ramBase, type MemoryLayout } from './memory-layout.js';
import type { TranslationBuffers } from './mmu/translation-buffers.js';

/** An access to watched memory. */
export interface WatchedAccess {
  /** A load is told before it is done; a store, or another write, when memory has changed. */
  readonly kind: 'load' | 'store';
  /** Number of the hart that has the turn; for a device's write, of the one that had it last. */
  readonly hart: number;
  /** True when a device wrote it, between instructions. */
  readonly byDevice: boolean;
}

/** Physical memory to watch. A store of what is there already is none; accesses of atomics count as stores. */
export interface Watchpoint {
  /** Physical address; all of it must be in RAM. */
  readonly address: number;
  readonly bytes: number;
  readonly loads: boolean;
  readonly stores: boolean;
  /** Called at each access; true to stop after the instruction that made it. */
  readonly onAccess: (access: WatchedAccess) => boolean;
}

/** What the stops need of the machine. */
export interface StopsWiring {
  readonly probes: ProbeTable;
  readonly code: CodeCache;
  readonly buffers: TranslationBuffers;
  /** The hart that has the turn or, between turns, had the last. */
  readonly hart: () => Hart;
  readonly requestStop: () => void;
}

export class Stops {
  /** False while none of them is to be told: on the way to somewhere else. */
  armed = true;
  /** Called with the hart whose turn begins, before its first step; true to stop there. */
  onTurn: ((hart: number) => boolean) | undefined;
  private readonly flags: Uint8Array;
  private readonly ram: Uint8Array;
  private readonly watchpoints = new Set<Watchpoint>();
  /** Breakpoints at virtual addresses outside of RAM's own, by offset in the page. */
  private readonly elsewhere = new Map<number, Map<bigint, BreakpointHit>>();

  constructor(
    memory: WebAssembly.Memory,
    private readonly layout: MemoryLayout,
    private readonly wiring: StopsWiring,
  ) {
    this.flags = new Uint8Array(memory.buffer, layout.frameFlags, layout.memoryBytes / pageBytes);
    this.ram = new Uint8Array(memory.buffer, layout.ram, layout.memoryBytes);
  }

  /**
   * Calls `hit` when a hart is about to execute the instruction at a physical address (whatever its virtual one). Where
   * that says to stop, the same breakpoint is hit again when the machine goes on: let it pass once at that cycle.
   * Undefined takes the breakpoint away; there is one an address.
   */
  setBreakpoint(address: number, hit: BreakpointHit | undefined): void {
    this.wiring.probes.setBreakpoint(address, hit && ((hart) => this.armed && hit(hart)));
    this.wiring.code.redecode(address);
  }

  /**
   * The same for a virtual address, in whichever address space a hart executes there. An address that is one of RAM's
   * physical ones is taken to be mapped to itself, as kernels map themselves.
   */
  setVirtualBreakpoint(address: bigint, hit: BreakpointHit | undefined): void {
    const { code, probes } = this.wiring;
    const pc = (): bigint => this.wiring.hart().read('pc');
    const physical = Number(address);
    if (physical >= ramBase && physical < ramBase + this.layout.memoryBytes)
      return this.setBreakpoint(physical, hit && ((hart) => pc() === address && hit(hart)));
    const offset = Number(address % BigInt(pageBytes));
    const hits = this.elsewhere.get(offset) ?? new Map<bigint, BreakpointHit>();
    this.elsewhere.set(offset, hits);
    if (hit) hits.set(address, hit);
    else hits.delete(address);
    const reached = (hart: number): boolean => this.armed && hits.get(pc())?.(hart) === true;
    probes.setBreakpointInEveryFrame(offset, hits.size > 0 ? reached : undefined);
    code.redecodeInEveryFrame(offset);
  }

  /** For the machine: a hart's turn begins, which is always true. */
  turnBegins(hart: number): true {
    if (this.onTurn?.(hart)) this.wiring.requestStop();
    return true;
  }

  /** Throws RangeError for memory that is not all RAM. */
  addWatchpoint(watchpoint: Watchpoint): void {
    const { address, bytes } = watchpoint;
    if (bytes <= 0 || address < ramBase || address + bytes > ramBase + this.layout.memoryBytes)
      throw new RangeError(`cannot watch 0x${address.toString(16)}: it is not in RAM`);
    this.watchpoints.add(watchpoint);
    this.guard(watchpoint);
    this.wiring.buffers.forgetLoads();
    this.wiring.buffers.forgetStores();
  }

  removeWatchpoint(watchpoint: Watchpoint): void {
    if (!this.watchpoints.delete(watchpoint)) return;
    for (const frame of framesOf(watchpoint)) this.flags[frame] &= ~FrameFlag.guarded;
    for (const other of this.watchpoints) this.guard(other);
  }

  /** A hart loads from a frame with watchpoints. */
  loads(address: number, bytes: number): void {
    this.tell('load', false, (one) => one.loads && overlaps(one, address, bytes));
  }

  /** A hart changed an 8-byte word from `old`. */
  stored(address: number, old: bigint): void {
    const was = new Uint8Array(BigUint64Array.of(old).buffer);
    this.tell('store', false, (one) => one.stores && this.changed(one, address, was));
  }

  /** RAM as devices write it, with their writes told. */
  forDevices(memory: GuestMemory): GuestMemory {
    return {
      contains: (address, length) => memory.contains(address, length),
      read: (address, length) => memory.read(address, length),
      write: (address, bytes) => {
        const touched = [...this.watchpoints].filter(
          (one) => one.stores && overlaps(one, address, bytes.length),
        );
        const before = touched.map((one) => this.content(one).slice());
        memory.write(address, bytes);
        const changed = touched.filter((one, index) => differ(before[index], this.content(one)));
        this.tell('store', true, (one) => changed.includes(one));
      },
    };
  }

  private tell(kind: WatchedAccess['kind'], byDevice: boolean, concerns: (one: Watchpoint) => boolean): void {
    if (!this.armed) return;
    const access = { kind, hart: this.wiring.hart().number, byDevice };
    for (const one of this.watchpoints) if (concerns(one) && one.onAccess(access)) this.wiring.requestStop();
  }

  private changed(one: Watchpoint, word: number, was: Uint8Array): boolean {
    const from = Math.max(one.address, word);
    const to = Math.min(one.address + one.bytes, word + was.length);
    for (let at = from; at < to; at++) if (this.ram[at - ramBase] !== was[at - word]) return true;
    return false;
  }

  private content({ address, bytes }: Watchpoint): Uint8Array {
    return this.ram.subarray(address - ramBase, address - ramBase + bytes);
  }

  private guard(watchpoint: Watchpoint): void {
    for (const frame of framesOf(watchpoint)) this.flags[frame] |= FrameFlag.guarded;
  }
}

function differ(one: Uint8Array, other: Uint8Array): boolean {
  return one.some((byte, index) => byte !== other[index]);
}

function overlaps(one: Watchpoint, address: number, bytes: number): boolean {
  return one.address < address + bytes && address < one.address + one.bytes;
}

function* framesOf({ address, bytes }: Watchpoint): Iterable<number> {
  const last = Math.floor((address + bytes - 1 - ramBase) / pageBytes);
  for (let frame = Math.floor((address - ramBase) / pageBytes); frame <= last; frame++) yield frame;
}
