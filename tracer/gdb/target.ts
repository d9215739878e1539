// What a client debugs: the harts of a replay as threads, their registers and memory, and where they are to stop.
import { hex } from '../../text/index.js';
import { hartState, type HartState } from './hart-state.js';
import { Execution, type Interrupted } from './execution.js';
import { ProtocolError } from './hexadecimal.js';
import { coreRegisterValues, expeditedRegisters, registerValue, targetDescription } from './registers.js';
import { readVirtual, translateBy, type Translate } from '../moment/index.js';
import type { Replayer } from '../replay/index.js';
import type { Resumption } from './resumption.js';
import type { Stop, StopKind } from './stop.js';
import { StopPoints } from './stop-points.js';

export class Target {
  readonly description = targetDescription;
  /** Addresses that the client gives are physical ones. */
  physicalAddresses = false;
  private readonly points = new StopPoints();
  private readonly execution: Execution;

  /**
   * @param replay at the position where the first client finds it
   * @param refused called when a client tries to change memory or registers
   */
  constructor(
    readonly replay: Replayer,
    readonly refused: () => void,
  ) {
    this.execution = new Execution(replay, this.points);
  }

  /** Number of harts. */
  get harts(): number {
    return this.replay.machine.harts.length;
  }

  /** The ELF file the client reads symbols from. */
  get kernelPath(): string {
    return this.replay.kernel.path;
  }

  /** Where the replay is, without having run. */
  present(): Stop {
    return this.execution.present();
  }

  /** Runs as the client asks until something stops it. */
  resume(wanted: Resumption, interrupted: Interrupted): Promise<Stop> {
    return this.execution.resume(wanted, interrupted);
  }

  coreRegisters(hart: number): string {
    return coreRegisterValues(this.replay.machine, hart);
  }

  /** By gdb's number; undefined when there is none. */
  register(hart: number, number: number): string | undefined {
    return registerValue(this.replay.machine, hart, number);
  }

  expeditedRegisters(hart: number): string {
    return expeditedRegisters(this.replay.machine, hart);
  }

  /** Up to `length` bytes at an address of a hart; fewer, where the rest cannot be read. */
  readMemory(hart: number, address: bigint, length: number): Uint8Array {
    return readVirtual(this.replay.machine, this.translation(hart), address, length);
  }

  /** A sentence about a hart: its process and mode. */
  describeHart(hart: number): string {
    return this.stateOf(hart).words;
  }

  stateOf(hart: number): HartState {
    return hartState(this.replay.machine, this.replay.kernel.profile.processes, hart);
  }

  /** Throws ProtocolError for memory that cannot be watched. */
  addStop(kind: StopKind, address: bigint, length: number, hart: number): void {
    if (kind === 'software_breakpoint' || kind === 'hardware_breakpoint')
      return this.points.addBreakpoint(kind, address);
    const { machine } = this.replay;
    const physical = this.translation(hart)(address);
    const last = this.translation(hart)(address + BigInt(Math.max(0, length - 1)));
    if (length === 0 || physical === undefined || !machine.ram.contains(physical, length))
      throw new ProtocolError(`${hex(address)} is not in RAM now, so that it cannot be watched`);
    if (last !== physical + length - 1)
      throw new ProtocolError('what is watched must lie in frames that follow each other');
    this.points.addWatch(kind, address, physical, length);
  }

  removeStop(kind: StopKind, address: bigint, length: number): void {
    if (kind === 'software_breakpoint' || kind === 'hardware_breakpoint')
      this.points.removeBreakpoint(kind, address);
    else this.points.removeWatch(kind, address, length);
  }

  /** Makes room for breakpoints of others; those of the client come back when it runs the machine. */
  setStopsAside(): void {
    this.points.detach();
  }

  removeAllStops(): void {
    this.points.clear();
  }

  /**
   * By the hart's own page table; where that maps nothing, by that of the process it runs, since a kernel with a table
   * of its own maps no user memory; and at last as the kernel maps RAM, to itself, also while a program runs.
   */
  translation(hart: number): Translate {
    if (this.physicalAddresses) return Number;
    const { machine } = this.replay;
    const { start, end } = machine.ramRange;
    const root = this.stateOf(hart).process?.root ?? 0;
    return (address) => {
      const mapped =
        machine.translate(hart, address) ?? (root === 0 ? undefined : translateBy(machine, root, address));
      if (mapped !== undefined) return mapped;
      return address >= start && address < end ? Number(address) : undefined;
    };
  }
}
