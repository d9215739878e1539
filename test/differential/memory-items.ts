// Random items that access memory: loads and stores at any alignment, atomics, accesses that fault, and stores into
// code about to run.
import {
  anyRegister,
  destination,
  freeRegister,
  pointer,
  rowsOfKind,
  temporaries,
  temporary,
  type Body,
  type Item,
} from './body.js';
import { computeWord } from './compute-items.js';
import { reach, reserved } from './layout.js';

const accessRows = rowsOfKind('load', 'store', 'float_load', 'float_store');
const atomicRows = rowsOfKind('amo');
const conditionalRows = rowsOfKind('store_conditional');
const reservationRows = rowsOfKind('load_reserved');

/** A load or store within scratch, half of the time where it is naturally aligned if the pointer is. */
export const access: Item = ({ random, code }) => {
  const row = random.pick(accessRows);
  const any = random.between(reach.least, reach.greatest);
  code.emit(row.name, {
    rd: destination(random, row),
    rs1: pointer(random).register,
    rs2: anyRegister(random),
    imm: random.oneIn(2) ? any & ~7 : any,
  });
};

/** Puts the address of a place in scratch into a free register: a multiple of `bytes`, unless it may be misaligned. */
function place({ random, code }: Body, bytes: number, misaligned: boolean): number {
  const { register, offset } = pointer(random);
  const any = random.between(reach.least + 8, reach.greatest);
  const aligned = Math.floor((offset + any) / bytes) * bytes - offset;
  const rd = temporary(random);
  code.emit('addi', { rd, rs1: register, imm: misaligned ? any : aligned });
  return rd;
}

/**
 * An atomic operation, at times on a misaligned address, or a store-conditional without reservation. The latter is
 * kept to good addresses: for bad ones the specification asks for an exception, and QEMU just fails it.
 */
export const atomic: Item = (body) => {
  const { random, code } = body;
  const row = random.pick(random.oneIn(4) ? conditionalRows : atomicRows);
  const bytes = 'bytes' in row.effect ? row.effect.bytes : 8;
  const rs1 = place(body, bytes, row.effect.kind === 'amo' && random.oneIn(8));
  const rs2 = anyRegister(random);
  code.emit(row.name, { rd: freeRegister(random), rs1, rs2, imm: random.below(4) });
};

/** Load-reserved and store-conditional, sometimes of another address, with computation between. The two have the
 * same width and nothing between them stores or traps: there the specification leaves success open. */
export const reservation: Item = (body) => {
  const { random, code } = body;
  const row = random.pick(reservationRows);
  const bytes = 'bytes' in row.effect ? row.effect.bytes : 8;
  const rs1 = place(body, bytes, false);
  const elsewhere = random.oneIn(4) ? place(body, bytes, false) : rs1;
  const rd = temporaries(random, 3).find((register) => register !== rs1 && register !== elsewhere)!;
  code.emit(row.name, { rd, rs1, imm: random.below(4) });
  code.emit('addi', { rd, rs1: rd, imm: random.between(-9, 9) });
  const conditional = row.name.replace('lr', 'sc');
  code.emit(conditional, { rd: freeRegister(random), rs1: elsewhere, rs2: rd, imm: random.below(4) });
};

/** Physical addresses where neither machine has anything, up to the next 4 KiB. */
const nowhere = [
  0x200n,
  0x1100_0000n,
  0x1f00_0000n,
  0x8200_0000n,
  0xf000_0000n,
  1n << 55n,
  1n << 63n,
  -0x1000n,
];

/** An aligned access there. QEMU does not report the address of a misaligned one, and raises a load access fault for
 * an atomic operation where the specification asks for a store access fault. */
export const faultingAccess: Item = ({ random, code }) => {
  const row = random.pick([...accessRows, ...reservationRows]);
  const isReservation = row.format === 'amo';
  const rs1 = temporary(random);
  code.loadConstant(rs1, random.pick(nowhere));
  code.emit(row.name, {
    rd: destination(random, row),
    rs1,
    rs2: anyRegister(random),
    imm: isReservation ? random.below(4) : random.below(0x500) & ~7,
  });
};

/** A jump to where there is nothing to fetch; the trap handler goes on at x3. */
export const faultingFetch: Item = ({ random, code }) => {
  const [rs1, behind] = [temporary(random), code.label()];
  code.loadConstant(rs1, random.pick(nowhere));
  const from = code.here;
  code.emit('auipc', { rd: reserved.resume });
  code.relative('addi', { rd: reserved.resume, rs1: reserved.resume }, from, behind);
  code.emit('jalr', { rd: freeRegister(random), rs1, imm: random.below(0x500) });
  code.place(behind);
};

/** Overwrites an instruction further on, which must then run in its new form. */
export const patch: Item = ({ random, code }) => {
  const target = code.label();
  const [word, address] = temporaries(random, 2);
  code.loadConstant(word, BigInt(computeWord(random)));
  const from = code.here;
  code.emit('auipc', { rd: address });
  code.relative('addi', { rd: address, rs1: address }, from, target);
  code.emit('sw', { rs1: address, rs2: word });
  code.emit('fence.i');
  for (let i = random.below(3); i > 0; i--) code.raw(computeWord(random), 4);
  code.place(target);
  code.raw(computeWord(random), 4);
};

/** An instruction further on and a word that is none change places, each time this is executed. */
export const alternate: Item = ({ random, code }) => {
  const [other, target] = [code.label(), code.label()];
  const [here, there, first, second] = temporaries(random, 4);
  const addressOf = (rd: number, label: typeof other): void => {
    const from = code.here;
    code.emit('auipc', { rd });
    code.relative('addi', { rd, rs1: rd }, from, label);
  };
  addressOf(here, target);
  addressOf(there, other);
  code.emit('lwu', { rd: first, rs1: here });
  code.emit('lwu', { rd: second, rs1: there });
  code.emit('sw', { rs1: there, rs2: first });
  code.emit('sw', { rs1: here, rs2: second });
  if (random.oneIn(2)) code.emit('fence.i');
  code.jump('jal', {}, target);
  code.place(other);
  code.raw(computeWord(random), 4);
  code.place(target);
  code.raw(computeWord(random), 4);
};
