// Code that was compiled before part of it had ever been executed is compiled anew once that part is executed often.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BareMachine, powerOff } from '../support/bare-machine.js';
import { decode, type EngineOptions } from '../../emulator/index.js';
import { changesMappings } from '../../emulator/jit/steps.js';

/** A function with two ways through it: the first is taken 1,000 times, and then the other `rounds` times. */
const twoWays = (rounds: number): string => `
  li sp, 0x80080000
  li s10, 0
  li a1, 0
  li s11, 1000
  li s9, ${rounds}
  again:
  call leaf
  addi s11, s11, -1
  bnez s11, again
  mv s11, s9
  li s9, 0
  addi a1, a1, 1
  bnez s11, again
  ${powerOff}
  leaf:
  addi sp, sp, -16
  sd ra, 8(sp)
  bnez a1, other
  addi s10, s10, 1
  end:
  ld ra, 8(sp)
  addi sp, sp, 16
  ret
  other:
  addi s10, s10, 2
  j end`;

function run(source: string, engine: EngineOptions): { sum: bigint; digest: string } {
  const before = BareMachine.engine;
  BareMachine.engine = engine;
  const bare = new BareMachine(source, { turnCycles: 500 }).runToEnd();
  BareMachine.engine = before;
  return { sum: bare.x('s10'), digest: bare.machine.digest() };
}

/** How many modules are made of the program until it ends; the result is that of the interpreter. */
function compilations(source: string): number {
  const reference = run(source, { engine: 'interpreter' });
  const modules = vi.spyOn(WebAssembly, 'Module');
  expect(run(source, { sampling: { threshold: 2, growth: 1, every: 1 } })).toEqual(reference);
  return modules.mock.calls.length;
}

describe('compiled code', () => {
  afterEach(() => vi.restoreAllMocks());

  it('is compiled anew when it goes on where nothing had been executed, again and again', () => {
    const few = compilations(twoWays(10_000));
    vi.restoreAllMocks();
    expect(compilations(twoWays(40_000))).toBe(few + 1);
  });
});

describe('a change of mappings', () => {
  // Found by the fuzz, where a program had written such a word over one that was compiled.
  it.each([
    ['csrw satp, a0', 0x18051073, true],
    ['csrw sscratch, a0', 0x14051073, false],
    ['csrr a0, 0x5c0, which is none', 0x5c002573, false],
  ])('is looked for in %s', (_, word, changes) => {
    expect(changesMappings(decode(word)!)).toBe(changes);
  });
});
