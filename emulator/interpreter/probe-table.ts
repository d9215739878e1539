// Probes on instruction addresses. A probed slot's handler appends the registers its row names, then runs the handler
// that was there, which the decoded page remembers. Rows live in linear memory, 32 bytes each:
//   bytes 4-8 register numbers, 12-13 number of the probe, 14 whether to append a record
import { pageBytes, type MemoryLayout } from '../memory-layout.js';
import type { Probe } from '../watch.js';

const rowBytes = 32;
const offsetMask = pageBytes - 1;

/** Called at each hit with the hart's number; true to stop before the instruction executes. */
export type BreakpointHit = (hart: number) => boolean;

/** What is at a probed address: a probe, a breakpoint, or both. */
interface Row {
  /** In linear memory. */
  readonly address: number;
  probe?: Probe | undefined;
  breakpoint?: BreakpointHit | undefined;
}

export class ProbeTable {
  private readonly bytes: Uint8Array;
  private readonly rowOf = new Map<number, Row>();
  private readonly unused: number[] = [];
  /** Breakpoints in whichever frame, by offset in the page. */
  private readonly inEveryFrame = new Map<number, BreakpointHit>();
  /** A row that asks for nothing: that of breakpoints without one. */
  private readonly emptyRow: number;

  constructor(
    memory: WebAssembly.Memory,
    private readonly layout: MemoryLayout,
  ) {
    this.bytes = new Uint8Array(memory.buffer);
    this.emptyRow = layout.probeTable + (layout.probeTableEntries - 1) * rowBytes;
  }

  add(probe: Probe): void {
    const row = this.rowAt(probe.address);
    if (row.probe) throw new Error(`two probes at 0x${probe.address.toString(16)}`);
    row.probe = probe;
    for (let field = 0; field < 5; field++) this.bytes[row.address + 4 + field] = probe.registers[field] ?? 0;
    this.bytes[row.address + 12] = probe.id & 0xff;
    this.bytes[row.address + 13] = probe.id >> 8;
    this.bytes[row.address + 14] = probe.record ? 1 : 0;
  }

  /** Sets the breakpoint of a physical address, or takes it away. */
  setBreakpoint(physical: number, hit: BreakpointHit | undefined): void {
    const row = this.rowAt(physical);
    row.breakpoint = hit;
    if (hit || row.probe) return;
    this.rowOf.delete(physical);
    this.unused.push(row.address);
  }

  /** Sets the breakpoint of an offset in a page, whichever page it is, or takes it away. */
  setBreakpointInEveryFrame(offset: number, hit: BreakpointHit | undefined): void {
    if (hit) this.inEveryFrame.set(offset, hit);
    else this.inEveryFrame.delete(offset);
  }

  /** True when any address of [from, to) is probed. */
  anyIn(from: number, to: number): boolean {
    for (let address = from; address < to; address += 2) if (this.isProbed(address)) return true;
    return false;
  }

  isProbed(physical: number): boolean {
    return this.rowOf.has(physical) || this.inEveryFrame.has(physical & offsetMask);
  }

  /** The probe at an address; undefined where a run may stop. */
  at(physical: number): Probe | undefined {
    const row = this.rowOf.get(physical);
    return row?.breakpoint || this.inEveryFrame.has(physical & offsetMask) ? undefined : row?.probe;
  }

  /** A probe is about to fire: tells its owners and returns its row's address; 0 to stop before the instruction. */
  hit(physical: number, hart: number): number {
    const row = this.rowOf.get(physical);
    if (row?.breakpoint?.(hart) || this.inEveryFrame.get(physical & offsetMask)?.(hart)) return 0;
    row?.probe?.onHit?.(hart);
    return row?.address ?? this.emptyRow;
  }

  private rowAt(physical: number): Row {
    let row = this.rowOf.get(physical);
    if (row) return row;
    if (this.rowOf.size >= this.layout.probeTableEntries - 1) throw new Error('the probe table is full');
    row = { address: this.unused.pop() ?? this.layout.probeTable + this.rowOf.size * rowBytes };
    this.bytes.fill(0, row.address, row.address + rowBytes);
    this.rowOf.set(physical, row);
    return row;
  }
}
