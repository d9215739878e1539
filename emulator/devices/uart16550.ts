// A 16550A serial port: byte-wide registers, receive FIFO, the interrupt causes in their priority. The
// transmitter takes no time, so it is always empty; the receiver asks the console port for a byte whenever it
// is empty. Modem lines are tied to "connected". Behaviour beyond the datasheet follows QEMU's serial port.
import type { Clock, ConsolePort, Device, InterruptLine } from './device.js';
import { StateReader, StateWriter } from './state-bytes.js';

const fifoCapacity = 16;
const fifoTriggers = [1, 4, 8, 14] as const;

/** Interrupt enable register. */
const ier = { received: 0x01, transmitEmpty: 0x02, lineStatus: 0x04 } as const;
/** Interrupt identification register; the highest priority first, 0x01 when nothing is pending. */
const iir = { lineStatus: 0x06, received: 0x04, timeout: 0x0c, transmitEmpty: 0x02, none: 0x01 } as const;
const fcr = { enable: 0x01, clearReceiver: 0x02, clearTransmitter: 0x04, kept: 0xc9 } as const;
const lcr = { divisorLatch: 0x80 } as const;
const mcr = { loop: 0x10, implemented: 0x1f } as const;
const lsr = { dataReady: 0x01, overrun: 0x02, transmitterEmpty: 0x60 } as const;
/** Carrier, data set ready and clear to send: on. */
const modemConnected = 0xb0;

/** What the serial line is connected to. */
export interface Uart16550Wiring {
  readonly clock: Clock;
  readonly console: ConsolePort;
  readonly interrupt: InterruptLine;
}

export class Uart16550 implements Device {
  readonly name = 'uart';
  readonly #wiring: Uart16550Wiring;
  readonly #fifo = new Uint8Array(fifoCapacity);
  #received = 0;
  /** The last byte that came in while the FIFO was off; it can be read again, as on the chip. */
  #holding = 0;
  #interruptEnable = 0;
  #fifoControl = 0;
  #lineControl = 0;
  #modemControl = 0;
  #scratch = 0;
  #divisor = 0;
  #overrun = false;
  /** The transmitter has become empty and nobody has taken notice yet. */
  #transmitPending = false;

  constructor(wiring: Uart16550Wiring) {
    this.#wiring = wiring;
    this.reset();
  }

  read(at: number): number {
    switch (at) {
      case 0:
        return this.#latched() ? this.#divisor & 0xff : this.#takeReceived();
      case 1:
        return this.#latched() ? this.#divisor >>> 8 : this.#interruptEnable;
      case 2:
        return this.#identify();
      case 3:
        return this.#lineControl;
      case 4:
        return this.#modemControl;
      case 5:
        return this.#lineStatus();
      case 6:
        return this.#modemStatus();
      case 7:
        return this.#scratch;
      default:
        return 0;
    }
  }

