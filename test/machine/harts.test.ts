// Several harts on one memory: atomics, reservations, and turns of any length.
import { describe, expect, it } from 'vitest';
import { BareMachine, powerOff } from '../support/bare-machine.js';

const rounds = 500;

/** Every hart does `work` `rounds` times, then counts itself done; hart 0 waits for all. */
const together = (harts: number, work: string): string => `
  la s0, shared
  li s1, ${rounds}
  li s2, 1
  round: ${work}
  addi s1, s1, -1
  bnez s1, round
  la t0, done
  amoadd.w t1, s2, (t0)
  csrr t1, mhartid
  bnez t1, idle
  li t1, ${harts}
  wait: lw t2, 0(t0)
  bne t1, t2, wait
  ${powerOff}
  idle: wfi
  j idle
  .org 0x1000
  shared: .dword 0
  lock: .dword 0
  done: .dword 0`;

const works: readonly [string, string][] = [
  ['amoadd', 'amoadd.d t0, s2, (s0)'],
  ['lr and sc', 'lr.d t0, (s0)\n addi t0, t0, 1\n sc.d t1, t0, (s0)\n bnez t1, round'],
  [
    'a spinlock',
    `la t0, lock
    acquire: amoswap.w.aq t1, s2, (t0)
    bnez t1, acquire
    ld t2, 0(s0)
    addi t2, t2, 1
    sd t2, 0(s0)
    amoswap.w.rl zero, zero, (t0)`,
  ],
];

describe.each(works)('counting with %s', (_, work) => {
  it.each([
    [1, 10_000],
    [2, 7],
    [3, 100],
    [8, 11],
    [8, 10_000],
  ])('loses no round on %i harts with turns of %i', (harts, turnCycles) => {
    const run = () => new BareMachine(together(harts, work), { harts, turnCycles }).runToEnd(40_000_000);
    const bare = run();
    expect(bare.dword('shared')).toBe(BigInt(harts * rounds));
    expect(run().machine.digest()).toBe(bare.machine.digest());
  });
});

describe('a reservation', () => {
  const result = (between: string, configuration = {}): bigint =>
    new BareMachine(
      `la a0, word\n li a1, 5\n lr.d a2, (a0)\n ${between}\n sc.d a3, a1, (a0)\n ${powerOff}\n .org 0x800\n word: .dword 1, 2`,
      configuration,
    )
      .runToEnd()
      .x('a3');

  it('lets one sc succeed', () => {
    expect(result('nop')).toBe(0n);
    expect(result('sc.d a4, a1, (a0)')).toBe(1n);
  });

  it('is for one address, and a failed sc ends it', () => {
    expect(result('addi a0, a0, 8')).toBe(1n);
    expect(result('addi a4, a0, 8\n sc.d a5, a1, (a4)')).toBe(1n);
  });

  it('ends with the turn', () => {
    const wait = Array.from({ length: 40 }, () => 'nop').join('\n');
    expect(result(wait, { turnCycles: 30 })).toBe(1n);
    expect(result(wait, { turnCycles: 1000 })).toBe(0n);
  });

  it('does not end with a piece of the run', () => {
    const bare = new BareMachine(
      `la a0, word\n lr.d a2, (a0)\n sc.d a3, a1, (a0)\n ${powerOff}\n .org 0x800\n word: .dword 1`,
    );
    while (bare.machine.outcome === undefined) bare.step();
    expect(bare.x('a3')).toBe(0n);
  });
});

describe('turns', () => {
  it('go round the harts that are awake', () => {
    const bare = new BareMachine(
      `
      csrr t0, mhartid
      li t1, 2
      beq t0, t1, sleep
      spin: addi a0, a0, 1
      j spin
      sleep: wfi
      j sleep`,
      { harts: 4, turnCycles: 100 },
    ).step(100 * 3 * 10 + 4);
    const spins = bare.machine.harts.map((hart) => Number(hart.read('instret')));
    expect(spins[2]).toBe(4);
    for (const hart of [0, 1, 3]) expect(Math.abs(spins[hart] - 1000)).toBeLessThan(101);
  });

  it('start every hart at the entry with its number in a0 and the device tree in a1', () => {
    const bare = new BareMachine('nop', { harts: 8 });
    bare.machine.harts.forEach((hart, number) => {
      expect(hart.register(10)).toBe(BigInt(number));
      expect(bare.machine.ram.read(Number(hart.register(11)), 4)).toEqual(
        Uint8Array.of(0xd0, 0x0d, 0xfe, 0xed),
      );
    });
  });
});
