// The breakpoints and watchpoints of a session, kept in step with the machine's own. A client takes all of them away at
// every stop and sets them again before it goes on; the machine keeps those that went last, so that code which was
// compiled around them stays.
import type { Machine, Watchpoint } from '../../emulator/index.js';
import { ProtocolError } from './hexadecimal.js';
import type { Stop, StopKind } from './stop.js';

type BreakpointKind = 'software_breakpoint' | 'hardware_breakpoint';
type WatchKind = Exclude<StopKind, BreakpointKind>;

/** Told when something that is watched for happens in step `cycle`; true to stop there. */
export type StopListener = (stop: Stop, cycle: number) => boolean;

interface Breakpoint {
  readonly address: bigint;
  /** Which packets have set it; none once it is taken away. */
  readonly kinds: Set<BreakpointKind>;
  /** Of execution.ts itself, for this run only. */
  passing: boolean;
}

interface WatchedRange {
  readonly key: string;
  readonly kind: WatchKind;
  readonly address: bigint;
  readonly watchpoint: Watchpoint;
  isSet: boolean;
}

/** Points that are not set, but stay in the machine: the client may set them again. */
const idleMaximum = 32;
/** Breakpoints of a client, those among them that are not set at the moment too: the machine has 1,023 in all. */
const breakpointsMaximum = 700;

export class StopPoints {
  /** Who is told; nobody while nothing runs. */
  listener: StopListener = () => false;
  private machine: Machine | undefined;
  private readonly breakpoints = new Map<bigint, Breakpoint>();
  private readonly watched = new Map<string, WatchedRange>();
  private installed = new Set<Breakpoint | WatchedRange>();

  /** Throws ProtocolError when there are too many. */
  addBreakpoint(kind: BreakpointKind, address: bigint): void {
    if (this.breakpoints.size >= breakpointsMaximum && !this.breakpoints.has(address))
      throw new ProtocolError(`there are ${breakpointsMaximum} breakpoints already, which is the most`);
    this.breakpointAt(address).kinds.add(kind);
  }

  removeBreakpoint(kind: BreakpointKind, address: bigint): void {
    this.breakpoints.get(address)?.kinds.delete(kind);
  }

  /** Addresses at which the run to come is to stop, beside what the client has set. */
  setPassing(addresses: Iterable<bigint>): void {
    for (const breakpoint of this.breakpoints.values()) breakpoint.passing = false;
    for (const address of addresses) this.breakpointAt(address).passing = true;
  }

  /** Watches RAM at a physical address; `address` is what the client calls it. */
  addWatch(kind: WatchKind, address: bigint, physical: number, bytes: number): void {
    const key = `${kind} ${address} ${bytes}`;
    const known = this.watched.get(key);
    if (known?.watchpoint.address === physical) {
      known.isSet = true;
      return;
    }
    if (known && this.installed.delete(known)) this.uninstall(known);
    const range: WatchedRange = {
      key,
      kind,
      address,
      isSet: true,
      watchpoint: {
        address: physical,
        bytes,
        loads: kind !== 'write',
        stores: kind !== 'read',
        onAccess: ({ hart }) => range.isSet && this.listener({ kind, hart, address }, this.machine!.cycle()),
      },
    };
    this.watched.set(key, range);
  }

  removeWatch(kind: WatchKind, address: bigint, bytes: number): void {
    const range = this.watched.get(`${kind} ${address} ${bytes}`);
    if (range) range.isSet = false;
  }

  /** Takes everything away, from the machine too. */
  clear(): void {
    this.detach();
    this.breakpoints.clear();
    this.watched.clear();
  }

  /** Takes what is set out of the machine, until `attach` puts it back. */
  detach(): void {
    for (const point of this.installed) this.uninstall(point);
    this.installed.clear();
  }

  /** Puts what is set into the machine that is about to run. */
  attach(machine: Machine): void {
    if (machine !== this.machine) this.installed.clear();
    this.machine = machine;
    for (const [address, point] of this.breakpoints) {
      if (isWanted(point)) this.install(point);
      else if (!this.installed.has(point)) this.breakpoints.delete(address);
    }
    for (const range of this.watched.values()) if (range.isSet) this.install(range);
    this.dropIdle();
  }

  /** True while any memory is watched. */
  get watches(): boolean {
    return [...this.watched.values()].some((range) => range.isSet);
  }

  private breakpointAt(address: bigint): Breakpoint {
    let breakpoint = this.breakpoints.get(address);
    if (!breakpoint) {
      breakpoint = { address, kinds: new Set(), passing: false };
      this.breakpoints.set(address, breakpoint);
    }
    return breakpoint;
  }

  private install(point: Breakpoint | WatchedRange): void {
    if (this.installed.has(point)) return;
    this.installed.add(point);
    const { stops } = this.machine!;
    if ('watchpoint' in point) stops.addWatchpoint(point.watchpoint);
    else stops.setVirtualBreakpoint(point.address, (hart) => this.reached(point, hart));
  }

  private uninstall(point: Breakpoint | WatchedRange): void {
    const { stops } = this.machine!;
    if ('watchpoint' in point) stops.removeWatchpoint(point.watchpoint);
    else stops.setVirtualBreakpoint(point.address, undefined);
  }

  /** The oldest first: a set remembers the order of installation. */
  private dropIdle(): void {
    const idle = [...this.installed].filter((point) => !isWanted(point));
    for (const point of idle.slice(0, Math.max(0, idle.length - idleMaximum))) {
      this.installed.delete(point);
      this.uninstall(point);
      if ('watchpoint' in point) this.watched.delete(point.key);
      else this.breakpoints.delete(point.address);
    }
  }

  private reached(breakpoint: Breakpoint, hart: number): boolean {
    const { kinds, passing, address } = breakpoint;
    const cycle = this.machine!.cycle();
    if (passing && this.listener({ kind: 'step', hart }, cycle)) return true;
    const [kind] = kinds;
    return kinds.size > 0 && this.listener({ kind, hart, pc: address }, cycle);
  }
}

function isWanted(point: Breakpoint | WatchedRange): boolean {
  return 'watchpoint' in point ? point.isSet : point.passing || point.kinds.size > 0;
}
