// Functions that call each other do the same however deep the calls are, wherever their stack lies, and whatever is let
// in between two of their instructions. Each program runs its work often, since only hot code is compiled.
import { describe, expect, it } from 'vitest';
import { BareMachine, powerOff } from '../support/bare-machine.js';

/** Calls `work` 60 times; what it leaves in a0 is added up in s10. */
const often = (setUp: string, work: string): string => `
  li sp, 0x80080000
  li s10, 0
  li s11, 60
  ${setUp}
  again:
  call work
  add s10, s10, a0
  addi s11, s11, -1
  bnez s11, again
  ${powerOff}
  halt: j halt
  ${work}
`;

const total = (setUp: string, work: string): bigint =>
  new BareMachine(often(setUp, work)).runToEnd().x('s10');

/** Adds up the numbers to a0 by calling itself. */
const sum = `
  sum:
  addi sp, sp, -16
  sd ra, 8(sp)
  sd s0, 0(sp)
  mv s0, a0
  beqz a0, base
  addi a0, a0, -1
  call sum
  add a0, a0, s0
  base:
  ld ra, 8(sp)
  ld s0, 0(sp)
  addi sp, sp, 16
  ret
`;

const callSum = (argument: number): string => `
  work:
  addi sp, sp, -16
  sd ra, 8(sp)
  li a0, ${argument}
  call sum
  ld ra, 8(sp)
  addi sp, sp, 16
  ret
  ${sum}
`;

describe('calls', () => {
  it.each([3, 59, 60, 61, 200])('nest %i deep', (depth) => {
    expect(total('', callSum(depth))).toBe(BigInt((60 * depth * (depth + 1)) / 2));
  });

  it('keep their frames where a page of the stack ends', () => {
    for (const top of ['0x80081004', '0x80081008', '0x80081018'])
      expect(total(`li sp, ${top}`, callSum(40))).toBe(60n * 820n);
  });

  it('may return to another place than they were called from', () => {
    const work = `
      work:
      mv s9, ra
      call skip
      li a0, 1000
      jr s9
      skip:
      addi ra, ra, 4
      ret
      li a0, 7
    `;
    // Behind the call lies one instruction of four bytes, which the return leaves out: a0 is still the argument.
    expect(total('li a0, 5', work)).toBe(300n);
  });
});

describe('an interrupt that a function lets in', () => {
  const handler = `
    la t0, taken
    csrw stvec, t0
    csrrwi x0, mideleg, 2
    csrrwi x0, sie, 2
    la t0, body
    csrw mepc, t0
    li t0, -1
    csrw pmpaddr0, t0
    li t0, 0x1f
    csrw pmpcfg0, t0
    li t0, 0x800
    csrs mstatus, t0
    mret
    taken:
    csrr s8, sepc
    csrrci x0, sip, 2
    addi s7, s7, 1
    sret
    body:
    la s6, here
  `;
  it('is taken before the very next instruction', () => {
    const work = `
      work:
      csrrsi x0, sip, 2
      li s8, 0
      csrrsi x0, sstatus, 2
      here:
      sub a0, s8, s6
      csrrci x0, sstatus, 2
      addi a0, a0, 1
      ret
    `;
    const bare = new BareMachine(often(handler, work)).runToEnd();
    expect([bare.x('s10'), bare.x('s7')]).toEqual([60n, 60n]);
  });
});
