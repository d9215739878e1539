// The machine: harts, devices, RAM and the clock, composed. It decides nothing but the order of turns and deadlines.
import { instantiateCore, type CoreHost, type CoreInstance } from './core.js';
import { Board } from './devices/board.js';
import { diskObserver, observedPort } from './device-records.js';
import type { Clock, ConsolePort, Device } from './devices/device.js';
import { DiskImage } from './devices/disk-image.js';
import type { FinisherOutcome } from './devices/finisher.js';
import type { EngineOptions } from './engine.js';
import { Ram } from './guest-memory.js';
import { Hart } from './hart/hart.js';
import { hostFunctions, type HostParts } from './host-functions.js';
import { pinsOf } from './hart/pins.js';
import { LoopTable } from './idioms/loop-table.js';
import { CodeCache } from './interpreter/code-cache.js';
import { ProbeTable } from './interpreter/probe-table.js';
import type { BootImage, MachineConfiguration } from './machine-configuration.js';
import { powerOn } from './power-on.js';
import { regionsFor, type Regions } from './jit/regions.js';
import { control, linearMemory, memoryLayout, ramBase, type MemoryLayout } from './memory-layout.js';
import { TranslationBuffers } from './mmu/translation-buffers.js';
import { EventRing } from './ring/event-ring.js';
import { RoundRobin } from './schedule/round-robin.js';
import { Turn } from './schedule/turn.js';
import { SliceClock } from './slice-clock.js';
import { Stops } from './stops.js';
import { stateDigest } from './snapshot/digest.js';
import { restoreState, saveState } from './snapshot/machine-state.js';
import { Pages } from './snapshot/pages.js';
import { Watch } from './watch.js';

/**
 * Why `run` returned: the cycle asked for was reached, the console port asked for it, the guest ended the machine, or
 * every hart waits for an interrupt that nothing will raise.
 */
export type StopReason = 'limit' | 'requested' | 'finished' | 'deadlock';

/** Cycles per unit of mtime. */
export const cyclesPerTimeUnit = 10;

export class Machine implements Clock {
  readonly harts: readonly Hart[];
  readonly ram: Ram;
  readonly ring: EventRing;
  readonly watch: Watch;
  /** Where a debugger wants `run` to return. */
  readonly stops: Stops;
  /** RAM and disk, as snapshots see them. */
  readonly pages: Pages;
  /** How the guest ended the machine, once it has. */
  outcome: FinisherOutcome | undefined;
  private readonly layout: MemoryLayout;
  private readonly core: CoreInstance;
  private readonly regions: Regions | undefined;
  private readonly board: Board;
  private readonly disk: DiskImage;
  private readonly schedule: RoundRobin;
  private readonly controls: DataView;
  private readonly clock: SliceClock;
  /** A field that begins as no integer stays a double: V8 would compile the loop anew when it grows beyond 2^31. */
  private cycles = NaN;
  private inSlice = false;
  private readonly turn: Turn;
  private current: Hart;
  private stopRequested = false;
  /** Devices are to be served at this cycle whatever they say: they were when the state was saved. */
  private isDue = false;

