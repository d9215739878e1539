// Probes on physical instruction addresses. A probed slot's handler appends the registers its row names, then runs the
// handler that was there. Rows live in linear memory, 32 bytes each:
//   bytes 4-8 register numbers, 10-11 the real handler, 12-13 number of the probe, 14 whether to append a record
import type { MemoryLayout } from '../memory-layout.js';
import type { Probe } from '../watch.js';

const rowBytes = 32;

export class ProbeTable {
  private readonly bytes: Uint8Array;
  private readonly rowOf = new Map<number, { address: number; probe: Probe }>();

  constructor(
    memory: WebAssembly.Memory,
    private readonly layout: MemoryLayout,
  ) {
    this.bytes = new Uint8Array(memory.buffer);
  }

  add(probe: Probe): void {
    if (this.rowOf.has(probe.address)) throw new Error(`two probes at 0x${probe.address.toString(16)}`);
    const index = this.rowOf.size;
    if (index >= this.layout.probeTableEntries) throw new Error('the probe table is full');
    const address = this.layout.probeTable + index * rowBytes;
    for (let field = 0; field < 5; field++) this.bytes[address + 4 + field] = probe.registers[field] ?? 0;
    this.bytes[address + 12] = probe.id & 0xff;
    this.bytes[address + 13] = probe.id >> 8;
    this.bytes[address + 14] = probe.record ? 1 : 0;
    this.rowOf.set(probe.address, { address, probe });
  }

  /** True when any address of [from, to) is probed. */
  anyIn(from: number, to: number): boolean {
    for (let address = from; address < to; address += 2) if (this.rowOf.has(address)) return true;
    return false;
  }

  /** True when the address is probed; remembers the handler that the probe stands before. */
  intercept(physical: number, handler: number): boolean {
    const row = this.rowOf.get(physical);
    if (!row) return false;
    this.bytes[row.address + 10] = handler & 0xff;
    this.bytes[row.address + 11] = handler >> 8;
    return true;
  }

  /** A probe is about to fire: tells its owner and returns its row's address. */
  hit(physical: number, hart: number): number {
    const row = this.rowOf.get(physical)!;
    row.probe.onHit?.(hart);
    return row.address;
  }
}
