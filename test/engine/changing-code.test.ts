// Decoded code is a cache that no guest can tell from reading memory anew at each instruction.
import { describe, expect, it } from 'vitest';
import { encode } from '../../emulator/isa/index.js';
import { ramBase } from '../../emulator/index.js';
import { BareMachine, powerOff } from '../support/bare-machine.js';

const addi = (imm: number): number => encode('addi', { rd: 10, rs1: 10, imm });

describe('code that is written', () => {
  it('is executed as written, when the store is the instruction before', () => {
    const bare = new BareMachine(`
      la t0, target
      li t1, ${addi(5)}
      sw t1, 0(t0)
      target: addi a0, a0, 1
      ${powerOff}`);
    expect(bare.runToEnd().x('a0')).toBe(5n);
  });

  it.each(['1', '200'])('is executed as written each time around a loop, %s times', (times) => {
    const bare = new BareMachine(`
      la t0, target
      li t1, ${addi(0)}
      lui t3, 0x100          # 1 in the immediate of addi
      li t2, ${times}
      again: add t1, t1, t3
      sw t1, 0(t0)
      target: addi a0, a0, 0
      addi t2, t2, -1
      bnez t2, again
      ${powerOff}`);
    const n = BigInt(times);
    expect(bare.runToEnd().x('a0')).toBe((n * (n + 1n)) / 2n);
  });

  it('takes part of its halfwords from one store and part from another', () => {
    const word = addi(7);
    const bare = new BareMachine(`
      call target
      la t0, target
      li t1, ${word & 0xffff}
      li t2, ${word >>> 16}
      sh t2, 2(t0)
      call target
      sh t1, 0(t0)
      call target
      j end
      target: addi a0, a0, 100
      ret
      end: ${powerOff}`);
    expect(bare.runToEnd().x('a0')).toBe(100n + 7n + 7n);
  });

  it('is seen when it was executed before, as a 4-byte instruction across two 8-byte words', () => {
    const bare = new BareMachine(`
      call first
      la t0, middle
      li t1, ${addi(9)}
      srli t1, t1, 16
      sh t1, 2(t0)           # only the second half, in the next 8-byte word
      call first
      j end
      .org 0x84
      first: .short 1        # c.nop
      middle: addi a0, a0, 1
      ret
      end: ${powerOff}`);
    expect(bare.label('middle') % 8).toBe(6);
    expect(bare.runToEnd().x('a0')).toBe(10n);
  });

  it('is seen by other harts', () => {
    const bare = new BareMachine(
      `
      csrr t0, mhartid
      la t1, target
      la t3, flag
      bnez t0, writer
      reader: call target
      lw t2, 0(t3)
      beqz t2, reader
      li a0, 0
      call target
      ${powerOff}
      writer: li t2, ${addi(3)}
      li t4, 2000
      wait: addi t4, t4, -1
      bnez t4, wait
      sw t2, 0(t1)
      sw t2, 0(t3)
      idle: wfi
      j idle
      target: addi a0, a0, 1
      ret
      .org 0x2000
      flag: .dword 0`,
      { harts: 2, turnCycles: 500 },
    );
    expect(bare.runToEnd().x('a0')).toBe(3n);
  });

  it('may lie in a page whose data is written all the time', () => {
    const bare = new BareMachine(`
      la t0, counter
      li t2, 1000
      again: ld t1, 0(t0)
      addi t1, t1, 1
      sd t1, 0(t0)
      amoadd.d a1, t2, (t0)
      sd t1, 0(t0)
      addi t2, t2, -1
      bnez t2, again
      ${powerOff}
      .org 0x200
      counter: .dword 0`);
    expect(bare.runToEnd().dword('counter')).toBe(1000n);
  });
});

