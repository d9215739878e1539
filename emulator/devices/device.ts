// What a device is to the bus, and what a device may see of the machine. Nothing else: no device holds the machine.

/** A memory-mapped device. Offsets are bytes from its base; values are unsigned 32-bit numbers. */
export interface Device {
  readonly name: string;
  /** `size` is 1, 2 or 4 bytes, the offset is a multiple of it. Offsets that hold no register read as 0. */
  read(offset: number, size: number): number;
  /** Writes to offsets that hold no register are ignored. */
  write(offset: number, size: number, value: number): void;
  /** Back to the power-on state. */
  reset(): void;
  /** The whole architectural state, for snapshots and for the digest: equal states give equal bytes. */
  save(): Uint8Array;
  /** Drives the pins of harts, but no wire to the PLIC: what that has latched is its own state. */
  restore(state: Uint8Array): void;
  /** The next cycle at which `tick` must be called; Infinity when none is. */
  deadline?(): number;
  /** Called when the machine's clock has reached `deadline()`. */
  tick?(): void;
}

/** The machine's one clock, in cycles (see ARCHITECTURE.md): exact also in the middle of a turn. */
export interface Clock {
  cycle(): number;
}

/**
 * A wire to an interrupt controller or to a hart's pending bits. The PLIC counts every time its wire is driven high as
 * a request, also when it was high before; to a hart's pending bit, setting the level it has is harmless.
 */
export interface InterruptLine {
  set(level: boolean): void;
}

/** Guest RAM as a device's DMA sees it. Addresses are physical, in bytes. */
export interface GuestMemory {
  /** True when [address, address + length) lies in RAM. */
  contains(address: number, length: number): boolean;
  /** A view of RAM for reading; valid until the call returns to the machine. */
  read(address: number, length: number): Uint8Array;
  /** Copies bytes into RAM; translations of code held there are dropped. */
  write(address: number, bytes: Uint8Array): void;
}

/** Where typed characters come from, and where printed ones go: the machine's only door to people. */
export interface ConsolePort {
  /** The next byte for the receiver, or undefined when none is ready at this cycle. */
  receive(cycle: number): number | undefined;
  /** A byte left the transmitter at this cycle. */
  transmitted(byte: number, cycle: number): void;
}

/** What leaves a device as an event of the trace; the machine passes it to its observer. */
export interface DeviceObserver {
  diskRequested?(sector: number, bytes: number, write: boolean): void;
}
