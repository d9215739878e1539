// The instructions of F and D that compute, as the tests of emulator/isa/float name them: the mnemonic, and what
// `floatOperation` calls it.
import type { FloatFormat, FloatOperation } from '../../emulator/isa/instruction.js';

export interface FloatInstruction {
  readonly mnemonic: string;
  readonly operation: FloatOperation;
  readonly format: FloatFormat;
  /** What the source registers hold; operands that the instruction lacks are not listed. */
  readonly operands: readonly ('x' | FloatFormat)[];
}

const operandCounts: readonly (readonly [FloatOperation, number])[] = [
  ['add', 2],
  ['sub', 2],
  ['mul', 2],
  ['div', 2],
  ['sqrt', 1],
  ['madd', 3],
  ['msub', 3],
  ['nmsub', 3],
  ['nmadd', 3],
  ['sgnj', 2],
  ['sgnjn', 2],
  ['sgnjx', 2],
  ['min', 2],
  ['max', 2],
  ['eq', 2],
  ['lt', 2],
  ['le', 2],
  ['class', 1],
];

function ofFormat(format: FloatFormat): FloatInstruction[] {
  const instruction = (mnemonic: string, operation: FloatOperation, operands: ('x' | FloatFormat)[]) => ({
    mnemonic,
    operation,
    format,
    operands,
  });
  return [
    ...operandCounts.map(([operation, count]) =>
      instruction(`f${operation}.${format}`, operation, Array<FloatFormat>(count).fill(format)),
    ),
    ...(['w', 'wu', 'l', 'lu'] as const).flatMap((integer) => [
      instruction(`fcvt.${integer}.${format}`, `to_${integer}`, [format]),
      instruction(`fcvt.${format}.${integer}`, `from_${integer}`, ['x']),
    ]),
    instruction(`fmv.x.${format === 's' ? 'w' : 'd'}`, 'move_to_x', [format]),
    instruction(`fmv.${format === 's' ? 'w' : 'd'}.x`, 'move_from_x', ['x']),
  ];
}

export const floatInstructions: readonly FloatInstruction[] = [
  ...ofFormat('s'),
  ...ofFormat('d'),
  { mnemonic: 'fcvt.s.d', operation: 'to_s', format: 's', operands: ['d'] },
  { mnemonic: 'fcvt.d.s', operation: 'to_d', format: 'd', operands: ['s'] },
];
