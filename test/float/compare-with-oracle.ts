// The comparison that the fast and the slow test share: random hard cases of one instruction in all five rounding
// modes, ours against the oracle's.
import { floatOperation, lastFlags } from '../../emulator/isa/float/index.js';
import { Random } from '../support/random.js';
import type { FloatInstruction } from './instructions.js';
import { hardOperands } from './operands.js';
import type { Oracle, OracleCase } from './oracle.js';

/** Descriptions of the first few disagreements; empty when there are none. */
export function disagreements(
  oracle: Oracle,
  instruction: FloatInstruction,
  seed: number,
  count: number,
): string[] {
  const random = new Random(seed);
  const cases: OracleCase[] = [];
  for (let i = 0; i < count; i++) {
    const operands = hardOperands(random, instruction.operands);
    for (let rounding = 0; rounding < 5; rounding++) cases.push({ rounding, operands });
  }
  const expected = oracle.judge(instruction.mnemonic, cases);
  const found: string[] = [];
  cases.forEach(({ rounding, operands }, i) => {
    const [a, b = 0n, c = 0n] = operands;
    const image = floatOperation(instruction.operation, instruction.format, rounding, a, b, c);
    if (image === expected[i].image && lastFlags() === expected[i].flags) return;
    found.push(
      `${instruction.mnemonic} ${operands.map(hex).join(' ')} rounding ${rounding} (seed ${seed}): ` +
        `got ${hex(image)} flags ${lastFlags()}, expected ${hex(expected[i].image)} flags ${expected[i].flags}`,
    );
  });
  return found.slice(0, 5);
}

function hex(value: bigint): string {
  return `0x${value.toString(16).padStart(16, '0')}`;
}
