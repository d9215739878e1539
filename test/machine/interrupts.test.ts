// Interrupts and timers: when they are taken, in which order, and how harts sleep until then.
import { describe, expect, it } from 'vitest';
import { BareMachine, powerOff } from '../support/bare-machine.js';

const interrupt = (number: bigint): bigint => (1n << 63n) | number;

describe('the supervisor timer (Sstc)', () => {
  const source = (deadline: number): string => `
    la t0, trap
    csrw mtvec, t0
    li t0, -1
    csrw menvcfg, t0
    li t0, ${deadline}
    csrw stimecmp, t0
    li t0, 0x20
    csrw mie, t0
    csrrsi zero, mstatus, 8
    spin: addi a0, a0, 1
    j spin
    .org 0x100
    trap: csrr s0, mcause
    csrr s1, time
    csrr s2, mcycle
    ${powerOff}`;

  it.each([50, 51, 2000])('interrupts at the cycle its time begins, %i units of ten cycles', (deadline) => {
    const bare = new BareMachine(source(deadline)).runToEnd();
    expect([bare.state('mcause'), bare.x('s1')]).toEqual([interrupt(5n), BigInt(deadline)]);
    // The trap takes the cycle at which the time is reached; reading mcycle is the third instruction after it.
    expect(bare.x('s2')).toBe(BigInt(deadline * 10 + 3));
  });

  it('does so whatever the length of turns and pieces', () => {
    for (const turnCycles of [7, 100, 1 << 20]) {
      const bare = new BareMachine(source(333), { turnCycles });
      while (bare.machine.outcome === undefined) bare.step(13);
      expect(bare.x('s2')).toBe(3333n);
    }
  });

  it('is off without menvcfg.STCE', () => {
    const bare = new BareMachine(source(20).replace('li t0, -1', 'li t0, 0')).step(1000);
    expect(bare.state('mcause')).toBe(0n);
    expect(bare.state('lines') & 0x20n).toBe(0n);
  });

  it('goes away when the comparison is moved on', () => {
    const bare = new BareMachine(`
      li t0, -1
      csrw menvcfg, t0
      csrw stimecmp, zero
      csrr a0, mip
      csrw stimecmp, t0
      csrr a1, mip
      ${powerOff}`).runToEnd();
    expect([bare.x('a0'), bare.x('a1')]).toEqual([0x20n, 0n]);
  });
});

describe('the timer bit of mip', () => {
  it.each([
    ['software’s without menvcfg.STCE', '0', [0x20n, 0n, 0x20n]],
    ['the timer’s with it', '-1', [0n, 0n, 0n]],
  ])('is %s', (_, enable, expected) => {
    const bare = new BareMachine(`
      li t0, -1
      csrw stimecmp, t0
      li t0, ${enable}
      csrw menvcfg, t0
      li t1, 0x20
      csrs mip, t1
      csrr a0, mip
      csrc mip, t1
      csrr a1, mip
      csrw mip, t1
      csrr a2, mip
      ${powerOff}`).runToEnd();
    expect([bare.x('a0'), bare.x('a1'), bare.x('a2')]).toEqual(expected);
  });

  it('stays as the timer has it when others are written', () => {
    const bare = new BareMachine(`
      li t0, -1
      csrw menvcfg, t0
      csrw stimecmp, zero
      csrw mip, zero
      csrr a0, mip
      csrw mip, t0
      csrw stimecmp, t0
      csrr a1, mip
      ${powerOff}`).runToEnd();
    expect([bare.x('a0'), bare.x('a1')]).toEqual([0x20n, 0x202n]);
  });
});

describe('machine interrupts from the CLINT', () => {
  it('arrive with the instruction after the store that raises them', () => {
    const bare = new BareMachine(`
      la t0, trap
      csrw mtvec, t0
      li t0, 8
      csrw mie, t0
      csrrsi zero, mstatus, 8
      li t0, 0x2000000
      li t1, 1
      sw t1, 0(t0)
      after: addi a0, a0, 1
      addi a0, a0, 1
      .org 0x100
      trap: ${powerOff}`).runToEnd();
    expect([bare.state('mcause'), bare.state('mepc'), bare.x('a0')]).toEqual([
      interrupt(3n),
      BigInt(bare.label('after')),
      0n,
    ]);
  });

  it('compare with mtime', () => {
    const bare = new BareMachine(`
      la t0, trap
      csrw mtvec, t0
      li t0, 0x80
      csrw mie, t0
      csrrsi zero, mstatus, 8
      li t0, 0x2004000
      li t1, 500
      sd t1, 0(t0)
      spin: j spin
      .org 0x100
      trap: csrr s2, mcycle
      ${powerOff}`).runToEnd();
    expect([bare.state('mcause'), bare.x('s2')]).toEqual([interrupt(7n), 5001n]);
  });
});

