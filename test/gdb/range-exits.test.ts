// Where control can leave a line that is stepped through: nothing that leads out may be missing, or the step runs on.
import { describe, expect, it } from 'vitest';
import { rangeExits } from '../../tracer/gdb/range-exits.js';
import { BareMachine } from '../support/bare-machine.js';

/** Exits of the part from label `low` to label `high`, after the vectors were set, as labels where there is one. */
function exitsOf(text: string): (string | bigint)[] | undefined {
  const { machine, program } = new BareMachine(text).runTo('low');
  const [low, high] = ['low', 'high'].map((label) => BigInt(program.labels.get(label)!));
  const names = new Map([...program.labels].map(([name, address]) => [BigInt(address), name]));
  return rangeExits({ low, high }, machine, 0)
    ?.map((address) => names.get(address) ?? address)
    .sort();
}

const vectors = `
  la t0, vector
  csrw stvec, t0
  csrw mtvec, t0
  j low
  vector: nop
`;

describe('the exits of a range', () => {
  it('are what follows it, and the trap vectors', () => {
    expect(exitsOf(`${vectors} low: addi a0, a0, 1\n addi a0, a0, 2\n high: nop`)).toEqual([
      'high',
      'vector',
    ]);
  });

  it('are what branches and jumps lead to outside, and not inside', () => {
    const text = `${vectors} low: beqz a0, out\n inside: bnez a1, inside\n j far\n high: nop\n out: nop\n far: nop`;
    expect(exitsOf(text)).toEqual(['far', 'high', 'out', 'vector']);
  });

  it('are instructions whose targets only their execution tells', () => {
    const text = `${vectors} low: nop\n call: jr a0\n system: ecall\n high: nop`;
    expect(exitsOf(text)).toEqual(['call', 'high', 'system', 'vector']);
  });

  it('are not known of what is no code', () => {
    expect(exitsOf(`${vectors} low: .word 0xffffffff\n high: nop`)).toBeUndefined();
  });
});
