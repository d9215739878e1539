// The interpreter and the constant back end agree on random words of every row and on every compressed encoding.
// Both read the same rows, so this judges the back ends, decoding of operands and lengths; not the rows.
import { describe, expect, it } from 'vitest';
import { decode, disassemble, instructions } from '../../emulator/isa/index.js';
import type { Decoded, Instruction } from '../../emulator/isa/index.js';
import { Random } from '../support/random.js';
import { executeOnMachine } from '../support/vector-machine.js';
import { executeByReference } from './reference.js';
import type { MachineState } from './vector-suite.js';
import { DATA, PC } from './vector.js';

const FS_DIRTY = 3n << 13n;
const CORNERS = [
  0n,
  1n,
  -1n,
  1n << 31n,
  1n << 63n,
  (1n << 31n) - 1n,
  (1n << 63n) - 1n,
  -1n << 31n,
  31n,
  64n,
  0x7ff8n << 48n,
];

const random = new Random(3);

function value(): bigint {
  return random.oneIn(2)
    ? BigInt.asUintN(64, random.pick(CORNERS))
    : random.next64() >> BigInt(random.below(64));
}

/** Bytes of the effect's access to memory, 0 where it has none. */
function accessBytes({ instruction: { effect } }: Decoded): number {
  return 'bytes' in effect ? effect.bytes : 0;
}

/** System instructions and CSRs need a hart: the vectors cover them. */
function needsHart({ effect }: Instruction): boolean {
  return effect.kind === 'system' || effect.kind === 'csr';
}

/** Reserved rounding modes trap, and x0 cannot hold an address of ours. */
function comparable({ instruction, rs1, imm }: Decoded): boolean {
  const { effect, format } = instruction;
  const rounds = format === 'r4' || format === 'rm' || format === 'rm1';
  if (rounds && (imm === 5 || imm === 6)) return false;
  return !needsHart(instruction) && !('bytes' in effect && rs1 === 0);
}

/** A random state in which the word's access, if any, lies in the doubleword at DATA. */
function stateFor(decoded: Decoded): MachineState {
  const x = Array.from({ length: 32 }, (_, number) => (number === 0 ? 0n : value()));
  const f = Array.from({ length: 32 }, () =>
    random.oneIn(2) ? value() : (0xffff_ffffn << 32n) | (value() >> 32n),
  );
  const bytes = accessBytes(decoded);
  if (bytes > 0) {
    const offset = decoded.instruction.format === 'amo' ? 0 : decoded.imm;
    // A reservation is on the first word: whether it covers the second is the implementation's choice.
    const conditional = decoded.instruction.effect.kind === 'store_conditional';
    const place = conditional ? 0 : bytes * random.below(8 / bytes);
    x[decoded.rs1] = BigInt.asUintN(64, DATA + BigInt(place - offset));
  }
  const reserved = decoded.instruction.extension === 'A' && random.oneIn(2);
  const csrs = { mstatus: FS_DIRTY, frm: BigInt(random.below(5)) };
  return { pc: PC, x, f, memory: value(), reserved, privilege: 'M', csrs };
}

const execute = executeOnMachine();

async function judge(word: number, decoded: Decoded): Promise<void> {
  const before = stateFor(decoded);
  const wanted = await executeByReference(structuredClone(before), word, []);
  const flags = wanted.csrs.fflags ?? 0n;
  const after = await execute(before, word, ['fflags']);
  expect(after, `0x${word.toString(16)} ${disassemble(word)}`).toEqual({
    ...wanted,
    csrs: { fflags: flags },
  });
}

const rows = instructions.filter((row) => !needsHart(row));

describe('the interpreter and the constant back end agree', () => {
  it.each(rows.map((row) => [row.name, row] as const))('on %s', async (_, { match, mask }) => {
    for (let i = 0; i < 40; i++) {
      const word = ((random.next32() & ~mask) | match) >>> 0;
      const decoded = decode(word);
      expect(decoded).toBeDefined();
      if (decoded !== undefined && comparable(decoded)) await judge(word, decoded);
    }
  });

  it('on compressed words', async () => {
    let judged = 0;
    for (let halfword = random.below(7); halfword < 0x10000; halfword += 1 + random.below(13)) {
      const decoded = decode(halfword);
      if (decoded === undefined || decoded.length !== 2 || !comparable(decoded)) continue;
      await judge(halfword, decoded);
      judged++;
    }
    expect(judged).toBeGreaterThan(5000);
  });
});