describe('pending interrupts', () => {
  const order = (delegated: string): string => `
    la t0, trap
    csrw mtvec, t0
    la t0, below
    csrw stvec, t0
    li t0, ${delegated}
    csrw mideleg, t0
    li t0, 0x222
    csrw mie, t0
    csrw mip, t0
    li t0, 0x800
    csrs mstatus, t0
    csrrsi zero, sstatus, 2
    la t0, body
    csrw mepc, t0
    mret
    body: nop
    j body
    .org 0x200
    trap: j trap
    .org 0x300
    below: j below`;

  it('are taken in the order external, software, timer', () => {
    const bare = new BareMachine(order('0')).runTo('trap');
    const seen: bigint[] = [];
    for (const number of [9n, 1n, 5n]) {
      seen.push(bare.state('mcause'));
      bare.machine.harts[0].write('mip', bare.state('mip') & ~(1n << number));
      bare.machine.harts[0].write('mode', 1n);
      bare.step();
    }
    expect(seen).toEqual([interrupt(9n), interrupt(1n), interrupt(5n)]);
  });

  it('for machine mode come before all for supervisor mode', () => {
    const bare = new BareMachine(order('0x202')).runTo('trap');
    expect(bare.state('mcause')).toBe(interrupt(5n));
    const delegated = new BareMachine(order('0x222')).runTo('below');
    expect(delegated.state('scause')).toBe(interrupt(9n));
  });

  it('wait until their level is enabled', () => {
    const bare = new BareMachine(order('0x222').replace('csrrsi zero, sstatus, 2', 'nop'))
      .runTo('body')
      .step(50);
    expect(bare.state('scause')).toBe(0n);
    expect(bare.state('mode')).toBe(1n);
  });

  it('are seen by supervisor mode only where delegated', () => {
    const bare = new BareMachine(`
      li t0, 0x222
      csrw mip, t0
      csrw mie, t0
      li t1, 0x20
      csrw mideleg, t1
      csrr a0, sip
      csrr a1, sie
      csrrci zero, sie, 2
      csrw sip, zero
      csrr a2, mie
      csrr a3, mip
      ${powerOff}`).runToEnd();
    expect(['a0', 'a1', 'a2', 'a3'].map((name) => bare.x(name))).toEqual([0x20n, 0x20n, 0x222n, 0x222n]);
  });

  it('are taken at once when a CSR write enables them', () => {
    for (const enable of ['csrrsi zero, mstatus, 8', 'csrw mie, t1', 'csrw mip, t1']) {
      const all = ['csrrsi zero, mstatus, 8', 'csrw mie, t1', 'csrw mip, t1'];
      const bare = new BareMachine(`
        la t0, trap
        csrw mtvec, t0
        li t1, 2
        ${all.filter((each) => each !== enable).join('\n')}
        li a0, 0
        ${enable}
        after: addi a0, a0, 1
        j after
        .org 0x100
        trap: ${powerOff}`).runToEnd();
      expect([bare.state('mcause'), bare.x('a0')], enable).toEqual([interrupt(1n), 0n]);
    }
  });
});

describe('wfi', () => {
  const sleeping = (enable: string): string => `
    la t0, trap
    csrw mtvec, t0
    li t0, -1
    csrw menvcfg, t0
    li t0, 1000
    csrw stimecmp, t0
    li t0, 0x20
    csrw mie, t0
    ${enable}
    wfi
    csrr s2, mcycle
    ${powerOff}
    .org 0x100
    trap: csrr s3, mcycle
    ${powerOff}`;

  it('sleeps until the deadline, without executing anything', () => {
    const bare = new BareMachine(sleeping('nop')).runToEnd();
    expect(bare.x('s2')).toBe(10_000n);
    expect(Number(bare.state('instret'))).toBeLessThan(40);
  });

  it('continues at the handler when the interrupt is enabled', () => {
    const bare = new BareMachine(sleeping('csrrsi zero, mstatus, 8')).runToEnd();
    expect([bare.x('s2'), bare.x('s3')]).toEqual([0n, 10_001n]);
  });

  it('of all harts, with nothing to wait for, is a deadlock', () => {
    const bare = new BareMachine('again: wfi\n j again', { harts: 4 });
    expect(bare.machine.run(1e9)).toBe('deadlock');
    expect(bare.machine.cycle()).toBe(4);
  });

  it('ends by a message of another hart', () => {
    const bare = new BareMachine(
      `
      csrr t0, mhartid
      li t1, 8
      csrw mie, t1
      bnez t0, other
      wfi
      csrr s2, mcycle
      ${powerOff}
      other: li t2, 3000
      wait: addi t2, t2, -1
      bnez t2, wait
      li t1, 0x2000000
      li t2, 1
      sw t2, 0(t1)
      stay: wfi
      j stay`,
      { harts: 2, turnCycles: 100 },
    ).runToEnd();
    expect(Number(bare.x('s2'))).toBeGreaterThan(6000);
    expect(Number(bare.x('s2'))).toBeLessThan(6200);
  });
});
