// The clocks and counters that a guest can read: mcycle, minstret, time, mtime.
import { describe, expect, it } from 'vitest';
import { BareMachine, powerOff } from '../support/bare-machine.js';

describe('a written mtime', () => {
  it('moves mtimecmp, and neither the time CSR nor stimecmp', () => {
    const bare = new BareMachine(`
      li t0, -1
      csrw menvcfg, t0
      li t1, 0x200bff8
      li t2, 1000000
      sd t2, 0(t1)
      csrr a0, time
      ld a1, 0(t1)
      li t1, 0x2004000
      sd t2, 0(t1)
      csrw stimecmp, t2
      nop
      csrr a2, mip
      ${powerOff}`).runToEnd();
    expect(Number(bare.x('a0'))).toBeLessThan(10);
    expect(Number(bare.x('a1'))).toBeGreaterThanOrEqual(1_000_000);
    expect(bare.x('a2')).toBe(0x80n);
  });
});

describe('counters', () => {
  it('agree: cycle counts traps, instret does not', () => {
    const bare = new BareMachine(`
      la t0, trap
      csrw mtvec, t0
      csrr s0, minstret
      csrr s1, mcycle
      ecall
      csrr s2, minstret
      csrr s3, mcycle
      ${powerOff}
      .org 0x100
      trap: csrr t0, mepc
      addi t0, t0, 4
      csrw mepc, t0
      mret`).runToEnd();
    expect(bare.x('s2') - bare.x('s0')).toBe(6n);
    expect(bare.x('s3') - bare.x('s1')).toBe(7n);
  });

  it('minstret reads what was written to it by the instruction before', () => {
    const bare = new BareMachine(`
      li t0, 77
      csrw minstret, t0
      csrr a0, minstret
      csrr a1, minstret
      ${powerOff}`).runToEnd();
    expect([bare.x('a0'), bare.x('a1')]).toEqual([77n, 78n]);
  });

  it.each([
    ['cycle', 1],
    ['time', 2],
    ['instret', 4],
  ])('%s is readable below machine mode as mcounteren and scounteren say', (name, bit) => {
    const read = (mode: number, machine: number, supervisor: number): bigint =>
      new BareMachine(`
        la t0, trap
        csrw mtvec, t0
        li t0, ${machine}
        csrw mcounteren, t0
        li t0, ${supervisor}
        csrw scounteren, t0
        li t0, ${mode << 11}
        csrs mstatus, t0
        la t0, body
        csrw mepc, t0
        mret
        body: csrr a0, ${name}
        ecall
        .org 0x100
        trap: csrr s0, mcause
        ${powerOff}`)
        .runToEnd()
        .x('s0');
    expect(read(1, bit, 0)).toBe(9n);
    expect(read(1, 7 & ~bit, 7)).toBe(2n);
    expect(read(0, 7, bit)).toBe(8n);
    expect(read(0, 7, 7 & ~bit)).toBe(2n);
    expect(read(0, 7 & ~bit, 7)).toBe(2n);
  });
});