  constructor(
    readonly configuration: MachineConfiguration,
    image: BootImage,
    private readonly port: ConsolePort,
    engine: EngineOptions = {},
  ) {
    this.cycles = 0;
    this.layout = memoryLayout(configuration);
    const memory = linearMemory(this.layout);
    this.controls = new DataView(memory.buffer);
    this.clock = new SliceClock(memory);
    const numbers = Array.from({ length: configuration.harts }, (_, number) => number);
    this.harts = numbers.map((number) => new Hart(memory, this.layout.hartBase, number));
    this.current = this.harts[0];
    const buffers = new TranslationBuffers(memory, this.layout);
    const probes = new ProbeTable(memory, this.layout);
    const loops = new LoopTable(memory, this.layout, engine.loopsAtOnce);
    const code = new CodeCache(memory, this.layout, buffers, probes, loops);
    const ram = (this.ram = new Ram(memory, this.layout, code, buffers));
    this.ring = new EventRing(memory, this.layout);
    this.watch = new Watch(memory, this.layout, probes, code, buffers, this.ring);
    this.stops = new Stops(memory, this.layout, {
      ...{ probes, code, buffers, hart: () => this.current, requestStop: () => this.requestStop() },
    });
    const disk = (this.disk = new DiskImage(image.disk));
    this.schedule = new RoundRobin(configuration.harts);
    this.turn = new Turn(configuration.turnCycles);
    this.board = this.makeBoard(memory);
    this.core = instantiateCore(memory, this.hostFunctions({ memory, code, probes, buffers }));
    this.ring.connect(this.core.append);
    this.regions = regionsFor(engine, memory, this.layout, code, this.core);
    const { layout, core } = this;
    this.pages = new Pages({ memory, layout, core, ram, disk, initialDisk: image.disk, buffers });
    powerOn({ configuration, image, ram, harts: this.harts, code });
  }

  /** The present cycle, exact also while a device is accessed in the middle of a slice. */
  cycle(): number {
    return this.inSlice ? this.clock.now() : this.cycles;
  }

  /** True once a driver has set up the disk's queue: until then the virtio version may be the wrong one. */
  get diskConfigured(): boolean {
    return this.board.disk!.queueConfigured;
  }

  /** True once a driver has looked at the disk. */
  get diskProbed(): boolean {
    return this.board.disk!.sawDriver;
  }

  /** Makes `run` return at the next instruction boundary: for the console port and stops, at a cycle of the guest's. */
  requestStop(): void {
    this.stopRequested = true;
    this.controls.setInt32(control.leave, 1, true);
  }

  /** Number of the hart that has the turn or, between turns, had the last: exact for step `cycle()` after `settle`. */
  get currentHart(): number {
    return this.current.number;
  }

  /**
   * Does what is due before step `cycle()`, without executing it: completes disk requests, drives timers, begins the
   * next turn. False when all harts wait. `run` goes on as if it had not been called.
   */
  settle(): boolean {
    if (this.outcome) return false;
    this.serveDeadlines();
    return this.turn.left > 0 || this.beginTurn();
  }

  /** Physical address a hart's load would read in its present mode; undefined where it would fault. Has no effect. */
  translate(hart: number, address: bigint): number | undefined {
    const physical = this.core.peek(this.harts[hart].base, address);
    return physical === -1n ? undefined : Number(physical);
  }

  /** Physical addresses of RAM: first byte, and the first behind it. */
  get ramRange(): { start: number; end: number } {
    return { start: ramBase, end: ramBase + this.configuration.memoryBytes };
  }

  /** All devices, in the order of the address map. */
  get devices(): readonly Device[] {
    return this.board.devices;
  }

  /** Content of the disk as the guest has left it. */
  get diskBytes(): Uint8Array {
    return this.disk.bytes;
  }

  /** Runs until the cycle is reached or something stops it. Records are handed out as the ring fills and at the end. */
  run(until: number): StopReason {
    this.turn.goOn();
    try {
      for (;;) {
        if (this.ring.isFull) this.ring.drain();
        if (this.outcome) return 'finished';
        if (this.stopRequested) {
          this.stopRequested = false;
          return 'requested';
        }
        if (this.cycles >= until) return 'limit';
        const deadline = this.serveDeadlines();
        if (this.turn.left === 0 && !this.stopRequested && !this.beginTurn()) {
          if (deadline === Infinity) return 'deadlock';
          this.cycles = Math.min(deadline, until);
          continue;
        }
        if (this.stopRequested) continue;
        const reach = this.turn.reach(this.regions?.settled ?? Infinity);
        this.runSlice(Math.min(reach, deadline - this.cycles, until - this.cycles));
      }
    } finally {
      this.ring.drain();
    }
  }

