// Compiled code makes room for other code: with room for few regions, a program of many functions runs on as ever.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BareMachine, powerOff } from '../support/bare-machine.js';
import type { EngineOptions } from '../../emulator/index.js';

const windowBytes = 0x10000;
const functions = 12;

/** Functions in windows of their own, called in turn, several rounds; each counts in a register. */
const program = `
  li s0, 0
  li s1, 6
  round: ${Array.from({ length: functions }, (_, index) => `la t0, f${index}\n jalr ra, 0(t0)`).join('\n')}
  addi s1, s1, -1
  bnez s1, round
  ${powerOff}
  ${Array.from({ length: functions }, (_, index) => {
    const body = `li t1, 400\n l${index}: addi s0, s0, ${index + 1}\n addi t1, t1, -1\n bnez t1, l${index}\n ret`;
    return `.org ${(index + 1) * windowBytes}\n f${index}: ${body}`;
  }).join('\n')}`;

function run(engine: EngineOptions): { digest: string; cycle: number } {
  const before = BareMachine.engine;
  BareMachine.engine = engine;
  const { machine } = new BareMachine(program, { memoryBytes: 4 << 20, turnCycles: 100 }).runToEnd();
  BareMachine.engine = before;
  return { digest: machine.digest(), cycle: machine.cycle() };
}

describe('regions', () => {
  afterEach(() => vi.restoreAllMocks());

  it.each([1, 3, 256])('make room for others when there may be %i at once', (regionsMaximum) => {
    const reference = run({ engine: 'interpreter' });
    const compiled = vi.spyOn(WebAssembly, 'Module');
    const sampling = { threshold: 1, growth: 1, every: 1, regionsMaximum };
    expect(run({ sampling })).toEqual(reference);
    // With room for all, each function is compiled about once; else again when its turn comes.
    const again = compiled.mock.calls.length / functions;
    if (regionsMaximum < functions) expect(again).toBeGreaterThan(3);
    else expect(again).toBeLessThan(3);
  });
});
