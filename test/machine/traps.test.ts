// Traps: who takes them, what they leave in the CSRs, and how they return (privileged specification, chapters 3 and 4).
import { describe, expect, it } from 'vitest';
import { BareMachine } from '../support/bare-machine.js';

const hex = (value: bigint): string => `0x${value.toString(16)}`;
const status = { sie: 1n << 1n, mie: 1n << 3n, spie: 1n << 5n, mpie: 1n << 7n, spp: 1n << 8n };
const mpp = (bare: BareMachine): bigint => (bare.state('mstatus') >> 11n) & 3n;

/** Goes from reset to `body` in the mode given (0, 1 or 3), with trap vectors at `machine` and `supervisor`. */
const enter = (mode: 0 | 1 | 3, setup = ''): string => `
  la t0, machine
  csrw mtvec, t0
  la t0, supervisor
  csrw stvec, t0
  li t0, -1
  csrw pmpaddr0, t0
  li t0, 0x1f
  csrw pmpcfg0, t0
  ${setup}
  li t0, ${mode << 11}
  csrs mstatus, t0
  la t0, body
  csrw mepc, t0
  mret
  .org 0x200
  machine: j machine
  .org 0x400
  supervisor: j supervisor
  .org 0x600
`;

const delegateAll = `
  li t0, -1
  csrw medeleg, t0
  csrw mideleg, t0`;

/** Mode, cause, value and pc of the first trap that the body takes. */
function firstTrap(bare: BareMachine): { in: string; cause: number; value: string; at: string } {
  bare.runTo('body');
  for (let count = 0; count < 1000; count++) {
    const pc = bare.state('pc');
    const level = pc === BigInt(bare.label('machine')) ? 'm' : 's';
    if (level === 'm' || pc === BigInt(bare.label('supervisor'))) {
      const [cause, value, epc] = (['cause', 'tval', 'epc'] as const).map((name) =>
        bare.state(`${level}${name}`),
      );
      const at = [...bare.program.labels].find(
        ([name, address]) => BigInt(address) === epc && name !== 'body',
      );
      return { in: level, cause: Number(cause), value: hex(value), at: at?.[0] ?? hex(epc) };
    }
    bare.step();
  }
  throw new Error('no trap was taken');
}

