// Sv39 address translation (privileged specification 4.3.2, 4.4), through loads, stores and fetches of a hart.
import { describe, expect, it } from 'vitest';
import { ramBase } from '../../emulator/index.js';
import { full, pte } from '../support/page-tables.js';
import { Prober, fault, kinds, page, va, type Kind } from '../support/prober.js';

const bit = { mprv: 1n << 17n, sum: 1n << 18n, mxr: 1n << 19n, mppSupervisor: 1n << 11n };

describe('permissions of a leaf entry', () => {
  it.each<[string, number, readonly Kind[]]>([
    ['V R', pte.v | pte.r, ['load', 'lr']],
    ['V R W', pte.v | pte.r | pte.w, ['load', 'store', 'amo', 'lr', 'sc']],
    ['V X', pte.v | pte.x, ['fetch']],
    ['V R X', pte.v | pte.r | pte.x, ['load', 'fetch', 'lr']],
    ['V R W X', pte.v | pte.r | pte.w | pte.x, kinds],
    ['V W: reserved', pte.v | pte.w, []],
    ['V W X: reserved', pte.v | pte.w | pte.x, []],
    ['no V', full & ~pte.v, []],
  ])('%s', (_, flags, allowed) => {
    for (const kind of kinds) {
      const prober = new Prober();
      prober.tables.map(va, page, flags);
      expect(prober.access(kind), kind).toBe(allowed.includes(kind) ? 'done' : fault(kind));
    }
  });

  it('U keeps user pages from supervisor mode, and all others from user mode', () => {
    for (const kind of kinds) {
      const prober = new Prober(full | pte.u);
      prober.tables.map(va, page, full);
      prober.tables.map(va + 0x1000n, page, full | pte.u);
      expect(prober.access(kind, va, 0), `${kind} from U`).toBe(fault(kind));
      expect(prober.access(kind, va + 0x1000n, 0), `${kind} from U`).toBe('done');
      const supervisor = new Prober();
      supervisor.tables.map(va, page, full | pte.u);
      expect(supervisor.access(kind), `${kind} from S`).toBe(fault(kind));
    }
  });

  it('SUM lets supervisor mode load and store user pages, never fetch, and takes effect at once', () => {
    const prober = new Prober();
    prober.tables.map(va, page, full | pte.u);
    for (const kind of kinds) {
      expect(prober.access(kind, va, 1, bit.sum), kind).toBe(kind === 'fetch' ? fault('fetch') : 'done');
    }
  });

  it('MXR makes executable pages readable, not writable', () => {
    const prober = new Prober();
    prober.tables.map(va, page, pte.v | pte.x);
    expect(prober.access('load', va, 1, bit.mxr)).toBe('done');
    expect(prober.access('store', va, 1, bit.mxr)).toBe(fault('store'));
  });

  it('any reserved high bit is a fault', () => {
    for (const high of [54n, 60n, 61n, 63n]) {
      const prober = new Prober();
      prober.tables.map(va, page, full);
      prober.tables.write(prober.tables.entryAddress(va), prober.tables.entry(va) | (1n << high));
      expect(prober.access('load'), `bit ${high}`).toBe(fault('load'));
    }
  });
});

describe('machine mode', () => {
  it('is not translated', () => {
    const prober = new Prober();
    expect(prober.access('load', BigInt(page), 3)).toBe('done');
    expect(prober.access('load', va, 3)).toBe(`5 at 0x${va.toString(16)}`);
  });

  it('with MPRV loads and stores as the mode in MPP does, but fetches as itself', () => {
    const prober = new Prober();
    prober.tables.map(va, page, full | pte.u);
    expect(prober.access('fetch', BigInt(page), 3, bit.mprv)).toBe('done');
    expect(prober.access('load', va, 3, bit.mprv)).toBe('done');
    expect(prober.access('store', va, 3, bit.mprv)).toBe('done');
    expect(prober.access('load', va, 3, bit.mprv | bit.mppSupervisor)).toBe(fault('load'));
    expect(prober.access('load', va, 3, bit.mprv | bit.mppSupervisor | bit.sum)).toBe('done');
    expect(prober.access('load', va, 3, bit.mprv | (3n << 11n))).toBe(`5 at 0x${va.toString(16)}`);
  });
});

