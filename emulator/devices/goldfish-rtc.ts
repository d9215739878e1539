// The real-time clock of QEMU's `virt` machine (Google's goldfish RTC): nanoseconds since 1970, and one alarm. Its date
// is the same in every run, since a run is a function of its inputs: it starts at 2020-01-01 and goes with the cycles.
import type { Clock, Device, InterruptLine } from './device.js';
import { StateReader, StateWriter } from './state-bytes.js';

const offset = {
  timeLow: 0x00,
  timeHigh: 0x04,
  alarmLow: 0x08,
  alarmHigh: 0x0c,
  interruptEnabled: 0x10,
  clearAlarm: 0x14,
  alarmStatus: 0x18,
  clearInterrupt: 0x1c,
} as const;

const powerOnSeconds = 1_577_836_800n;
const nanosecondsPerSecond = 1_000_000_000n;
/** A unit of mtime: 10 MHz. */
const nanosecondsPerTick = 100n;

/** What the clock is connected to. */
export interface GoldfishRtcWiring {
  readonly clock: Clock;
  readonly interrupt: InterruptLine;
  /** Cycles of the machine's clock per unit of mtime; 10 by default. */
  readonly cyclesPerTick?: number;
}

export class GoldfishRtc implements Device {
  readonly name = 'rtc';
  readonly #clock: Clock;
  readonly #interrupt: InterruptLine;
  readonly #cyclesPerTick: bigint;
  /** What software has added to the time, in nanoseconds modulo 2^64. */
  #added = 0n;
  /** High half of the time as it was when the low one was read. */
  #latched = 0;
  #alarm = 0n;
  #running = false;
  #enabled = false;
  #pending = false;
  #level = false;
  #deadline = Infinity;

  constructor({ clock, interrupt, cyclesPerTick = 10 }: GoldfishRtcWiring) {
    this.#clock = clock;
    this.#interrupt = interrupt;
    this.#cyclesPerTick = BigInt(cyclesPerTick);
  }

  read(at: number): number {
    switch (at) {
      case offset.timeLow: {
        const time = this.#time();
        this.#latched = high(time);
        return low(time);
      }
      case offset.timeHigh:
        return this.#latched;
      case offset.alarmLow:
        return low(this.#alarm);
      case offset.alarmHigh:
        return high(this.#alarm);
      case offset.interruptEnabled:
        return this.#enabled ? 1 : 0;
      case offset.alarmStatus:
        return this.#running ? 1 : 0;
      default:
        return 0;
    }
  }

  write(at: number, _size: number, value: number): void {
    const time = this.#time();
    if (at === offset.timeLow) this.#setTime(time, joined(high(time), value));
    else if (at === offset.timeHigh) this.#setTime(time, joined(value, low(time)));
    else if (at === offset.alarmHigh) this.#alarm = joined(value, low(this.#alarm));
    else if (at === offset.alarmLow) {
      this.#alarm = joined(high(this.#alarm), value);
      this.#running = true;
    } else if (at === offset.interruptEnabled) this.#enabled = (value & 1) === 1;
    else if (at === offset.clearAlarm) this.#running = false;
    else if (at === offset.clearInterrupt) this.#pending = false;
    else return;
    this.tick();
  }

  reset(): void {
    this.#added = 0n;
    this.#latched = 0;
    this.#alarm = 0n;
    this.#running = this.#enabled = this.#pending = false;
    this.tick();
  }

  /** Nothing while it is as it was at power-on: a kernel that never touches it has the digest of a machine without. */
  save(): Uint8Array {
    const flags = [this.#running, this.#enabled, this.#pending];
    if (this.#added === 0n && this.#alarm === 0n && this.#latched === 0 && !flags.includes(true))
      return new Uint8Array();
    const state = new StateWriter().u32(low(this.#added)).u32(high(this.#added)).u32(this.#latched);
    state.u32(low(this.#alarm)).u32(high(this.#alarm));
    for (const flag of flags) state.flag(flag);
    return state.finish();
  }

  /** The clock must show the snapshot's cycle already. */
  restore(state: Uint8Array): void {
    this.#level = false;
    if (state.length === 0) return this.reset();
    const reader = new StateReader(state, this.name);
    const wide = (): bigint => {
      const lower = reader.u32();
      return joined(reader.u32(), lower);
    };
    this.#added = wide();
    this.#latched = reader.u32();
    this.#alarm = wide();
    this.#running = reader.flag();
    this.#enabled = reader.flag();
    this.#pending = reader.flag();
    reader.finish();
    this.#level = this.#pending && this.#enabled;
    this.#deadline = this.#alarmCycle();
  }

  deadline(): number {
    return this.#deadline;
  }

  /** Rings the alarm when it is due, and drives the wire where its level has changed. */
  tick(): void {
    if (this.#running && this.#alarm <= this.#time()) {
      this.#running = false;
      this.#pending = true;
    }
    this.#deadline = this.#alarmCycle();
    const level = this.#pending && this.#enabled;
    if (level !== this.#level) this.#interrupt.set((this.#level = level));
  }

  #time(): bigint {
    const elapsed = (BigInt(this.#clock.cycle()) * nanosecondsPerTick) / this.#cyclesPerTick;
    return BigInt.asUintN(64, powerOnSeconds * nanosecondsPerSecond + elapsed + this.#added);
  }

  #setTime(before: bigint, after: bigint): void {
    this.#added = BigInt.asUintN(64, this.#added + after - before);
  }

  /** The first cycle at which the time is the alarm's. */
  #alarmCycle(): number {
    if (!this.#running) return Infinity;
    const started = powerOnSeconds * nanosecondsPerSecond + this.#added;
    const elapsed = (this.#alarm - BigInt.asUintN(64, started)) * this.#cyclesPerTick;
    const cycle = Number((elapsed + nanosecondsPerTick - 1n) / nanosecondsPerTick);
    return cycle <= Number.MAX_SAFE_INTEGER ? cycle : Infinity;
  }
}

const low = (value: bigint): number => Number(value & 0xffff_ffffn);
const high = (value: bigint): number => Number((value >> 32n) & 0xffff_ffffn);

function joined(upper: number, lower: number): bigint {
  return (BigInt(upper >>> 0) << 32n) | BigInt(lower >>> 0);
}
