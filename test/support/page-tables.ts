// Sv39 page tables that a test writes into a machine's RAM, entry by entry.
import type { Machine } from '../../emulator/index.js';

export const pte = { v: 1, r: 2, w: 4, x: 8, u: 16, g: 32, a: 64, d: 128 } as const;
/** Valid, readable, writable, executable, accessed and dirty. */
export const full = pte.v | pte.r | pte.w | pte.x | pte.a | pte.d;

export class PageTables {
  private nextTable: number;

  /** @param root physical address of the root table; further tables are taken from the pages behind it */
  constructor(
    private readonly machine: Machine,
    private readonly root: number,
  ) {
    this.nextTable = root + 4096;
  }

  /** Value of satp that selects these tables. */
  get satp(): bigint {
    return (8n << 60n) | BigInt(this.root / 4096);
  }

  /** Physical address of the entry for `va` in the table of `level` (2 is the root); makes the tables above it. */
  entryAddress(va: bigint, level = 0): number {
    let table = this.root;
    for (let above = 2; above > level; above--) {
      const at = table + 8 * indexOf(va, above);
      const entry = this.read(at);
      if (entry === 0n) {
        this.write(at, (BigInt(this.nextTable / 4096) << 10n) | BigInt(pte.v));
        this.nextTable += 4096;
      }
      table = Number(this.read(at) >> 10n) * 4096;
    }
    return table + 8 * indexOf(va, level);
  }

  /** Maps a page (level 0), 2 MiB (level 1) or 1 GiB (level 2) with the given flags. */
  map(va: bigint, pa: number, flags: number, level = 0): void {
    this.write(this.entryAddress(va, level), (BigInt(Math.floor(pa / 4096)) << 10n) | BigInt(flags));
  }

  /** The entry for `va` as it is now. */
  entry(va: bigint, level = 0): bigint {
    return this.read(this.entryAddress(va, level));
  }

  read(at: number): bigint {
    const bytes = this.machine.ram.read(at, 8);
    return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  }

  write(at: number, value: bigint): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, value, true);
    this.machine.ram.write(at, bytes);
  }
}

function indexOf(va: bigint, level: number): number {
  return Number((va >> BigInt(12 + 9 * level)) & 511n);
}