describe('accessed and dirty bits', () => {
  it('are set by the access, D by stores only', () => {
    const bare = pte.v | pte.r | pte.w | pte.x;
    const expected: Record<Kind, number> = {
      load: pte.a,
      lr: pte.a,
      fetch: pte.a,
      store: pte.a | pte.d,
      amo: pte.a | pte.d,
      sc: pte.a | pte.d,
    };
    for (const kind of kinds) {
      const prober = new Prober();
      prober.tables.map(va, page, bare);
      expect(prober.access(kind)).toBe('done');
      expect(Number(prober.tables.entry(va) & 0x3ffn), kind).toBe(bare | expected[kind]);
    }
  });

  it('are set again after software clears them and fences', () => {
    const prober = new Prober();
    prober.tables.map(va, page, full);
    prober.access('store');
    prober.tables.map(va, page, full & ~(pte.a | pte.d));
    prober.flush();
    prober.access('load');
    expect(Number(prober.tables.entry(va) & 0xc0n)).toBe(pte.a);
    prober.access('store');
    expect(Number(prober.tables.entry(va) & 0xc0n)).toBe(pte.a | pte.d);
  });

  it('are not set by an access that faults', () => {
    const prober = new Prober();
    prober.tables.map(va, page, pte.v | pte.r);
    prober.access('store');
    expect(Number(prober.tables.entry(va) & 0xc0n)).toBe(0);
  });
});

describe('the walk', () => {
  it('takes superpages, with the offset from the address', () => {
    const prober = new Prober();
    const giga = 0x1_4000_0000n;
    prober.tables.map(giga, ramBase, full, 2);
    prober.tables.map(0x4020_0000n, ramBase, full, 1);
    prober.bare.machine.ram.write(page, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    for (const address of [giga + BigInt(page - ramBase), 0x4020_0000n + BigInt(page - ramBase)]) {
      expect(prober.access('load', address)).toBe('done');
      expect(prober.bare.x('a1')).toBe(0x0807060504030201n);
    }
  });

  it('refuses a superpage that is not aligned to its size', () => {
    const prober = new Prober();
    prober.tables.map(0x4020_0000n, ramBase + 0x1000, full, 1);
    prober.tables.map(0x1_4000_0000n, ramBase + 0x200000, full, 2);
    for (const address of [0x4020_0000n, 0x1_4000_0000n])
      expect(prober.access('load', address)).toBe(fault('load', address));
  });

  it.each([1n << 38n, 1n << 39n, 0xffff_ff80_0000_0000n, 1n << 63n])(
    'refuses the address 0x%s where bits 63 to 39 do not repeat bit 38',
    (address) => {
      for (const kind of kinds) {
        const prober = new Prober();
        const canonical = BigInt.asIntN(64, BigInt.asIntN(39, address)) === BigInt.asIntN(64, address);
        expect(canonical).toBe(false);
        // The walk itself would succeed.
        prober.tables.map(BigInt.asUintN(39, address), ramBase, full, 2);
        expect(prober.access(kind, address), kind).toBe(fault(kind, address));
      }
    },
  );

  it('translates the upper half of the address space', () => {
    const prober = new Prober();
    const top = BigInt.asUintN(64, -4096n);
    prober.tables.map(top, page, full);
    expect(prober.access('store', top)).toBe('done');
    expect(prober.access('load', top + 0xff8n)).toBe('done');
  });

  it('refuses a pointer with A, D or U, a pointer at the last level, and one out of memory', () => {
    const prober = new Prober();
    for (const flag of [pte.a, pte.d, pte.u]) {
      prober.tables.map(va, page, full);
      const at = prober.tables.entryAddress(va, 1);
      const before = prober.tables.read(at);
      prober.tables.write(at, before | BigInt(flag));
      expect(prober.access('load')).toBe(fault('load'));
      prober.tables.write(at, before);
    }
    prober.tables.map(va, page, pte.v);
    expect(prober.access('load')).toBe(fault('load'));
    prober.tables.write(prober.tables.entryAddress(va, 1), (0x1000n << 10n) | 1n);
    expect(prober.access('load')).toBe(`5 at 0x${va.toString(16)}`);
    expect(prober.access('store')).toBe(`7 at 0x${va.toString(16)}`);
    expect(prober.access('fetch')).toBe(`1 at 0x${va.toString(16)}`);
  });

  it('may end at a device', () => {
    const prober = new Prober();
    prober.tables.map(va, 0x1000_0000, full);
    const { hart } = prober;
    expect(prober.access('load', va + 5n)).toContain('5 at'); // 8 bytes at offset 5: nothing answers
    hart.write('mode', 1n);
    expect(prober.access('fetch')).toBe(`1 at 0x${va.toString(16)}`);
  });
});
