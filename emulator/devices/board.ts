// All devices of the machine, wired to each other, to the harts' interrupt pins and to the bus. Composition only.
import { attachAll, Bus } from './bus.js';
import { Clint } from './clint.js';
import type { Clock, ConsolePort, Device, DeviceObserver, GuestMemory, InterruptLine } from './device.js';
import type { DiskImage } from './disk-image.js';
import { Finisher, type FinisherOutcome } from './finisher.js';
import { GoldfishRtc } from './goldfish-rtc.js';
import { interruptSource } from './address-map.js';
import { PciEmpty } from './pci-empty.js';
import { Plic } from './plic.js';
import { Uart16550 } from './uart16550.js';
import { virtioBlock } from './virtio-block.js';
import { VirtioEmptySlot } from './virtio-empty-slot.js';
import type { VirtioMmio } from './virtio-mmio.js';
import type { VirtioVersion } from './virtio-registers.js';

/** The bits of `mip` that devices drive, for one hart. */
export interface HartPins {
  readonly machineSoftware: InterruptLine;
  readonly machineTimer: InterruptLine;
  readonly machineExternal: InterruptLine;
  readonly supervisorExternal: InterruptLine;
}

/** What the board is connected to: the harts’ pins, the clock, RAM, the console and the disk. */
export interface BoardWiring {
  /** 1 to 8. */
  readonly harts: readonly HartPins[];
  readonly clock: Clock;
  readonly memory: GuestMemory;
  readonly console: ConsolePort;
  /** Without one, the disk's slot is empty. */
  readonly disk?: DiskImage;
  readonly virtioVersion: VirtioVersion;
  readonly finished: (outcome: FinisherOutcome) => void;
  readonly observer?: DeviceObserver;
  /** Cycles per unit of mtime; 10 by default. */
  readonly cyclesPerTick?: number;
  /** Cycles from a disk request's notify to its completion. */
  readonly diskLatencyCycles: number;
}

export class Board {
  readonly bus: Bus;
  readonly clint: Clint;
  readonly plic: Plic;
  readonly uart: Uart16550;
  readonly #rtc: GoldfishRtc;
  /** The transport of the disk; undefined without a disk. */
  readonly disk: VirtioMmio | undefined;
  /** Every device once, in the order of the address map: what snapshots and digests walk. */
  readonly devices: readonly Device[];

  constructor(wiring: BoardWiring) {
    const { harts, clock, console, cyclesPerTick, virtioVersion } = wiring;
    this.clint = new Clint({
      clock,
      software: harts.map((pins) => pins.machineSoftware),
      timer: harts.map((pins) => pins.machineTimer),
      ...(cyclesPerTick !== undefined && { cyclesPerTick }),
    });
    this.plic = new Plic({
      machine: harts.map((pins) => pins.machineExternal),
      supervisor: harts.map((pins) => pins.supervisorExternal),
    });
    this.uart = new Uart16550({ clock, console, interrupt: this.plic.source(interruptSource.uart) });
    this.#rtc = new GoldfishRtc({
      clock,
      interrupt: this.plic.source(interruptSource.rtc),
      ...(cyclesPerTick !== undefined && { cyclesPerTick }),
    });
    this.disk = createDisk(wiring, this.plic.source(interruptSource.virtio0));
    const emptySlot = (name: string) => new VirtioEmptySlot(name, virtioVersion);
    const attachments = attachAll({
      finisher: new Finisher(wiring.finished),
      rtc: this.#rtc,
      clint: this.clint,
      plic: this.plic,
      uart: this.uart,
      virtio0: this.disk ?? emptySlot('virtio0'),
      virtio1: emptySlot('virtio1'),
      virtio2: emptySlot('virtio2'),
      virtio3: emptySlot('virtio3'),
      virtio4: emptySlot('virtio4'),
      virtio5: emptySlot('virtio5'),
      virtio6: emptySlot('virtio6'),
      virtio7: emptySlot('virtio7'),
      pci: new PciEmpty('pci'),
    });
    this.bus = new Bus(attachments);
    this.devices = attachments.map((attachment) => attachment.device);
  }

  /** The next cycle at which `tick` must be called; Infinity when no device waits for one. */
  deadline(): number {
    const { clint, disk } = this;
    return Math.min(clint.deadline(), this.#rtc.deadline(), disk?.deadline() ?? Infinity);
  }

  /** Lets every device catch up with the clock. */
  tick(): void {
    this.clint.tick();
    this.uart.poll();
    this.#rtc.tick();
    this.disk?.tick();
  }

  /** Power-on state, disk content aside. */
  reset(): void {
    for (const device of this.devices) device.reset();
  }
}

function createDisk(wiring: BoardWiring, interrupt: InterruptLine): VirtioMmio | undefined {
  const { clock, memory, disk, observer, virtioVersion: version, diskLatencyCycles: latencyCycles } = wiring;
  if (disk === undefined) return undefined;
  return virtioBlock({
    version,
    clock,
    memory,
    interrupt,
    disk,
    latencyCycles,
    ...(observer !== undefined && { observer }),
  });
}
