// Small functions that compiled callers have a copy of: they return, change and are interrupted as any other.
import { describe, expect, it } from 'vitest';
import { BareMachine, powerOff } from '../support/bare-machine.js';
import type { EngineOptions } from '../../emulator/index.js';

const compiling: EngineOptions = { sampling: { threshold: 2, growth: 1, every: 1 } };
const rounds = 200;

/** Calls a small function on another page `rounds` times; it ends in two places. s10 adds up what it returns. */
const program = (before: string): string => `
  li sp, 0x80080000
  li s10, 0
  li s11, ${rounds}
  again:
  ${before}
  li a0, 1
  andi t3, s11, 1
  call leaf
  add s10, s10, a0
  addi s11, s11, -1
  bnez s11, again
  ${powerOff}
  .org 0x2000
  leaf:
  addi sp, sp, -16
  sd ra, 8(sp)
  addi a0, a0, 5
  beqz t3, other
  ld ra, 8(sp)
  addi sp, sp, 16
  ret
  other:
  addi a0, a0, 100
  ld ra, 8(sp)
  addi sp, sp, 16
  ret`;

function run(source: string, engine: EngineOptions, turnCycles: number, piece = Infinity): BareMachine {
  const [engineBefore, pieceBefore] = [BareMachine.engine, BareMachine.pieceCycles];
  BareMachine.engine = engine;
  BareMachine.pieceCycles = piece;
  const bare = new BareMachine(source, { turnCycles }).runToEnd();
  BareMachine.engine = engineBefore;
  BareMachine.pieceCycles = pieceBefore;
  return bare;
}

/** Runs it interpreted and compiled, whole and cut into pieces: the sum, which is the same in all. */
function sumOf(source: string, turnCycles = 20): bigint {
  const interpreted = run(source, { engine: 'interpreter' }, turnCycles);
  for (const piece of [Infinity, 97, 7]) {
    const compiled = run(source, compiling, turnCycles, piece);
    expect(compiled.x('s10')).toBe(interpreted.x('s10'));
    expect(compiled.machine.digest()).toBe(interpreted.machine.digest());
  }
  return interpreted.x('s10');
}

const half = BigInt(rounds / 2);

describe('a function that callers have a copy of', () => {
  it('returns to its caller from wherever it ends', () => {
    expect(sumOf(program(''))).toBe(half * 6n + half * 106n);
  });

  it('is what it is after it was changed', () => {
    const change = `
      li t0, ${rounds / 2}
      bne s11, t0, unchanged
      la t1, change
      # addi a0, a0, 7
      li t2, 0x00750513
      sw t2, 0(t1)
      fence.i
      unchanged:`;
    // A round takes 15 cycles, and each turn begins behind the call: nothing but the caller is found to be hot, and the
    // only code of the function's page is the copy.
    const straight = program(change).replace('beqz t3, other', 'nop');
    const source = `${'nop\n'.repeat(10)}${straight}`.replace('addi a0, a0, 5', 'change:\n addi a0, a0, 5');
    expect(sumOf(source, 30)).toBe(half * 6n + half * 8n);
  });

  it('may return elsewhere', () => {
    // Past the instruction behind the call, of four bytes.
    const source = program('').replaceAll('ld ra, 8(sp)', 'ld ra, 8(sp)\n addi ra, ra, 4');
    expect(sumOf(source)).toBe(0n);
  });

  it('may be called from afar, and the call be entered in its midst', () => {
    const far = `
      andi t2, s11, 3
      bnez t2, pair
      la t2, second
      addi ra, t2, 512
      j link
      .org 0x200
      pair: auipc ra, 2
      link: jalr ra, -512(ra)`;
    const second = '.org 0x3000\n second: addi a0, a0, 50\n ret';
    const sum = sumOf(`${program('').replace('call leaf', far)}\n ${second}`);
    expect(sum).toBe(half * 6n + (half / 2n) * (51n + 106n));
  });

  it('may lie where its stack crosses pages', () => {
    expect(sumOf(program('').replace('0x80080000', '0x80080004'))).toBe(half * 6n + half * 106n);
  });
});