describe('instructions that cross pages', () => {
  const crossing = `
      j begin
      .org 0xffe
      target: addi a0, a0, 1
      ret
      begin: call target
      la t0, target
      li t1, ${addi(40)}
      srli t1, t1, 16
      sh t1, 2(t0)
      call target
      ${powerOff}`;

  it('take both halves from memory each time', () => {
    expect(new BareMachine(crossing).runToEnd().x('a0')).toBe(41n);
  });

  it('may branch, jump and link', () => {
    const bare = new BareMachine(`
      li a0, 3
      j loop
      .org 0xffa
      loop: addi a0, a0, -1
      bnez a0, loop
      j over
      .org 0x1ffe
      over: jal a1, there
      here: ${powerOff}
      .org 0x2ffe
      there: jalr a2, 0(a1)`);
    bare.runToEnd();
    expect([bare.x('a0'), bare.x('a1'), bare.x('a2')]).toEqual([
      0n,
      BigInt(bare.label('here')),
      BigInt(bare.label('there') + 4),
    ]);
  });

  it('run one at a time, with any budget', () => {
    const whole = new BareMachine(crossing).runToEnd();
    const stepped = new BareMachine(crossing);
    while (stepped.machine.outcome === undefined) stepped.step();
    expect(stepped.machine.cycle()).toBe(whole.machine.cycle());
    expect(stepped.machine.digest()).toBe(whole.machine.digest());
  });

  it('are an access fault where the second half is no memory', () => {
    const last = 0xffffe;
    const bare = new BareMachine(`
      la t0, handler
      csrw mtvec, t0
      li t1, ${ramBase + last}
      li t2, 0x13
      sh t2, 0(t1)
      jr t1
      .org 0x100
      handler: nop`);
    bare.runTo('handler');
    expect([bare.state('mcause'), bare.state('mtval'), bare.state('mepc')]).toEqual([
      1n,
      BigInt(ramBase + last + 2),
      BigInt(ramBase + last),
    ]);
  });
});

describe('more pages of code than are kept decoded', () => {
  /** Each page loads, adds and goes on to the next, `pages` of them, `rounds` times. */
  const source = (pages: number, rounds: number): string => `
      li s0, ${ramBase + 0x10000}
      li s1, ${ramBase + 0x1000 * (pages + 16)}
      li s2, ${rounds}
      li a1, 0
      li s3, 0x1000
      la s4, value
      la s5, tail
      # copy the body into every page
      mv t0, s0
      fill: la t1, body
      la t2, body_end
      mv t3, t0
      copy: ld t4, 0(t1)
      sd t4, 0(t3)
      addi t1, t1, 8
      addi t3, t3, 8
      bne t1, t2, copy
      add t0, t0, s3
      bne t0, s1, fill
      next_round: jr s0
      tail: li s0, ${ramBase + 0x10000}
      addi s2, s2, -1
      bnez s2, next_round
      ${powerOff}
      .org 0x200
      body: ld t0, 0(s4)     # misses the TLB in the first page after a flush, at least
      lw t1, 1(s4)           # misaligned: always on the slow path
      add a0, a0, t0
      add a1, a1, t1
      add s0, s0, s3
      beq s0, s1, last
      jr s0
      last: jr s5
      body_end: nop
      .org 0x400
      value: .dword 0x0102030405060708`;

  const rounds = 3;

  function run(pages: number) {
    const bare = new BareMachine(source(pages, rounds), { memoryBytes: 8 << 20 });
    bare.runTo('next_round', 300_000);
    const { machine } = bare;
    const before = { cycle: machine.cycle(), instret: bare.state('instret') };
    bare.runToEnd();
    expect(bare.x('a0')).toBe(BigInt.asUintN(64, 0x0102030405060708n * BigInt(pages * rounds)));
    expect(bare.x('a1')).toBe(BigInt.asUintN(64, 0x04050607n * BigInt(pages * rounds)));
    return {
      cycles: machine.cycle() - before.cycle,
      instructions: Number(bare.state('instret') - before.instret),
    };
  }

  it('runs as if all were kept', () => {
    const few = run(100);
    const many = run(1100);
    expect(many.cycles - few.cycles).toBe(1000 * 7 * rounds);
    expect(many.instructions - few.instructions).toBe(1000 * 7 * rounds);
  });
});
