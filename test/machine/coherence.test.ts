// Translations are coherent with memory: a changed entry holds from the next access on, on every hart, fence or not. So
// no run depends on what a TLB happens to keep, nor on what tracing makes it forget.
import { describe, expect, it } from 'vitest';
import { ramBase } from '../../emulator/index.js';
import { BareMachine, powerOff } from '../support/bare-machine.js';
import { PageTables, full, pte } from '../support/page-tables.js';

const root = ramBase + 0x10000;
const va = 0x4000_3000n;
const frames = [ramBase + 0x4000, ramBase + 0x5000] as const;

/** A machine whose harts enter `body` in supervisor mode with `va` mapped to the first frame; a0 = va, a1 = its entry. */
function machineWith(body: string, harts = 1, flags: number = full): BareMachine {
  const tables = (bare: BareMachine) => new PageTables(bare.machine, root);
  const source = (entry: number): string => `
    la t0, trap
    csrw mtvec, t0
    li t0, ${(8n << 60n) | BigInt(root / 4096)}
    csrw satp, t0
    li t0, 0x800
    csrs mstatus, t0
    la t0, body
    csrw mepc, t0
    li a0, ${va}
    li a1, ${entry}
    csrr a7, mhartid
    mret
    trap: csrr s0, mcause
    csrr s1, mtval
    ${powerOff}
    body: ${body}
    ecall`;
  const entry = tables(new BareMachine(source(0))).entryAddress(va);
  const bare = new BareMachine(source(entry), { harts, turnCycles: 200 });
  const own = tables(bare);
  own.map(BigInt(ramBase), ramBase, full, 2);
  own.map(va, frames[0], flags);
  frames.forEach((frame, index) => own.write(frame, BigInt(100 + index)));
  return bare;
}

const leaf = (frame: number, flags: number): number => (frame / 4096) * 1024 + flags;

describe('a store to a page table', () => {
  it('remaps at once', () => {
    const bare = machineWith(`
      ld s2, 0(a0)
      li t0, ${leaf(frames[1], full)}
      sd t0, 0(a1)
      ld s3, 0(a0)
      sd zero, 0(a0)`).runToEnd();
    expect([bare.x('s2'), bare.x('s3'), bare.dword(frames[0]), bare.dword(frames[1])]).toEqual([
      100n,
      101n,
      100n,
      0n,
    ]);
  });

  it.each(['sd t0, 0(a1)', 'amoswap.d t1, t0, (a1)', 'sw t0, 0(a1)', 'sb t0, 0(a1)'])(
    'takes write permission away at once (%s)',
    (store) => {
      const readOnly = leaf(frames[0], full & ~pte.w);
      const bare = machineWith(`
        sd a0, 0(a0)
        li t0, ${store.startsWith('sb') ? readOnly & 0xff : readOnly}
        ${store}
        li t2, 5
        sd t2, 0(a0)`).runToEnd();
      expect([bare.x('s0'), bare.x('s1'), bare.dword(frames[0])]).toEqual([15n, va, va]);
    },
  );

  it('takes execute permission away at once', () => {
    const bare = machineWith(`
      li t0, 0x00008067      # ret
      sw t0, 0(a0)
      jalr ra, 0(a0)
      li t0, ${leaf(frames[0], full & ~pte.x)}
      sd t0, 0(a1)
      li s3, 1
      jalr ra, 0(a0)
      li s3, 2`).runToEnd();
    expect([bare.x('s0'), bare.x('s1'), bare.x('s3')]).toEqual([12n, va, 1n]);
  });

  it('through a mapping of the table counts as well', () => {
    const bare = machineWith(`
      ld s2, 0(a0)
      li t1, 0x40200000
      li t0, ${leaf(frames[1], full)}
      sd t0, 0x18(t1)
      ld s3, 0(a0)`);
    const tables = new PageTables(bare.machine, root);
    const table = tables.entryAddress(va) - 0x18;
    // The table of va's leaves, mapped as a page elsewhere.
    const above = tables.entryAddress(0x4020_0000n, 1);
    const extra = ramBase + 0x20000;
    tables.write(above, (BigInt(extra / 4096) << 10n) | 1n);
    tables.write(extra, (BigInt(Math.floor(table / 4096)) << 10n) | BigInt(full));
    bare.runToEnd();
    expect([bare.x('s2'), bare.x('s3')]).toEqual([100n, 101n]);
  });

  it('holds for the other harts', () => {
    const bare = machineWith(
      `
      bnez a7, other
      main: ld s2, 0(a0)
      li t1, 101
      bne s2, t1, main
      j out
      other: li t2, 2000
      wait: addi t2, t2, -1
      bnez t2, wait
      li t0, ${leaf(frames[1], full)}
      sd t0, 0(a1)
      forever: j forever
      out: nop`,
      2,
    ).runToEnd();
    expect(bare.x('s2')).toBe(101n);
  });

  it('works on a page of code that is being executed', () => {
    const bare = machineWith(`
      jalr ra, 0(a0)
      nop`);
    // The first frame remaps its own page; the rest of the second is executed.
    const text = (value: number): Uint8Array =>
      Uint8Array.from([
        ...[0x23, 0xb0, 0xd5, 0x00], // sd a3, 0(a1)
        ...[0x13, 0x09, value << 4, 0x00], // addi s2, zero, value
        ...[0x67, 0x80, 0x00, 0x00], // ret
      ]);
    bare.machine.ram.write(frames[0], text(1));
    bare.machine.ram.write(frames[1], text(2));
    bare.runTo('body');
    bare.machine.harts[0].setRegister(13, BigInt(leaf(frames[1], full)));
    expect(bare.runToEnd().x('s2')).toBe(2n);
  });
});

describe('permissions that mstatus gives', () => {
  it('end with the instruction that takes them away', () => {
    const bare = machineWith(
      `
      li t0, 0x40000         # SUM
      csrs sstatus, t0
      ld s2, 0(a0)
      csrc sstatus, t0
      ld s3, 0(a0)`,
      1,
      full | pte.u,
    ).runToEnd();
    expect([bare.x('s0'), bare.x('s1'), bare.x('s2'), bare.x('s3')]).toEqual([13n, va, 100n, 0n]);
  });

  it('to read executable pages end likewise', () => {
    const bare = machineWith(
      `
      li t0, 0x80000         # MXR
      csrs sstatus, t0
      ld s2, 0(a0)
      csrc sstatus, t0
      ld s3, 0(a0)`,
      1,
      pte.v | pte.x | pte.a,
    ).runToEnd();
    expect([bare.x('s0'), bare.x('s2'), bare.x('s3')]).toEqual([13n, 100n, 0n]);
  });
});
