// One access at a time through a hart's address translation, and what came of it.
import { ramBase } from '../../emulator/index.js';
import { BareMachine } from './bare-machine.js';
import { PageTables, full } from './page-tables.js';

/** Where the tables are, two frames to map, and an address that nothing else maps. */
const root = ramBase + 0x10000;
export const page = ramBase + 0x4000;
export const otherPage = ramBase + 0x6000;
export const va = 0x4000_3000n;

export type Kind = 'load' | 'store' | 'fetch' | 'amo' | 'lr' | 'sc';
const faults = { load: 13n, store: 15n, fetch: 12n, amo: 15n, lr: 13n, sc: 15n } as const;

/** A machine with one instruction of each kind, an identity mapping of its own code, and nothing else mapped. */
export class Prober {
  readonly bare = new BareMachine(`
    load: ld a1, 0(a0)
    store: sd a2, 0(a0)
    fetch: jr a0
    amo: amoadd.d a1, a2, (a0)
    lr: lr.d a1, (a0)
    sc: sc.d a1, a2, (a0)
    .org 0x100
    machine: j machine`);
  readonly tables = new PageTables(this.bare.machine, root);

  constructor(codeFlags: number = full) {
    this.tables.map(BigInt(ramBase), ramBase, codeFlags, 2);
    this.bare.machine.ram.write(page, Uint8Array.of(0x13, 0, 0, 0, 0x13, 0, 0, 0));
    this.hart.write('mtvec', BigInt(this.bare.label('machine')));
    this.hart.write('satp', this.tables.satp);
  }

  get hart() {
    return this.bare.machine.harts[0];
  }

  /** One access; 'done', or the fault's cause and value. */
  access(kind: Kind, address = va, mode: 0 | 1 | 3 = 1, mstatus = 0n): string {
    const { hart } = this;
    hart.write('mode', BigInt(mode));
    hart.write('mstatus', (hart.read('mstatus') & (15n << 32n)) | mstatus);
    hart.write('pc', BigInt(this.bare.label(kind)));
    hart.write('reserved_address', kind === 'sc' ? address : BigInt.asUintN(64, -1n));
    hart.setRegister(10, address);
    this.bare.step(kind === 'fetch' ? 2 : 1);
    if (hart.read('pc') !== BigInt(this.bare.label('machine'))) return 'done';
    return `${hart.read('mcause')} at 0x${hart.read('mtval').toString(16)}`;
  }

  /** The host changes translations behind the hart's back: as after sfence.vma. */
  flush(): void {
    const { hart } = this;
    const stub = ramBase + 0x200;
    this.bare.machine.ram.write(stub, Uint8Array.of(0x73, 0, 0, 0x12));
    hart.write('mode', 3n);
    hart.write('pc', BigInt(stub));
    this.bare.step();
  }
}

/** What `access` returns for a page fault. */
export const fault = (kind: Kind, address = va): string => `${faults[kind]} at 0x${address.toString(16)}`;
export const kinds: readonly Kind[] = ['load', 'store', 'fetch', 'amo', 'lr', 'sc'];
