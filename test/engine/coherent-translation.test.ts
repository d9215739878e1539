// Translations follow the page tables without any sfence.vma: what a TLB happens to hold, and so tracing or another
// engine, never shows (the architecture allows it; determinism demands it).
import { describe, expect, it } from 'vitest';
import { BareMachine } from '../support/bare-machine.js';

// Sv39 with two leaf tables' worth of one level: root at 0x80010000, mid at 0x80011000, leaf at 0x80012000.
// Virtual 0x1000 is mapped to the frame that the leaf's entry 1 says; RAM is mapped to itself by a gigapage.
const program = (change: string): string => `
  la t0, machine
  csrw mtvec, t0
  li t0, -1
  csrw pmpaddr0, t0
  li t0, 0x1f
  csrw pmpcfg0, t0
  li s0, 0x80010000
  li t0, 0x20004401
  sd t0, 0(s0)
  li t0, 0x200000cf
  sd t0, 16(s0)
  li s1, 0x80011000
  li t0, 0x20004801
  sd t0, 0(s1)
  li s2, 0x80012000
  li t0, 0x200050c7
  sd t0, 8(s2)
  li t0, 0x80014000
  li t1, 1
  sd t1, 0(t0)
  li t0, 0x80015000
  li t1, 2
  sd t1, 0(t0)
  li t0, 0x8000000000080010
  csrw satp, t0
  li t0, 0x800
  csrs mstatus, t0
  la t0, body
  csrw mepc, t0
  mret
  machine: j machine
  body:
  li s3, 0x1000
  ld a0, 0(s3)
  ${change}
  ld a1, 0(s3)
  done: j done
`;

const results = (change: string, watchTables: boolean): bigint[] => {
  const bare = new BareMachine(program(change));
  if (watchTables) bare.machine.watch.watchTables();
  bare.runTo('done');
  return [10, 11].map((register) => bare.machine.harts[0].register(register));
};

describe.each([false, true])('with page tables watched: %s', (watched) => {
  it('a changed leaf entry takes effect at once', () => {
    const change = 'li t0, 0x200054c7\n sd t0, 8(s2)';
    expect(results(change, watched)).toEqual([1n, 2n]);
  });

  it('a changed pointer to a table takes effect at once', () => {
    const change = `
      li t0, 0x80013000
      li t1, 0x200054c7
      sd t1, 8(t0)
      li t1, 0x20004c01
      sd t1, 0(s1)`;
    expect(results(change, watched)).toEqual([1n, 2n]);
  });

  it('a change by an atomic takes effect at once', () => {
    const change = 'li t0, 0x200054c7\n addi t1, s2, 8\n amoswap.d t2, t0, (t1)';
    expect(results(change, watched)).toEqual([1n, 2n]);
  });

  it('a second change of the same entry is noticed too', () => {
    const change = `
      li t0, 0x200054c7
      sd t0, 8(s2)
      ld a2, 0(s3)
      li t0, 0x200050c7
      sd t0, 8(s2)`;
    expect(results(change, watched)).toEqual([1n, 1n]);
  });

  it('a change by a store of part of an entry takes effect at once', () => {
    expect(results('li t0, 0x54\n sb t0, 9(s2)', watched)).toEqual([1n, 2n]);
  });

  it('a change of tables that satp does not name now takes effect when it does again', () => {
    // The second root shares the gigapage of RAM, and maps 0x1000 through tables of its own.
    const change = `
      li t0, 0x80016000
      li t1, 0x20005c01
      sd t1, 0(t0)
      li t1, 0x200000cf
      sd t1, 16(t0)
      li t0, 0x80017000
      li t1, 0x20006001
      sd t1, 0(t0)
      li t0, 0x80018000
      li t1, 0x200044c7
      sd t1, 8(t0)
      csrr s4, satp
      li t0, 0x8000000000080016
      csrw satp, t0
      ld a3, 0(s3)
      li t0, 0x200054c7
      sd t0, 8(s2)
      ld a4, 0(s3)
      csrw satp, s4`;
    expect(results(change, watched)).toEqual([1n, 2n]);
  });
});
