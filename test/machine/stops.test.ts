// Where a debugger makes the machine stop: at virtual addresses, whichever frame is mapped there, and at turns.
import { describe, expect, it } from 'vitest';
import { csrs, csrValue, defaultConfiguration, Machine, ramBase } from '../../emulator/index.js';
import { BareMachine, powerOff, silentPort } from '../support/bare-machine.js';
import { full, PageTables } from '../support/page-tables.js';
import { assemble } from '../support/assembly.js';

const tablesAt = ramBase + 0x80000;
const page = (number: number): number => ramBase + 0x1000 * number;

/** Supervisor code at its physical address calls one page mapped at two addresses, and another like it at a third. */
const callsThreeTimes = `
  la t0, trap
  csrw mtvec, t0
  csrr t0, mstatus
  li t1, 0x1800
  csrc mstatus, t1
  li t1, 0x800
  csrs mstatus, t1
  la t0, supervisor
  csrw mepc, t0
  csrw satp, s0
  mret
  supervisor: li s3, 40
  again: li t0, 0x5000
  jalr ra, 0(t0)
  li t0, 0x9000
  jalr ra, 0(t0)
  li t0, 0xd000
  jalr ra, 0(t0)
  addi s3, s3, -1
  bnez s3, again
  ecall
  trap: ${powerOff}
  .org 0x1000
  addi a0, a0, 1
  addi a1, a1, 1
  ret
  .org 0x2000
  addi a0, a0, 1
  addi a2, a2, 1
  ret
`;

function mappedMachine(engine: 'interpreter' | 'jit'): Machine {
  const program = assemble(callsThreeTimes, ramBase);
  const segments = [{ address: ramBase, bytes: program.bytes }];
  const machine = new Machine(
    { ...defaultConfiguration, harts: 1, memoryBytes: 1 << 20 },
    { entry: ramBase, segments, disk: new Uint8Array(0) },
    silentPort,
    { engine },
  );
  const tables = new PageTables(machine, tablesAt);
  for (const [va, frame] of [
    [0x5000n, page(1)],
    [0x9000n, page(1)],
    [0xd000n, page(2)],
    [BigInt(ramBase), ramBase],
  ] as const)
    tables.map(va, frame, full);
  machine.harts[0].setRegister(8, tables.satp);
  return machine;
}

describe.each(['interpreter', 'jit'] as const)('a breakpoint at a virtual address (%s)', (engine) => {
  it('is hit there, and not where the same frame or the same offset is mapped elsewhere', () => {
    const plain = mappedMachine(engine);
    expect(plain.run(1e6)).toBe('finished');
    const machine = mappedMachine(engine);
    const [hart] = machine.harts;
    const seen: string[] = [];
    for (const address of [0x9004n, 0xd004n, 0x9008n, BigInt(ramBase) + 4n, 0x11004n])
      machine.stops.setVirtualBreakpoint(address, () => {
        seen.push(`${hart.read('pc').toString(16)}: ${hart.register(10)} calls`);
        return false;
      });
    expect(machine.run(1e6)).toBe('finished');
    const expected = Array.from({ length: 40 }, (_, round) => [
      `9004: ${3 * round + 2} calls`,
      `9008: ${3 * round + 2} calls`,
      `d004: ${3 * round + 3} calls`,
    ]).flat();
    expect(seen).toEqual(['80000004: 0 calls', ...expected]);
    expect(machine.digest()).toBe(plain.digest());
  });

  it('stops before the instruction, and is gone when it is taken away', () => {
    const machine = mappedMachine(engine);
    const [hart] = machine.harts;
    let passed = -1;
    machine.stops.setVirtualBreakpoint(0x9004n, () => machine.cycle() !== passed);
    for (const calls of [2n, 5n, 8n]) {
      expect(machine.run(1e6)).toBe('requested');
      expect([hart.read('pc'), hart.register(10)]).toEqual([0x9004n, calls]);
      passed = machine.cycle();
    }
    machine.stops.setVirtualBreakpoint(0x9004n, undefined);
    expect(machine.run(1e6)).toBe('finished');
    const plain = mappedMachine(engine);
    plain.run(1e6);
    expect(machine.digest()).toBe(plain.digest());
  });
});

describe('a turn', () => {
  it('can be waited for: the machine stops before its first step, and goes on as if it had not', () => {
    const source = 'again: addi s1, s1, 1\nj again';
    const options = { harts: 3, turnCycles: 100 };
    const bare = new BareMachine(source, options);
    bare.machine.stops.onTurn = (hart) => hart === 2;
    for (const turn of [0, 1, 2]) {
      expect(bare.machine.run(1e6)).toBe('requested');
      expect([bare.machine.cycle(), bare.x('s1', 2)]).toEqual([300 * turn + 200, BigInt(50 * turn)]);
      expect([bare.machine.settle(), bare.machine.currentHart]).toEqual([true, 2]);
    }
    bare.machine.stops.onTurn = undefined;
    bare.step(1000);
    expect(bare.machine.digest()).toBe(new BareMachine(source, options).step(1800).machine.digest());
  });
});

describe('the value of a CSR, to an observer', () => {
  it('is what the guest reads in that step', () => {
    const reads = csrs.map(({ name }) => `csrr a0, ${name}`).join('\n');
    const bare = new BareMachine(`
      la t0, scratch
      csrw mscratch, t0
      csrw sscratch, t0
      csrw sepc, t0
      li t1, 0x6000
      csrs mstatus, t1
      li t1, 0xb
      csrw fcsr, t1
      li t1, 0x222
      csrw mideleg, t1
      csrw mie, t1
      li t1, 2
      csrw mip, t1
      reads: ${reads}
      scratch: nop`).runTo('reads');
    const [hart] = bare.machine.harts;
    for (const row of csrs) {
      const expected = csrValue(row, hart, bare.machine.cycle());
      bare.step();
      expect(hart.register(10), row.name).toBe(BigInt.asUintN(64, expected));
    }
    expect(hart.read('pc')).toBe(BigInt(bare.label('scratch')));
  });
});