  /** Digest of the architectural state; see ARCHITECTURE.md for what it covers. */
  digest(): string {
    return stateDigest({
      ...{ core: this.core, memory: this.controls.buffer, layout: this.layout },
      harts: this.harts,
      devices: this.devices,
      disk: this.disk.bytes,
      schedule: [this.cycles, this.turn.left, this.schedule.position],
    });
  }

  /** The state without RAM and disk, whose changes `pages` has. Between calls of `run`. */
  saveState(): Uint8Array {
    const { cycles: cycle, outcome, schedule } = this;
    const isDue = this.isDue || this.board.deadline() <= cycle;
    const turn = { turnLeft: this.turn.left, hart: this.current.number, schedule: schedule.position };
    return saveState({ cycle, isDue, outcome, ...turn }, this);
  }

  /**
   * Puts the machine into a state that was saved, of an equal machine, after the caller has written its pages. Probes,
   * watches and stops stay. What observers derived from events is theirs to forget. TLBs stay: they go by the values of
   * satp and mstatus, and writing a page has made them forget what was read from it.
   */
  restoreState(state: Uint8Array): void {
    restoreState(state, this, ({ cycle, turnLeft, hart, schedule, isDue, outcome }) => {
      Object.assign(this, { cycles: cycle, isDue, outcome, stopRequested: false });
      this.turn.restore(turnLeft);
      this.current = this.harts[hart];
      this.schedule.position = schedule;
      this.clock.set(cycle, 1);
    });
    this.controls.setInt32(control.hart, this.current.base, true);
    this.watch.relearn(this.harts.map((one) => one.pageTable));
  }

  /** Wakes what is due now; the cycle at which something is due next. */
  private serveDeadlines(): number {
    this.clock.set(this.cycles, 1);
    if (this.isDue || this.board.deadline() <= this.cycles) this.board.tick();
    this.isDue = false;
    let next = this.board.deadline();
    const time = Math.floor(this.cycles / cyclesPerTimeUnit);
    for (const hart of this.harts) next = Math.min(next, hart.updateTimer(time) * cyclesPerTimeUnit);
    return next;
  }

  private beginTurn(): boolean {
    this.board.uart.poll();
    const last = this.schedule.position;
    const next = this.schedule.next((hart) => this.harts[hart].sleeps());
    if (next === undefined) return false;
    this.current = this.harts[next];
    this.turn.begin(next === last && !this.stops.onTurn);
    return this.stops.turnBegins(next);
  }

  private runSlice(budget: number): void {
    this.regions?.sample(this.current.base);
    this.clock.set(this.cycles, budget, budget > this.turn.left);
    this.inSlice = true;
    const left = this.core.run(this.current.base, budget);
    this.inSlice = false;
    this.cycles += budget - left;
    this.turn.pass(budget - left);
    if (this.current.sleeps()) this.turn.end();
    if (this.turn.left === 0) this.current.dropReservation();
  }

  private makeBoard(memory: WebAssembly.Memory): Board {
    const records = { ring: this.ring, memory, hart: () => this.current };
    return new Board({
      harts: this.harts.map(pinsOf),
      clock: this,
      memory: this.stops.forDevices(this.ram),
      console: observedPort(this.port, records),
      disk: this.disk,
      virtioVersion: this.configuration.virtioVersion,
      diskLatencyCycles: this.configuration.diskLatencyCycles,
      cyclesPerTick: cyclesPerTimeUnit,
      observer: diskObserver(records),
      finished: (outcome) => {
        this.outcome = outcome;
      },
    });
  }

  private hostFunctions(parts: Pick<HostParts, 'memory' | 'code' | 'probes' | 'buffers'>): CoreHost {
    const { watch, stops, board } = this;
    return hostFunctions({
      ...{ ...parts, watch, stops, bus: board.bus },
      currentHart: () => this.current.number,
      stop: () => (this.stopRequested = true),
    });
  }
}