describe('exceptions', () => {
  it.each([
    ['an illegal word', 'here: .word 0xffffffff', 2, '0xffffffff'],
    ['an illegal halfword', 'here: .short 0', 2, '0x0'],
    ['a CSR that does not exist', 'here: csrrs a0, 0x5c0, zero', 2, '0x5c002573'],
    ['a CSR above the mode', 'here: csrrs a0, mscratch, zero', 2, '0x34002573'],
    ['a write of a read-only CSR', 'here: csrrw a0, cycle, zero', 2, '0xc0001573'],
    ['a load from nowhere', 'li a0, 0x40000008\n here: ld a1, 4(a0)', 5, '0x4000000c'],
    ['a store to nowhere', 'li a0, 0x40000000\n here: sb a1, 3(a0)', 7, '0x40000003'],
    ['an AMO to a device', 'li a0, 0x10000000\n here: amoadd.w a1, a1, (a0)', 7, '0x10000000'],
    ['a load beyond 4 GiB', 'li a0, 0x180001000\n here: ld a1, 0(a0)', 5, '0x180001000'],
    ['a store beyond 4 GiB', 'li a0, 0x110000000\n here: sb a1, 0(a0)', 7, '0x110000000'],
    ['a load from the last byte', 'li a0, -1\n here: lb a1, 0(a0)', 5, '0xffffffffffffffff'],
    ['a jump to nowhere', 'here: li a0, 0x40000000\n jr a0', 1, '0x40000000'],
    ['a jump to a device', 'here: li a0, 0x10000000\n jr a0', 1, '0x10000000'],
  ])('%s leaves cause and value', (_, body, cause, value) => {
    const trap = firstTrap(new BareMachine(`${enter(1)} body: ${body}`));
    expect(trap).toMatchObject({ in: 'm', cause, value });
    expect(trap.at).toBe(cause === 1 ? value : 'here');
  });

  it.each([
    ['lr.w', 4, 'lr.w a1, (a0)'],
    ['lr.d', 4, 'lr.d a1, (a0)'],
    ['sc.w', 6, 'sc.w a1, a2, (a0)'],
    ['amoswap.d', 6, 'amoswap.d a1, a2, (a0)'],
  ])('a misaligned %s is refused', (_, cause, text) => {
    const bare = new BareMachine(`${enter(1)} body: li a0, 0x80000702\n here: ${text}`);
    expect(firstTrap(bare)).toEqual({ in: 'm', cause, value: '0x80000702', at: 'here' });
  });

  it.each([
    [0, 8],
    [1, 9],
    [3, 11],
  ] as const)('an ecall from mode %i has cause %i', (mode, cause) => {
    const bare = new BareMachine(`${enter(mode)} body: nop\n here: ecall`);
    expect(firstTrap(bare)).toEqual({ in: 'm', cause, value: '0x0', at: 'here' });
    expect(mpp(bare)).toBe(BigInt(mode));
  });

  it('are not counted as instructions, and take a cycle', () => {
    const bare = new BareMachine(`${enter(1)} body: ecall`);
    bare.runTo('body');
    const before = { instret: bare.state('instret'), cycle: bare.machine.cycle() };
    bare.step();
    expect(bare.state('pc')).toBe(BigInt(bare.label('machine')));
    expect(bare.state('instret') - before.instret).toBe(0n);
    expect(bare.machine.cycle() - before.cycle).toBe(1);
  });

  it('leave the destination alone', () => {
    const bare = new BareMachine(`${enter(1)} body: li a1, 77\n li a0, 0x40000000\n ld a1, 0(a0)`);
    firstTrap(bare);
    expect(bare.x('a1')).toBe(77n);
  });
});

describe('delegation', () => {
  it('hands exceptions of user and supervisor mode down, with the state they interrupted', () => {
    const bare = new BareMachine(
      `${enter(0, `${delegateAll}\n csrrsi zero, sstatus, 2`)} body: nop\n here: ecall`,
    );
    expect(firstTrap(bare)).toEqual({ in: 's', cause: 8, value: '0x0', at: 'here' });
    expect(bare.state('mode')).toBe(1n);
    const { sie, spie, spp } = status;
    expect(bare.state('mstatus') & (sie | spie | spp)).toBe(spie);
  });

  it('records the mode that trapped', () => {
    const bare = new BareMachine(`${enter(1, delegateAll)} body: nop\n here: ebreak`);
    expect(firstTrap(bare)).toMatchObject({ in: 's', cause: 3, at: 'here' });
    expect(bare.state('mstatus') & status.spp).toBe(status.spp);
  });

  it('never hands machine mode down', () => {
    const bare = new BareMachine(`${enter(3, delegateAll)} body: nop\n here: ebreak`);
    expect(firstTrap(bare)).toMatchObject({ in: 'm', cause: 3, at: 'here' });
  });

  it('hands down only what is asked for', () => {
    const setup = 'li t0, 8\n csrw medeleg, t0';
    const bare = new BareMachine(`${enter(1, setup)} body: nop\n here: .word 0`);
    expect(firstTrap(bare)).toMatchObject({ in: 'm', cause: 2, at: 'here' });
  });

  it('cannot be asked for calls from machine mode', () => {
    const bare = new BareMachine(`${enter(1, delegateAll)} body: nop`);
    bare.runTo('body');
    expect(bare.state('medeleg') & (1n << 11n)).toBe(0n);
    expect(bare.state('mideleg')).toBe(0x222n);
  });
});

