// Accesses that lie in two pages, and the address space that satp selects.
import { describe, expect, it } from 'vitest';
import { ramBase } from '../../emulator/index.js';
import { BareMachine } from '../support/bare-machine.js';
import { PageTables, full } from '../support/page-tables.js';
import { Prober, fault, otherPage, page, va } from '../support/prober.js';

describe('an access across two pages', () => {
  const across = va + 0xffcn;
  const next = va + 0x1000n;

  it('reaches both frames', () => {
    const prober = new Prober();
    prober.tables.map(va, page, full);
    prober.tables.map(next, otherPage, full);
    prober.hart.setRegister(12, 0x1122334455667788n);
    expect(prober.access('store', across)).toBe('done');
    expect(prober.access('load', across)).toBe('done');
    expect(prober.bare.x('a1')).toBe(0x1122334455667788n);
    expect(prober.bare.dword(page + 0xff8) >> 32n).toBe(0x55667788n);
    expect(prober.bare.dword(otherPage) & 0xffffffffn).toBe(0x11223344n);
  });

  it.each(['load', 'store'] as const)('%s: the value of a fault is in the page that faults', (kind) => {
    const prober = new Prober();
    prober.tables.map(next, otherPage, full);
    expect(prober.access(kind, across)).toBe(fault(kind, across));
    const second = new Prober();
    second.tables.map(va, page, full);
    expect(second.access(kind, across)).toBe(fault(kind, next));
  });

  it('stores nothing when the second page faults', () => {
    const prober = new Prober();
    prober.tables.map(va, page, full);
    prober.hart.setRegister(12, BigInt.asUintN(64, -1n));
    prober.access('store', across);
    expect(prober.bare.dword(page + 0xff8)).toBe(0n);
    const outside = new Prober();
    outside.hart.setRegister(12, BigInt.asUintN(64, -1n));
    const last = BigInt(ramBase + (1 << 20) - 4);
    expect(outside.access('store', last, 3)).toBe(`7 at 0x${(last + 4n).toString(16)}`);
    expect(outside.bare.dword(Number(last) - 4) >> 32n).toBe(0n);
  });

  it('fetches an instruction from both frames, and faults with the address of the half that fails', () => {
    const prober = new Prober();
    const { ram } = prober.bare.machine;
    ram.write(page + 0xffe, Uint8Array.of(0x93, 0x05));
    ram.write(otherPage, Uint8Array.of(0x50, 0x05)); // addi a1, zero, 85
    prober.tables.map(va, page, full);
    expect(prober.access('fetch', va + 0xffen)).toBe(fault('fetch', next));
    expect(prober.hart.read('mepc')).toBe(va + 0xffen);
    prober.tables.map(next, otherPage, full);
    expect(prober.access('fetch', va + 0xffen)).toBe('done');
    expect(prober.bare.x('a1')).toBe(85n);
  });
});

describe('satp', () => {
  it('ignores writes of modes that are not there', () => {
    const bare = new BareMachine(`
      li t0, ${(8n << 60n) | 0x80010n}
      csrw satp, t0
      csrr a0, satp
      li t0, ${(9n << 60n) | 0x90010n}
      csrw satp, t0
      csrr a1, satp
      li t0, 7
      csrw satp, t0
      csrr a2, satp
      end: nop`).runTo('end');
    expect([bare.x('a0'), bare.x('a1'), bare.x('a2')]).toEqual([
      (8n << 60n) | 0x80010n,
      (8n << 60n) | 0x80010n,
      7n,
    ]);
  });

  it('takes effect with the next instruction, for fetches as well', () => {
    const prober = new Prober();
    const second = new PageTables(prober.bare.machine, ramBase + 0x20000);
    // The same virtual page of code, in another frame that says a1 = 2.
    prober.tables.map(va, page, full);
    second.map(va, otherPage, full);
    const { ram } = prober.bare.machine;
    const text = (value: number): Uint8Array =>
      Uint8Array.of(0x73, 0x10, 0x05, 0x18, 0x93, 0x05, value << 4, 0x00); // csrw satp, a0; addi a1, zero, value
    ram.write(page, text(1));
    ram.write(otherPage, text(2));
    const { hart } = prober;
    hart.write('mode', 1n);
    hart.write('pc', va);
    hart.setRegister(10, second.satp);
    prober.bare.step(2);
    expect(prober.bare.x('a1')).toBe(2n);
  });
});
