// Random items that compute: integer and floating-point operations, compressed ones, constants.
import { decode, encode, instructions, type Decoded } from '../../emulator/isa/index.js';
import { immediates } from '../../emulator/isa/fields.js';
import type { FloatFormat, Instruction } from '../../emulator/isa/instruction.js';
import type { Random } from '../support/random.js';
import { hardOperands } from '../float/operands.js';
import { anyRegister, destination, freeRegister, rowsOfKind, temporary, type Item } from './body.js';
import { isFree, reach, reserved } from './layout.js';

const computeRows = rowsOfKind('compute');
const floatRows = rowsOfKind('float');

function randomImmediate(random: Random, row: Instruction): number {
  const [minimum, maximum, step] = immediates[row.format].range;
  const small = random.oneIn(3) ? random.between(-4, 4) * step : NaN;
  if (small >= minimum && small <= maximum) return small;
  return minimum + random.below((maximum - minimum) / step + 1) * step;
}

/** The word of a random integer operation that leaves the reserved registers alone. */
export function computeWord(random: Random): number {
  const row = random.pick(computeRows);
  return encode(row.name, {
    rd: freeRegister(random),
    rs1: anyRegister(random),
    rs2: anyRegister(random),
    imm: randomImmediate(random, row),
  });
}

export const compute: Item = ({ random, code }) => code.raw(computeWord(random), 4);

/** A register is set to an integer on which arithmetic likes to fail. */
export const constant: Item = ({ random, code }) => {
  code.loadConstant(temporary(random), hardOperands(random, ['x'])[0]);
};

/** A floating-point operation in any rounding mode, reserved ones included; sometimes on fresh hard operands. */
export const float: Item = ({ random, code }) => {
  const row = random.pick(floatRows);
  const operands = {
    rd: destination(random, row),
    rs1: anyRegister(random),
    rs2: anyRegister(random),
    rs3: anyRegister(random),
    imm: random.oneIn(20) ? random.between(5, 6) : random.pick([0, 1, 2, 3, 4, 7, 7, 7]),
  };
  if (random.oneIn(2)) {
    const format: FloatFormat = row.effect.kind === 'float' ? row.effect.format : 'd';
    const images = hardOperands(random, [format, format, format]);
    const sources = [
      [row.registers.rs1, operands.rs1],
      [row.registers.rs2, operands.rs2],
      [row.registers.rs3, operands.rs3],
    ] as const;
    sources.forEach(([file, register], i) => {
      if (file !== 'f') return;
      const through = temporary(random);
      code.loadConstant(through, images[i]);
      code.emit('fmv.d.x', { rd: register, rs1: through });
    });
  }
  code.emit(row.name, operands);
};

/** Any compressed encoding that neither jumps nor touches what it must not. */
export const compressed: Item = ({ random, code }) => {
  for (;;) {
    const halfword = random.next32() & 0xffff;
    if ((halfword & 3) === 3) continue;
    const decoded = decode(halfword);
    if (decoded !== undefined && !isHarmless(decoded)) continue;
    code.raw(halfword, 2);
    return;
  }
};

function isHarmless({ instruction, rd, rs1, imm }: Decoded): boolean {
  const stays = instruction.registers.rd !== 'x' || isFree(rd);
  switch (instruction.effect.kind) {
    case 'compute':
    case 'system':
      return stays;
    case 'load':
    case 'store':
    case 'float_load':
    case 'float_store': {
      const isPointer = rs1 === reserved.stack || rs1 === reserved.base || rs1 === reserved.oddBase;
      return stays && isPointer && imm <= reach.greatest;
    }
    default:
      return false;
  }
}

/** An encoding that is no instruction. */
export const illegal: Item = ({ random, code }) => {
  for (;;) {
    // Half of the time a legal instruction with a bit flipped, which decoders confuse most easily.
    const { match } = random.pick(instructions);
    const word = random.oneIn(2) ? (match ^ (1 << random.between(2, 31))) >>> 0 : random.next32();
    if (decode(word) !== undefined) continue;
    code.raw(word, (word & 3) === 3 ? 4 : 2);
    return;
  }
};