  /** An access wider than a byte reaches the one register at its offset, as in QEMU. */
  write(at: number, _size: number, value: number): void {
    const byte = value & 0xff;
    if (at === 0 && this.#latched()) this.#divisor = (this.#divisor & 0xff00) | byte;
    else if (at === 0) this.#transmit(byte);
    else if (at === 1 && this.#latched()) this.#divisor = (this.#divisor & 0xff) | (byte << 8);
    else if (at === 1) this.#enableInterrupts(byte & 0x0f);
    else if (at === 2) this.#controlFifo(byte);
    else if (at === 3) this.#lineControl = byte;
    else if (at === 4) this.#modemControl = byte & mcr.implemented;
    else if (at === 7) this.#scratch = byte;
  }

  /** Takes the next byte from the console if the receiver is empty: when a turn begins, or some device is due. */
  poll(): void {
    if (this.#received > 0 || this.#looped()) return;
    const byte = this.#wiring.console.receive(this.#wiring.clock.cycle());
    if (byte !== undefined) this.#accept(byte & 0xff);
  }

  reset(): void {
    this.#fifo.fill(0);
    this.#received = 0;
    this.#holding = 0;
    this.#interruptEnable = 0;
    this.#fifoControl = 0;
    this.#lineControl = 0;
    this.#modemControl = 0x08;
    this.#scratch = 0;
    this.#divisor = 12; // 9600 baud
    this.#overrun = false;
    this.#transmitPending = false;
    this.#drive();
  }

  save(): Uint8Array {
    const state = new StateWriter().u8(this.#received).u8(this.#holding);
    // Bytes that were read already are no state: equal states must give equal bytes.
    this.#fifo.forEach((byte, index) => state.u8(index < this.#received && this.#buffered() ? byte : 0));
    state.u8(this.#interruptEnable).u8(this.#fifoControl).u8(this.#lineControl).u8(this.#modemControl);
    return state
      .u8(this.#scratch)
      .u32(this.#divisor)
      .flag(this.#overrun)
      .flag(this.#transmitPending)
      .finish();
  }

  restore(state: Uint8Array): void {
    const reader = new StateReader(state, this.name);
    this.#received = reader.u8();
    this.#holding = reader.u8();
    for (let index = 0; index < fifoCapacity; index++) this.#fifo[index] = reader.u8();
    this.#interruptEnable = reader.u8();
    this.#fifoControl = reader.u8();
    this.#lineControl = reader.u8();
    this.#modemControl = reader.u8();
    this.#scratch = reader.u8();
    this.#divisor = reader.u32();
    this.#overrun = reader.flag();
    this.#transmitPending = reader.flag();
    reader.finish();
  }

  #latched(): boolean {
    return (this.#lineControl & lcr.divisorLatch) !== 0;
  }

  #buffered(): boolean {
    return (this.#fifoControl & fcr.enable) !== 0;
  }

  #looped(): boolean {
    return (this.#modemControl & mcr.loop) !== 0;
  }

  #takeReceived(): number {
    this.poll();
    const buffered = this.#buffered();
    const byte = buffered ? this.#fifo[0] : this.#holding;
    const empty = this.#received === 0;
    if (!empty) {
      this.#fifo.copyWithin(0, 1, this.#received);
      this.#received--;
    }
    this.#drive();
    return empty && buffered ? 0 : byte;
  }

  #accept(byte: number): void {
    if (this.#buffered()) {
      if (this.#received < fifoCapacity) this.#fifo[this.#received++] = byte;
      else this.#overrun = true;
    } else {
      if (this.#received > 0) this.#overrun = true;
      this.#holding = byte;
      this.#received = 1;
    }
    this.#drive();
  }

  #transmit(byte: number): void {
    if (this.#looped()) this.#accept(byte);
    else this.#wiring.console.transmitted(byte, this.#wiring.clock.cycle());
    this.#transmitPending = true;
    this.#drive();
  }

  /** Enabling the transmit interrupt raises it at once, since the transmitter is empty. */
  #enableInterrupts(enabled: number): void {
    const changed = enabled ^ this.#interruptEnable;
    if (changed === 0) return;
    this.#interruptEnable = enabled;
    if (changed & ier.transmitEmpty) this.#transmitPending = (enabled & ier.transmitEmpty) !== 0;
    this.#drive();
  }

  #controlFifo(value: number): void {
    const toggled = ((value ^ this.#fifoControl) & fcr.enable) !== 0;
    if (toggled || value & fcr.clearReceiver) this.#received = 0;
    if (toggled || value & fcr.clearTransmitter) this.#transmitPending = true;
    this.#fifoControl = value & fcr.kept;
    this.#drive();
  }

  /** Reading the identification takes notice of a transmit interrupt, if that is what it shows. */
  #identify(): number {
    const cause = this.#cause();
    if (cause === iir.transmitEmpty) {
      this.#transmitPending = false;
      this.#drive();
    }
    return cause | (this.#buffered() ? 0xc0 : 0);
  }

  #lineStatus(): number {
    this.poll();
    const ready = this.#received > 0 ? lsr.dataReady : 0;
    const overrun = this.#overrun ? lsr.overrun : 0;
    if (this.#overrun) {
      this.#overrun = false;
      this.#drive();
    }
    return lsr.transmitterEmpty | ready | overrun;
  }

  /** In loop mode the modem outputs (DTR, RTS, OUT1, OUT2) appear as inputs (DSR, CTS, RI, DCD). */
  #modemStatus(): number {
    if (!this.#looped()) return modemConnected;
    const output = this.#modemControl;
    return ((output & 0x0c) << 4) | ((output & 0x02) << 3) | ((output & 0x01) << 5);
  }

  /** A byte below the FIFO's trigger level would raise a timeout after four character times; here at once. */
  #cause(): number {
    const enabled = this.#interruptEnable;
    if (enabled & ier.lineStatus && this.#overrun) return iir.lineStatus;
    if (enabled & ier.received && this.#received > 0) {
      const trigger = this.#buffered() ? fifoTriggers[this.#fifoControl >>> 6] : 1;
      return this.#received >= trigger ? iir.received : iir.timeout;
    }
    if (enabled & ier.transmitEmpty && this.#transmitPending) return iir.transmitEmpty;
    return iir.none;
  }

  /**
   * Tells the interrupt controller the level. Each call that finds it high is a request of its own (see Plic), so
   * the calls are where QEMU has them: also after a read of an empty receiver, not after a write that changes nothing.
   */
  #drive(): void {
    this.#wiring.interrupt.set(this.#cause() !== iir.none);
  }
}
