// The virtio-mmio transport with one queue, in its modern and its legacy form: registers, queue set-up, notify,
// and completion a fixed number of cycles later. What the requests mean is the backend's business.
import type { Clock, Device, GuestMemory, InterruptLine } from './device.js';
import { StateReader, StateWriter } from './state-bytes.js';
import {
  virtioIdentity as identity,
  virtioInterrupt as interrupt,
  virtioRegister as register,
  virtioStatus as statusBit,
  type VirtioVersion,
} from './virtio-registers.js';
import { queueSizeMaximum, VirtioQueueSetup } from './virtio-queue-setup.js';
import { Virtqueue, VirtqueueError, type Chain } from './virtqueue.js';

/** VIRTIO_F_VERSION_1, bit 32 of the features. */
const version1Feature = 1;

/** A kind of virtio device, behind any transport. */
export interface VirtioBackend {
  readonly deviceId: number;
  /** Feature bits 31..0 it offers. */
  readonly features: number;
  /** Its configuration space; drivers can only read it. */
  readonly config: Uint8Array;
  /** A request was notified; it will be performed later. A VirtqueueError if it cannot be understood. */
  announce(chain: Chain): void;
  /** Carries a request out and returns how many bytes it wrote to RAM. A VirtqueueError as above. */
  perform(chain: Chain): number;
}

/** What a virtio transport is connected to, whichever device is behind it. */
export interface VirtioMmioWiring {
  readonly version: VirtioVersion;
  readonly clock: Clock;
  readonly memory: GuestMemory;
  readonly interrupt: InterruptLine;
  /** Cycles from a notify to the completion of its requests. */
  readonly latencyCycles: number;
}

interface PendingRequest {
  readonly head: number;
  /** The cycle at which it completes. */
  readonly due: number;
}

export class VirtioMmio implements Device {
  /** Some driver has read the version since power-on. */
  sawDriver = false;
  /** Some driver has set up the queue since power-on. A kernel that ends with this false wants the other version. */
  queueConfigured = false;
  readonly #wiring: VirtioMmioWiring;
  readonly #backend: VirtioBackend;
  readonly #modern: boolean;
  #status = 0;
  #interruptStatus = 0;
  #deviceFeaturesSelect = 0;
  #driverFeaturesSelect = 0;
  readonly #driverFeatures = new Uint32Array(2);
  #queueSelect = 0;
  readonly #queueSetup: VirtioQueueSetup;
  #queue: Virtqueue | undefined;
  /** In the order of their cycles. */
  #pending: PendingRequest[] = [];

  constructor(
    readonly name: string,
    backend: VirtioBackend,
    wiring: VirtioMmioWiring,
  ) {
    this.#backend = backend;
    this.#wiring = wiring;
    this.#modern = wiring.version === 'modern';
    this.#queueSetup = new VirtioQueueSetup(wiring.version);
  }

