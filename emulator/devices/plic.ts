// Platform-level interrupt controller, laid out as in QEMU's `virt` (RISC-V PLIC specification 1.0): sources 1 to
// 95, two contexts per hart (machine, then supervisor). Drives MEIP and SEIP. Where QEMU departs from the
// specification, so does this: kernels are tried there, and some depend on it.
import type { Device, InterruptLine } from './device.js';
import { StateReader, StateWriter } from './state-bytes.js';

/** Source numbers end below this; 0 means "no interrupt". */
export const plicSources = 96;
const sourceWords = plicSources / 32;
/** Priorities and thresholds have three bits. */
const priorityMask = 7;

const offset = { pending: 0x1000, enable: 0x2000, context: 0x20_0000 } as const;
const stride = { enable: 0x80, context: 0x1000 } as const;
const threshold = 0;
const claim = 4;

/** The pins the PLIC drives, one of each kind a hart. */
export interface PlicWiring {
  /** MEIP of each hart. */
  readonly machine: readonly InterruptLine[];
  /** SEIP of each hart. */
  readonly supervisor: readonly InterruptLine[];
}

export class Plic implements Device {
  readonly name = 'plic';
  /** Context by context: machine and supervisor of hart 0, then of hart 1, … */
  readonly #lines: readonly InterruptLine[];
  readonly #priority = new Uint32Array(plicSources);
  /** Bit sets over sources, 32 a word: what waits, what a hart is serving. */
  readonly #pending = new Uint32Array(sourceWords);
  readonly #claimed = new Uint32Array(sourceWords);
  /** A bit set per context. */
  readonly #enable: Uint32Array;
  readonly #threshold: Uint32Array;

  constructor({ machine, supervisor }: PlicWiring) {
    this.#lines = machine.flatMap((line, hart) => [line, supervisor[hart]]);
    this.#enable = new Uint32Array(sourceWords * this.#lines.length);
    this.#threshold = new Uint32Array(this.#lines.length);
    this.reset();
  }

  /** The wire on which a device requests interrupts; `source` is 1 to 95. */
  source(source: number): InterruptLine {
    return { set: (level) => this.#setLevel(source, level) };
  }

  read(at: number): number {
    if (at < offset.pending) return this.#priority[at / 4] ?? 0;
    if (at < offset.enable) return this.#pending[(at - offset.pending) / 4] ?? 0;
    if (at < offset.context) {
      const word = this.#enableWordOf(at);
      return word >= 0 ? this.#enable[word] : 0;
    }
    const context = Math.floor((at - offset.context) / stride.context);
    const register = (at - offset.context) % stride.context;
    if (context >= this.#lines.length) return 0;
    if (register === threshold) return this.#threshold[context];
    return register === claim ? this.#claim(context) : 0;
  }

  write(at: number, _size: number, value: number): void {
    if (at < offset.pending) this.#setPriority(at / 4, value);
    else if (at >= offset.enable && at < offset.context) this.#setEnable(this.#enableWordOf(at), value);
    else if (at >= offset.context) {
      const context = Math.floor((at - offset.context) / stride.context);
      const register = (at - offset.context) % stride.context;
      if (context >= this.#lines.length) return;
      if (register === threshold) this.#threshold[context] = value & priorityMask;
      else if (register === claim) this.#complete(value);
    }
    this.#drive();
  }

  reset(): void {
    this.#priority.fill(0);
    this.#pending.fill(0);
    this.#claimed.fill(0);
    this.#enable.fill(0);
    this.#threshold.fill(0);
    this.#drive();
  }

  save(): Uint8Array {
    const state = new StateWriter().words(this.#priority).words(this.#pending);
    return state.words(this.#claimed).words(this.#enable).words(this.#threshold).finish();
  }

  restore(state: Uint8Array): void {
    const reader = new StateReader(state, this.name);
    reader.words(this.#priority);
    reader.words(this.#pending);
    reader.words(this.#claimed);
    reader.words(this.#enable);
    reader.words(this.#threshold);
    reader.finish();
    this.#drive();
  }

  /**
   * The gateway of a source: every time a device drives its wire high is a request, which a falling level does not
   * withdraw. A wire that merely stays high after completion is none: kernels that never read the UART's
   * identification register would be interrupted for ever by its empty transmitter. (The specification samples the
   * level at completion.)
   */
  #setLevel(source: number, level: boolean): void {
    const word = source >>> 5;
    const bit = 1 << (source & 31);
    if (!level) return;
    this.#pending[word] |= bit;
    this.#drive();
  }

  #setPriority(source: number, value: number): void {
    if (source > 0 && source < plicSources) this.#priority[source] = value & priorityMask;
  }

  #setEnable(word: number, value: number): void {
    if (word >= 0) this.#enable[word] = word % sourceWords === 0 ? value & ~1 : value; // there is no source 0
  }

  /** The index into `#enable` of the word at `at`, or -1. */
  #enableWordOf(at: number): number {
    const context = Math.floor((at - offset.enable) / stride.enable);
    const word = ((at - offset.enable) % stride.enable) / 4;
    return context < this.#lines.length && word < sourceWords ? context * sourceWords + word : -1;
  }

  /** QEMU gives no source at or below the threshold; by the specification the claim would not look at it. */
  #claim(context: number): number {
    const source = this.#best(context);
    if (source === 0) return 0;
    const bit = 1 << (source & 31);
    this.#pending[source >>> 5] &= ~bit;
    this.#claimed[source >>> 5] |= bit;
    this.#drive();
    return source;
  }

  /** QEMU takes it from any context; by the specification only from one that enables the source. */
  #complete(source: number): void {
    if (source < plicSources) this.#claimed[source >>> 5] &= ~(1 << (source & 31));
  }

  /** The enabled, pending source of the highest priority above the threshold, the lowest number among equals; or 0. */
  #best(context: number): number {
    let best = 0;
    let bestPriority = this.#threshold[context];
    for (let word = 0; word < sourceWords; word++) {
      let candidates =
        this.#pending[word] & ~this.#claimed[word] & this.#enable[context * sourceWords + word];
      while (candidates !== 0) {
        const source = 32 * word + 31 - Math.clz32(candidates & -candidates);
        candidates &= candidates - 1;
        if (this.#priority[source] > bestPriority) {
          best = source;
          bestPriority = this.#priority[source];
        }
      }
    }
    return best;
  }

  #drive(): void {
    for (let context = 0; context < this.#lines.length; context++) {
      this.#lines[context].set(this.#best(context) !== 0);
    }
  }
}