describe('vectored handlers', () => {
  const vectored = 'la t0, machine\n addi t0, t0, 1\n csrw mtvec, t0';

  it('take exceptions at the base', () => {
    const bare = new BareMachine(`${enter(1, vectored)} body: nop\n here: ecall`);
    expect(firstTrap(bare)).toMatchObject({ in: 'm', cause: 9 });
  });

  it('take interrupts at base + 4 × cause', () => {
    const setup = `${vectored}\n li t0, 2\n csrw mie, t0\n csrw mip, t0`;
    const bare = new BareMachine(`${enter(0, setup)} body: nop`);
    bare.runTo('body').step();
    expect(bare.state('pc')).toBe(BigInt(bare.label('machine') + 4));
    expect(hex(bare.state('mcause'))).toBe('0x8000000000000001');
    expect(bare.state('mepc')).toBe(BigInt(bare.label('body')));
  });

  it('keep bit 1 of the vector at zero', () => {
    const bare = new BareMachine(`li t0, -1\n csrw mtvec, t0\n csrw stvec, t0\n end: nop`);
    bare.runTo('end');
    expect([hex(bare.state('mtvec')), hex(bare.state('stvec'))]).toEqual([
      '0xfffffffffffffffd',
      '0xfffffffffffffffd',
    ]);
  });
});

describe('returns from traps', () => {
  it('restore the mode and the enabled interrupts', () => {
    const bare = new BareMachine(`${enter(1, 'li t0, 0x80\n csrs mstatus, t0')} body: nop`);
    bare.runTo('body');
    expect(bare.state('mode')).toBe(1n);
    expect(bare.state('mstatus') & (status.mie | status.mpie)).toBe(status.mie | status.mpie);
    expect(mpp(bare)).toBe(0n);
  });

  it('go from supervisor to user mode by sret', () => {
    const bare = new BareMachine(
      `${enter(1)} body: la t0, user\n csrw sepc, t0\n sret\n user: nop\n here: sret`,
    );
    bare.runTo('user');
    expect(bare.state('mode')).toBe(0n);
    bare.runTo('machine');
    expect([bare.state('mcause'), hex(bare.state('mtval'))]).toEqual([2n, '0x10200073']);
  });

  it('take an interrupt that they enable before the instruction they return to', () => {
    const setup = 'li t0, 2\n csrw mie, t0\n csrw mip, t0';
    const bare = new BareMachine(`${enter(1, setup)} body: li a0, 1\n nop`);
    bare.runTo('machine');
    expect([bare.x('a0'), bare.state('mepc')]).toEqual([0n, BigInt(bare.label('body'))]);
  });

  it.each([
    ['TSR', 22, 'sret'],
    ['TVM', 20, 'sfence.vma'],
    ['TVM', 20, 'csrrs a0, satp, zero'],
    ['TVM', 20, 'csrrw a0, satp, zero'],
    ['TW', 21, 'wfi'],
  ])('%s (bit %i) refuses supervisor mode %s', (_, bit, text) => {
    const setup = `li t0, ${1 << bit}\n csrs mstatus, t0`;
    const refused = new BareMachine(`${enter(1, setup)} body: nop\n here: ${text}`);
    expect(firstTrap(refused)).toMatchObject({ in: 'm', cause: 2, at: 'here' });
    const allowed = new BareMachine(
      `${enter(3, setup)} body: csrrsi zero, mie, 2\n csrrsi zero, mip, 2\n here: ${text}`,
    );
    allowed.runTo('here').step();
    expect(allowed.state('pc')).not.toBe(BigInt(allowed.label('machine')));
  });

  it('forget MPP = 2, which is no mode', () => {
    const bare = new BareMachine(`
      li t0, 0x0800
      csrs mstatus, t0
      li t0, 0x1800
      csrc mstatus, t0
      li t0, 0x1000
      csrs mstatus, t0
      end: nop`);
    expect(mpp(bare.runTo('end'))).toBe(0n);
  });
});