  read(at: number, size: number): number {
    if (at >= register.config) return this.#readConfig(at - register.config, size);
    if (size !== 4) return 0; // QEMU logs a guest error and does the same
    switch (at) {
      case register.magicValue:
        return identity.magic;
      case register.version:
        this.sawDriver = true;
        return identity.version[this.#wiring.version];
      case register.deviceId:
        return this.#backend.deviceId;
      case register.vendorId:
        return identity.vendor;
      case register.deviceFeatures:
        return this.#offered(this.#deviceFeaturesSelect);
      case register.queueSizeMaximum:
        return this.#queueSelect === 0 ? queueSizeMaximum : 0;
      case register.legacyQueuePageNumber:
        return this.#queueSelect === 0 ? this.#queueSetup.pageNumber : 0;
      case register.queueReady:
        return this.#modern && this.#queueSelect === 0 && this.#queue !== undefined ? 1 : 0;
      case register.interruptStatus:
        return this.#interruptStatus;
      case register.status:
        return this.#status;
      default:
        return 0;
    }
  }

  write(at: number, size: number, value: number): void {
    if (size !== 4) return;
    switch (at) {
      case register.deviceFeaturesSelect:
        this.#deviceFeaturesSelect = value;
        break;
      case register.driverFeatures:
        // Features that were not offered are dropped, as in QEMU; FEATURES_OK never fails.
        if (this.#driverFeaturesSelect < 2) {
          this.#driverFeatures[this.#driverFeaturesSelect] =
            value & this.#offered(this.#driverFeaturesSelect);
        }
        break;
      case register.driverFeaturesSelect:
        this.#driverFeaturesSelect = value;
        break;
      case register.queueSelect:
        this.#queueSelect = value;
        break;
      case register.queueNotify:
        if (value === 0) this.#notify();
        break;
      case register.interruptAcknowledge:
        this.#interruptStatus &= ~value;
        this.#drive();
        break;
      case register.status:
        this.#setStatus(value & 0xff);
        break;
      default:
        if (this.#queueSelect === 0) this.#writeQueue(at, value);
    }
  }

  /** Power-on state. What is on the disk stays there. */
  reset(): void {
    this.#resetByDriver();
    this.sawDriver = false;
    this.queueConfigured = false;
  }

  save(): Uint8Array {
    const state = new StateWriter().flag(this.sawDriver).flag(this.queueConfigured);
    state.u32(this.#status).u32(this.#interruptStatus);
    state.u32(this.#deviceFeaturesSelect).u32(this.#driverFeaturesSelect).words(this.#driverFeatures);
    this.#queueSetup.save(state.u32(this.#queueSelect));
    state.flag(this.#queue !== undefined);
    if (this.#queue !== undefined) {
      const { size, descriptors, available, used } = this.#queue.layout;
      state.u32(size).wide(descriptors).wide(available).wide(used);
      state.u32(this.#queue.nextAvailable).u32(this.#queue.nextUsed);
    }
    state.u32(this.#pending.length);
    for (const { head, due } of this.#pending) state.u32(head).wide(due);
    return state.finish();
  }

  restore(state: Uint8Array): void {
    const reader = new StateReader(state, this.name);
    this.sawDriver = reader.flag();
    this.queueConfigured = reader.flag();
    this.#status = reader.u32();
    this.#interruptStatus = reader.u32();
    this.#deviceFeaturesSelect = reader.u32();
    this.#driverFeaturesSelect = reader.u32();
    reader.words(this.#driverFeatures);
    this.#queueSelect = reader.u32();
    this.#queueSetup.restore(reader);
    this.#queue = reader.flag() ? this.#restoreQueue(reader) : undefined;
    this.#pending = Array.from({ length: reader.u32() }, () => ({ head: reader.u32(), due: reader.wide() }));
    reader.finish();
  }

  deadline(): number {
    return this.#pending.length > 0 ? this.#pending[0].due : Infinity;
  }

  /** Completes the requests whose cycle has come. */
  tick(): void {
    const now = this.#wiring.clock.cycle();
    while (this.#pending.length > 0 && this.#pending[0].due <= now) {
      const { head } = this.#pending.shift()!;
      this.#guarded((queue) => {
        const written = this.#backend.perform(queue.chain(head));
        if (queue.giveBack(head, written)) this.#request(interrupt.usedBuffer);
      });
    }
  }

  #restoreQueue(reader: StateReader): Virtqueue {
    const layout = {
      size: reader.u32(),
      descriptors: reader.wide(),
      available: reader.wide(),
      used: reader.wide(),
    };
    const queue = new Virtqueue(this.#wiring.memory, layout);
    queue.nextAvailable = reader.u32();
    queue.nextUsed = reader.u32();
    return queue;
  }

  #offered(select: number): number {
    if (select === 0) return this.#backend.features;
    return select === 1 && this.#modern ? version1Feature : 0;
  }

  #readConfig(at: number, size: number): number {
    let value = 0;
    for (let byte = size - 1; byte >= 0; byte--) value = value * 256 + (this.#backend.config[at + byte] ?? 0);
    return value;
  }

  /** A queue starts when the driver says that it is ready, or, legacy, where it is. */
  #writeQueue(at: number, value: number): void {
    this.#queueSetup.write(at, value);
    if (at === register.queueReady && this.#modern) this.#startQueue((value & 1) === 1);
    if (at === register.legacyQueuePageNumber && !this.#modern) this.#startQueue(value !== 0);
  }

  #startQueue(ready: boolean): void {
    this.#pending = [];
    this.#queue = ready ? new Virtqueue(this.#wiring.memory, this.#queueSetup.layout()) : undefined;
    if (ready) this.queueConfigured = true;
  }

  #notify(): void {
    if (this.#status & statusBit.needsReset) return;
    const due = this.#wiring.clock.cycle() + this.#wiring.latencyCycles;
    this.#guarded((queue) => {
      for (const head of queue.takeHeads()) {
        this.#backend.announce(queue.chain(head));
        this.#pending.push({ head, due });
      }
    });
  }

  /** Runs `use` on the queue, if it is set up; a driver's error stops the device until it is reset. */
  #guarded(use: (queue: Virtqueue) => void): void {
    if (this.#queue === undefined) return;
    try {
      use(this.#queue);
    } catch (error) {
      if (!(error instanceof VirtqueueError)) throw error;
      this.#pending = [];
      this.#status |= statusBit.needsReset;
      this.#request(interrupt.configuration);
    }
  }

  #setStatus(value: number): void {
    if (value === 0) this.#resetByDriver();
    else this.#status = value | (this.#status & statusBit.needsReset);
  }

  #resetByDriver(): void {
    this.#status = 0;
    this.#interruptStatus = 0;
    this.#deviceFeaturesSelect = 0;
    this.#driverFeaturesSelect = 0;
    this.#driverFeatures.fill(0);
    this.#queueSelect = 0;
    this.#queueSetup.reset();
    this.#queue = undefined;
    this.#pending = [];
    this.#drive();
  }

  #request(reason: number): void {
    this.#interruptStatus |= reason;
    this.#drive();
  }

  /** A high level is a request each time it is driven (see Plic): only an event or an acknowledgement drives it. */
  #drive(): void {
    this.#wiring.interrupt.set(this.#interruptStatus !== 0);
  }
}
