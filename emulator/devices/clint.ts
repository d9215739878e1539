// Core-local interruptor (SiFive CLINT, as in QEMU's `virt`): a software-interrupt bit per hart, the machine's
// time, and a timer comparison per hart. Drives MSIP and MTIP. Not here: Sstc's stimecmp, which is a CSR.
import type { Clock, Device, InterruptLine } from './device.js';
import { StateReader, StateWriter } from './state-bytes.js';

const wordSpan = 2 ** 32;
const offset = { msip: 0x0000, mtimecmp: 0x4000, mtime: 0xbff8 } as const;

/** What the CLINT is connected to. */
export interface ClintWiring {
  readonly clock: Clock;
  /** MSIP of each hart. */
  readonly software: readonly InterruptLine[];
  /** MTIP of each hart. */
  readonly timer: readonly InterruptLine[];
  /** Cycles of the machine's clock per unit of mtime; 10 by default. */
  readonly cyclesPerTick?: number;
}

export class Clint implements Device {
  readonly name = 'clint';
  readonly #wiring: ClintWiring;
  readonly #cyclesPerTick: number;
  readonly #msip: Uint32Array;
  /** Low and high half of mtimecmp, hart by hart. */
  readonly #compare: Uint32Array;
  /** What software has added to mtime by writing it, modulo 2^64. */
  #addedLow = 0;
  #addedHigh = 0;
  #deadline = Infinity;

  constructor(wiring: ClintWiring) {
    this.#wiring = wiring;
    this.#cyclesPerTick = wiring.cyclesPerTick ?? 10;
    this.#msip = new Uint32Array(wiring.software.length);
    this.#compare = new Uint32Array(2 * wiring.timer.length);
    this.reset();
  }

  /** Bits 31..0 of mtime at the present cycle; the `time` CSR does not follow what software adds to it. */
  timeLow(): number {
    return (this.#ticks() + this.#addedLow) >>> 0;
  }

  /** Bits 63..32 of mtime. */
  timeHigh(): number {
    const ticks = this.#ticks();
    const carry = (ticks % wordSpan) + this.#addedLow >= wordSpan ? 1 : 0;
    return (Math.floor(ticks / wordSpan) + this.#addedHigh + carry) >>> 0;
  }

  /**
   * The first cycle at which mtime >= `high`:`low`; the present one when that holds already, Infinity when the
   * cycle cannot be counted (beyond 2^53). Serves mtimecmp here and stimecmp in the hart.
   */
  cycleOfTime(low: number, high: number): number {
    const ahead = (high - this.timeHigh()) * wordSpan + (low - this.timeLow());
    if (ahead <= 0) return this.#wiring.clock.cycle();
    const cycle = (this.#ticks() + ahead) * this.#cyclesPerTick;
    return cycle <= Number.MAX_SAFE_INTEGER ? cycle : Infinity;
  }

  read(at: number): number {
    const hart = this.#hartOf(at, offset.msip, 4);
    if (hart >= 0) return this.#msip[hart];
    const word = this.#compareWordOf(at);
    if (word >= 0) return this.#compare[word];
    if (at === offset.mtime) return this.timeLow();
    if (at === offset.mtime + 4) return this.timeHigh();
    return 0;
  }

  write(at: number, _size: number, value: number): void {
    const hart = this.#hartOf(at, offset.msip, 4);
    const word = this.#compareWordOf(at);
    if (hart >= 0) {
      this.#msip[hart] = value & 1;
      this.#wiring.software[hart].set((value & 1) === 1);
      return;
    }
    if (word >= 0) this.#compare[word] = value;
    else if (at === offset.mtime) this.#setTime(value, this.timeHigh());
    else if (at === offset.mtime + 4) this.#setTime(this.timeLow(), value);
    else return;
    this.tick();
  }

  /**
   * mtimecmp starts as all ones: no timer until software sets one. (QEMU starts it at 0 but compares only once
   * it has been written, which comes to the same.)
   */
  reset(): void {
    this.#msip.fill(0);
    this.#compare.fill(0xffff_ffff);
    this.#addedLow = 0;
    this.#addedHigh = 0;
    this.#drive();
  }

  save(): Uint8Array {
    const state = new StateWriter().words(this.#msip).words(this.#compare);
    return state.u32(this.#addedLow).u32(this.#addedHigh).finish();
  }

  /** The clock must show the snapshot's cycle already: the level of MTIP follows from it. */
  restore(state: Uint8Array): void {
    const reader = new StateReader(state, this.name);
    reader.words(this.#msip);
    reader.words(this.#compare);
    this.#addedLow = reader.u32();
    this.#addedHigh = reader.u32();
    reader.finish();
    this.#drive();
  }

  deadline(): number {
    return this.#deadline;
  }

  /** Sets every MTIP to (mtime >= mtimecmp) and finds the next cycle at which one rises. */
  tick(): void {
    const now = this.#wiring.clock.cycle();
    this.#deadline = Infinity;
    for (let hart = 0; hart < this.#wiring.timer.length; hart++) {
      const due = this.cycleOfTime(this.#compare[2 * hart], this.#compare[2 * hart + 1]);
      this.#wiring.timer[hart].set(due <= now);
      if (due > now) this.#deadline = Math.min(this.#deadline, due);
    }
  }

  #drive(): void {
    this.#wiring.software.forEach((line, hart) => line.set(this.#msip[hart] === 1));
    this.tick();
  }

  /** Units of mtime since the machine was switched on, before what software added. */
  #ticks(): number {
    return Math.floor(this.#wiring.clock.cycle() / this.#cyclesPerTick);
  }

  #setTime(low: number, high: number): void {
    const ticks = this.#ticks();
    const borrow = low < ticks % wordSpan ? 1 : 0;
    this.#addedLow = (low - (ticks % wordSpan)) >>> 0;
    this.#addedHigh = (high - Math.floor(ticks / wordSpan) - borrow) >>> 0;
  }

  /** The hart whose register of `stride` bytes starts at `at`, or -1. */
  #hartOf(at: number, first: number, stride: number): number {
    const hart = (at - first) / stride;
    return Number.isInteger(hart) && hart >= 0 && hart < this.#msip.length ? hart : -1;
  }

  /** The index into `#compare` of the word at `at`, or -1. */
  #compareWordOf(at: number): number {
    const word = (at - offset.mtimecmp) / 4;
    return Number.isInteger(word) && word >= 0 && word < this.#compare.length ? word : -1;
  }
}
