// A hart as the host sees it: its registers, whether it sleeps, its interrupt lines, its timer comparison.
import type { InterruptLine } from '../devices/device.js';
import { Interrupt, Mstatus } from './mstatus.js';
import {
  architecturalBytes,
  hartBytes,
  Mode,
  noReservation,
  registerIndex,
  stateOffset,
  tlb,
  workOffset,
  type StateWord,
} from './state.js';

const wordSpan = 2 ** 32;
/** Comparisons from here on lie beyond every cycle a run can reach. */
const farHigh = 1 << 19;

export class Hart {
  /** Address of the hart's state in linear memory. */
  readonly base: number;
  private readonly words: Uint32Array;
  private readonly wide: BigUint64Array;

  constructor(
    memory: WebAssembly.Memory,
    hartBase: number,
    /** Number of the hart, its mhartid. */
    readonly number: number,
  ) {
    this.base = hartBase + number * hartBytes;
    this.words = new Uint32Array(memory.buffer, this.base, hartBytes / 4);
    this.wide = new BigUint64Array(memory.buffer, this.base, hartBytes / 8);
  }

  /** Power-on: machine mode at `entry`, hart number in a0, device tree address in a1. */
  reset(entry: number, deviceTree: number): void {
    this.wide.fill(0n);
    this.write('hartid', BigInt(this.number));
    this.write('pc', BigInt(entry));
    this.write('mode', BigInt(Mode.machine));
    this.write('mstatus', Mstatus.xl);
    this.write('reserved_address', BigInt.asUintN(64, noReservation));
    this.write('stimecmp', (1n << 64n) - 1n);
    this.wide[10] = BigInt(this.number);
    this.wide[11] = BigInt(deviceTree);
    this.words.fill(0xffffffff, workOffset.tlbKeys / 4, workOffset.tlbKeys / 4 + 2 * tlb.count);
    for (let number = 0; number < tlb.count; number++) {
      const at = tlb.offset + number * tlb.bytes;
      this.words.fill(0xffffffff, at / 4, (at + tlb.entriesBytes) / 4);
    }
  }

  read(name: StateWord): bigint {
    return this.wide[stateOffset[name] / 8];
  }

  write(name: StateWord, value: bigint): void {
    this.wide[stateOffset[name] / 8] = value;
  }

  /** Value of x1..x31 (0 for x0). */
  register(index: number): bigint {
    return this.wide[index];
  }

  /** Bits of f0..f31. */
  floatRegister(index: number): bigint {
    return this.wide[registerIndex.f + index];
  }

  setRegister(index: number, value: bigint): void {
    if (index !== 0) this.wide[index] = BigInt.asUintN(64, value);
  }

  /** Low 32 bits of a register: enough for physical addresses below 4 GiB. */
  registerLow(index: number): number {
    return this.words[index * 2];
  }

  /** Physical address of the root page table that satp names, whether or not translation is on. */
  get pageTable(): number {
    return Number(this.read('satp') & ((1n << 44n) - 1n)) * 4096;
  }

  /** True while the hart sleeps in wfi and nothing that would wake it is pending; wakes it otherwise. */
  sleeps(): boolean {
    const at = stateOffset.waiting / 4;
    if (this.words[at] === 0) return false;
    const pending = this.words[stateOffset.mip / 4] | this.words[stateOffset.lines / 4];
    if ((pending & this.words[stateOffset.mie / 4]) === 0) return true;
    this.words[at] = 0;
    return false;
  }

  /** Ends the reservation: at the end of a turn other harts may write. */
  dropReservation(): void {
    this.write('reserved_address', BigInt.asUintN(64, noReservation));
  }

  /** The wire that sets bit `number` of mip. */
  line(number: number): InterruptLine {
    const at = stateOffset.lines / 4;
    const bit = 1 << number;
    return {
      set: (level) => {
        this.words[at] = level ? this.words[at] | bit : this.words[at] & ~bit;
      },
    };
  }

  /**
   * Drives STIP from stimecmp (Sstc) at the given time, in mtime units, and returns the time at which it must be
   * driven again; Infinity when never.
   */
  updateTimer(time: number): number {
    const at = stateOffset.lines / 4;
    const bit = 1 << Interrupt.supervisorTimer;
    const enabled = this.words[stateOffset.menvcfg / 4 + 1] >>> 31 === 1;
    const high = this.words[stateOffset.stimecmp / 4 + 1];
    const compare = high >= farHigh ? Infinity : high * wordSpan + this.words[stateOffset.stimecmp / 4];
    const due = enabled && time >= compare;
    this.words[at] = due ? this.words[at] | bit : this.words[at] & ~bit;
    return enabled && !due ? compare : Infinity;
  }

  /** The architectural state, for digests and snapshots. */
  architecturalState(): Uint8Array {
    return new Uint8Array(this.words.buffer, this.base, architecturalBytes);
  }

  /** Puts back what `architecturalState` held. */
  restore(state: Uint8Array): void {
    if (state.length !== architecturalBytes) throw new Error(`a hart's state has ${state.length} bytes`);
    this.architecturalState().set(state);
  }
}
