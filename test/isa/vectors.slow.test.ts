// The vectors themselves, judged by QEMU where it is installed: what they expect is what it does.
import { afterAll, beforeAll, describe, it } from 'vitest';
import { encode } from '../../emulator/isa/index.js';
import { floatRegisterNames } from '../../emulator/isa/register-names.js';
import { QemuDebugger, hasQemu } from './qemu-debugger.js';
import type { Execute } from './vector-suite.js';
import { describeVectors } from './vector-suite.js';
import { DATA } from './vector.js';
import type { CsrName, Privilege, Vector } from './vector.js';
import { allVectors } from './vectors.js';
import { unless } from '../support/skipped.js';

const PRIVILEGES: readonly (Privilege | undefined)[] = ['U', 'S', undefined, 'M'];
/** Where instructions that prepare or examine the reservation stand. */
const ASIDE = 0x8000_0800n;
const MPRV = 1n << 17n;
/** CSRs that some vector sets, which the next must find as after reset. */
const RESET: readonly CsrName[] = [
  'mstatus',
  'mie',
  'mip',
  'mtvec',
  'mscratch',
  'mepc',
  'sepc',
  'mcause',
  'mtval',
];

let qemu: QemuDebugger;

async function execute(pc: bigint, word: number, registers: readonly bigint[]): Promise<void> {
  await qemu.writeMemory(pc, 4, BigInt(word));
  await qemu.writeIntegers([...registers.slice(0, 32), pc]);
  await qemu.step();
}

/** Executes lr or sc on DATA, as wide as `word`, and gives what it leaves in its destination. */
async function aside(name: 'lr' | 'sc', like: number): Promise<bigint> {
  const width = ((like >>> 12) & 7) === 2 ? 'w' : 'd';
  const word = encode(`${name}.${width}`, { rd: 5, rs1: 6, rs2: 7 });
  const registers = new Array<bigint>(32).fill(0n);
  registers[6] = DATA;
  await execute(ASIDE, word, registers);
  return (await qemu.readIntegers())[5];
}

function isReservation(word: number): boolean {
  return (word & 0x7f) === 0x2f && word >>> 28 === 1;
}

function isFloat(word: number): boolean {
  return [0x07, 0x27, 0x43, 0x47, 0x4b, 0x4f, 0x53].includes(word & 0x7f);
}

async function prepare(...[before, word]: Parameters<Execute>): Promise<void> {
  await qemu.writeRegister('priv', 3n);
  for (const name of RESET) await qemu.writeRegister(name, 0n);
  if (isFloat(word)) {
    for (const [number, name] of floatRegisterNames.entries())
      await qemu.writeRegister(name, before.f[number]);
  }
  // QEMU's sc succeeds when memory still holds what lr saw, so that must be there first.
  if (isReservation(word)) await aside('sc', word);
  await qemu.writeMemory(DATA, 8, before.memory);
  if (before.reserved) await aside('lr', word);
  for (const name of Object.keys(before.csrs) as CsrName[])
    await qemu.writeRegister(name, before.csrs[name] ?? 0n);
  await qemu.writeRegister('priv', BigInt(PRIVILEGES.indexOf(before.privilege)));
}

const executeInQemu: Execute = async (before, word, observed) => {
  await prepare(before, word, observed);
  await execute(before.pc, word, before.x);
  const integers = await qemu.readIntegers();
  const after = {
    ...before,
    x: integers.slice(0, 32),
    pc: integers[32],
    csrs: {} as Partial<Record<CsrName, bigint>>,
  };
  if (isFloat(word)) after.f = await Promise.all(floatRegisterNames.map((name) => qemu.readRegister(name)));
  for (const name of observed) after.csrs[name] = await qemu.readRegister(name);
  after.memory = await qemu.readMemory(DATA, 8);
  after.privilege = PRIVILEGES[Number(await qemu.readRegister('priv'))] ?? 'M';
  if (isReservation(word)) after.reserved = (await aside('sc', word)) === 0n;
  return after;
};

/** Why QEMU (some versions, or its debugger) does otherwise than the specification in a case; else undefined. */
function knownDifference({ name, csr, rs1, privilege, csrs = {} }: Vector): string | undefined {
  if (name === 'wfi' && privilege === undefined) return 'a step over wfi also executes the next instruction';
  if (/^csrr[sc]$/.test(name) && rs1 === 0n && csr !== 'mscratch') {
    return 'writing 0 bits of a read-only CSR from a register other than x0 does not trap';
  }
  const clearsMprv = /^[ms]ret$/.test(name) && ((csrs.mstatus ?? 0n) & MPRV) !== 0n;
  return clearsMprv ? 'before version 8, trap returns leave MPRV set' : undefined;
}

describe.skipIf(!hasQemu())(`QEMU${unless(hasQemu(), 'qemu-system-riscv64')}`, () => {
  beforeAll(async () => {
    qemu = await QemuDebugger.start();
  });
  afterAll(() => qemu.stop());

  for (const [title, vectors] of Object.entries(allVectors)) {
    describeVectors(
      title,
      vectors.filter((vector) => knownDifference(vector) === undefined),
      executeInQemu,
    );
    for (const vector of vectors) {
      const reason = knownDifference(vector);
      if (reason !== undefined) it.skip(`${vector.name}: ${reason}`);
    }
  }
});
