// Random items about address translation: accesses and jumps into the window of random pages, and changes of its
// page-table entries.
import type { Random } from '../support/random.js';
import { anyRegister, freeRegister, rowsOfKind, temporaries, type Item } from './body.js';
import { modes, satpValue } from './harness.js';
import { codePage, pageBytes, reserved, window } from './layout.js';
import { entryAddress, randomEntry } from './translation.js';

const loadRows = rowsOfKind('load', 'float_load');
const storeRows = rowsOfKind('store', 'float_store');
const atomicRows = rowsOfKind('amo');

const csrs = { satp: 0x180, mstatus: 0x300 } as const;
const mpp = (mode: number) => BigInt(mode) << 11n;
const mprv = 1n << 17n;

/** Virtual addresses that no table maps: wrong entries, beyond the tables, and without proper sign extension. */
const unmapped = [0x4040_0000n, 0x4060_0000n, 0xc000_0000n, 0x1_4000_0000n, 1n << 39n, -1n << 12n, 1n << 62n];

/** An address near the edge of a page, from which 8 bytes end before `pages` do. */
function windowAddress(random: Random, pages: number): bigint {
  if (random.oneIn(8)) return random.pick(unmapped) + BigInt(random.below(window.edge));
  if (random.oneIn(8)) return BigInt(window.large + random.below(window.edge));
  const page = random.below(pages);
  const nearest = page === pages - 1 ? 8 : 1;
  const offset = random.oneIn(2)
    ? random.below(window.edge)
    : pageBytes - random.between(nearest, window.edge);
  const aligned = page === window.strayPage || random.oneIn(2);
  return BigInt(window.base + page * pageBytes + (aligned ? offset & ~7 : offset));
}

/** A load, store or atomic operation through the window; machine mode does it with the rights of another mode. */
export const translatedAccess: Item = ({ random, code, mode }) => {
  // With SUM, a load from a user page lets QEMU's supervisor mode execute it too: its code pages are left alone.
  const readablePages = window.dataPages + (mode === 'supervisor' ? 0 : window.codePages);
  const [rows, pages] = random.pick([
    [loadRows, readablePages],
    [storeRows, window.dataPages],
    [atomicRows, window.strayPage],
  ] as const);
  const row = random.pick(rows);
  const [rs1, rights, rd] = temporaries(random, 3);
  code.loadConstant(rs1, windowAddress(random, pages));
  if (mode === 'machine') {
    code.loadConstant(rights, mpp(modes.machine));
    code.emit('csrrc', { rs1: rights, imm: csrs.mstatus });
    const borrowed = random.pick([modes.user, modes.supervisor]);
    // The constant cannot be loaded with rights of user mode, so nothing comes between this and the access.
    code.loadConstant(rights, mprv | mpp(borrowed));
    code.emit('csrrs', { rs1: rights, imm: csrs.mstatus });
  }
  code.emit(row.name, {
    rd: row.registers.rd === 'f' ? anyRegister(random) : rd,
    rs1,
    rs2: anyRegister(random),
    imm: row.format === 'amo' ? random.below(4) : 0,
  });
  if (mode === 'machine') code.emit('csrrc', { rs1: rights, imm: csrs.mstatus });
};

/** A call of code in the window, which jumps back through x3; the trap handler does so if it cannot be fetched. */
export const translatedCall: Item = ({ random, code, mode }) => {
  if (mode === 'machine') return; // machine mode fetches untranslated
  const [rs1] = temporaries(random, 1);
  const page = window.dataPages + random.below(window.codePages);
  const entry = random.pick([codePage.jumpBack, codePage.crossing]);
  const mapped = BigInt(window.base + page * pageBytes + entry);
  const behind = code.label();
  code.loadConstant(rs1, random.oneIn(8) ? random.pick(unmapped) : mapped);
  const from = code.here;
  code.emit('auipc', { rd: reserved.resume });
  code.relative('addi', { rd: reserved.resume, rs1: reserved.resume }, from, behind);
  code.emit('jalr', { rd: freeRegister(random), rs1 });
  code.place(behind);
};

/** Gives a page of the window another entry, and fences as the architecture asks. */
export const remap: Item = ({ random, code, mode }) => {
  if (mode === 'user') return; // user mode may not fence
  const page = random.below(window.dataPages + window.codePages);
  const [entry, address] = temporaries(random, 2);
  code.loadConstant(entry, randomEntry(random, mode, page));
  code.loadAddress(address, entryAddress(page));
  code.emit('sd', { rs1: address, rs2: entry });
  if (random.oneIn(2)) return code.emit('sfence.vma');
  code.loadConstant(address, BigInt(window.base + page * pageBytes));
  code.emit('sfence.vma', { rs1: address });
};

/** Changes the address space identifier, or tries a translation mode that does not exist, which changes nothing. */
export const addressSpace: Item = ({ random, code }) => {
  const [rs1] = temporaries(random, 1);
  const value = satpValue(BigInt(random.below(0x10000)));
  const reservedMode = random.pick([1n, 2n, 5n, 7n, 11n, 15n]) << 60n;
  code.loadConstant(rs1, random.oneIn(4) ? reservedMode | (value & ((1n << 60n) - 1n)) : value);
  code.emit('csrrw', { rd: freeRegister(random), rs1, imm: csrs.satp });
  code.emit('sfence.vma');
};
