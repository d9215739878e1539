// What watches and probes report, for every way an instruction can touch what they watch.
import { describe, expect, it } from 'vitest';
import { RecordKind, RecordSource, ramBase, recordBytes, recordField } from '../../emulator/index.js';
import { ringReserve } from '../../emulator/ring/records.js';
import { memoryLayout } from '../../emulator/memory-layout.js';
import { BareMachine, powerOff, type RawRow } from '../support/bare-machine.js';

const data = ramBase + 0x8000;

/** Address, old and new value of each watched store. */
const storesIn = (rows: readonly RawRow[]) =>
  rows
    .filter(({ kind }) => kind === RecordKind.watchedStore)
    .map(({ a, b, c }) => [Number(a & 0xffffffffn) - data, b, c] as const);

/** Runs a body with a0 = the data's address, watching words of it. */
function watching(body: string, offset: number, bytes: number): BareMachine {
  const bare = new BareMachine(`li a0, ${data}\n ${body}\n ${powerOff}`);
  bare.machine.watch.watchWords(data + offset, bytes);
  return bare.runToEnd();
}

describe('a watched word', () => {
  it.each([
    ['sd a1, 0(a0)', 0x1122334455667788n],
    ['sw a1, 0(a0)', 0x55667788n],
    ['sh a1, 2(a0)', 0x77880000n],
    ['sb a1, 7(a0)', 0x88n << 56n],
    ['amoswap.d a2, a1, (a0)', 0x1122334455667788n],
    ['amoadd.w a2, a1, (a0)', 0x55667788n],
    ['lr.d a2, (a0)\n sc.d a2, a1, (a0)', 0x1122334455667788n],
    ['lr.w a2, (a0)\n sc.w a2, a1, (a0)', 0x55667788n],
    ['fcvt.d.l fa0, a1\n fsd fa0, 0(a0)', 0x43b1223344556678n],
  ])('reports %s', (text, value) => {
    const bare = watching(`li t0, 0x2000\n csrs mstatus, t0\n li a1, 0x1122334455667788\n ${text}`, 0, 8);
    expect(storesIn(bare.rows)).toEqual([[0, 0n, value]]);
  });

  it('says where and when: pc, cycle and hart of the store', () => {
    const bare = watching('li a1, 7\n here: sd a1, 0(a0)', 0, 8);
    const at = new BareMachine(`li a0, ${data}\n li a1, 7\n here: nop`).runTo('here').machine.cycle();
    expect(bare.rows[0]).toMatchObject({ pc: BigInt(bare.label('here')), cycle: BigInt(at), hart: 0 });
  });

  it('reports neither stores that change nothing nor stores beside it', () => {
    const bare = watching('li a1, 7\n sd zero, 8(a0)\n sd a1, 0(a0)\n sd a1, 16(a0)\n sb a1, 7(a0)', 8, 8);
    expect(storesIn(bare.rows)).toEqual([]);
  });

  it('reports a store that changes nothing where it is a list whose head links to itself', () => {
    const looped = `li a1, ${data + 64}\n sd a1, 0(a0)\n sd a1, 0(a0)\n sd a1, 64(a0)\n sd a1, 0(a0)`;
    const head = BigInt(data + 64);
    expect(storesIn(watching(looped, 0, 8).rows)).toEqual([
      [0, 0n, head],
      [0, head, head],
    ]);
  });

  it.each(['sd a1, (t1)', 'sb a1, (t1)', 'amoswap.d zero, a1, (t1)', 'lr.d a2, (t1)\n sc.d a2, a1, (t1)'])(
    'is told from its neighbours by %s, again and again',
    (text) => {
      const body = `mv t1, a0\n again: addi a1, a1, 1\n ${text}\n addi t1, t1, 8\n bne t1, t2, again`;
      const twice = `li a1, 0\n li t2, ${data + 64}\n li t3, 2\n outer: ${body}\n addi t3, t3, -1\n bnez t3, outer`;
      const stores = storesIn(watching(twice, 24, 8).rows);
      expect(stores).toEqual([
        [24, 0n, 4n],
        [24, 4n, 12n],
      ]);
    },
  );

  it('may come to be watched beside words that are written all the time', () => {
    const bare = new BareMachine(
      `li a0, ${data}\n li a1, 0\n again: addi a1, a1, 1\n sd a1, 8(a0)\n j again`,
    );
    bare.machine.watch.watchWords(data, 8);
    bare.machine.run(100);
    expect(storesIn(bare.rows)).toEqual([]);
    const before = bare.machine.ram.read(data + 8, 8)[0];
    bare.machine.watch.watchWords(data + 8, 8);
    bare.machine.run(103);
    expect(storesIn(bare.rows)).toEqual([[8, BigInt(before), BigInt(before + 1)]]);
  });

  it('reports both words that a misaligned store changes', () => {
    const bare = watching('li a1, -1\n sd a1, 4(a0)', 0, 16);
    expect(storesIn(bare.rows)).toEqual([
      [0, 0n, 0xffffffff00000000n],
      [8, 0n, 0xffffffffn],
    ]);
  });

  it('reports one of two', () => {
    expect(storesIn(watching('li a1, -1\n sd a1, 4(a0)', 8, 8).rows)).toEqual([[8, 0n, 0xffffffffn]]);
  });

  it('ends with the right value when a store across pages changes it', () => {
    const bare = watching('li a1, -1\n li t0, 0x1000\n add a0, a0, t0\n sd a1, -4(a0)', 0xff8, 16);
    const stores = storesIn(bare.rows);
    for (const [offset, value] of [
      [0xff8, 0xffffffff00000000n],
      [0x1000, 0xffffffffn],
    ] as const) {
      const here = stores.filter(([at]) => at === offset);
      expect(here[0][1]).toBe(0n);
      expect(here.at(-1)![2]).toBe(value);
      for (let index = 1; index < here.length; index++) expect(here[index][1]).toBe(here[index - 1][2]);
    }
  });

  it('is not reported when the store faults, nor when sc fails', () => {
    const faulting = new BareMachine(`
      la t0, end
      csrw mtvec, t0
      li a0, ${data}
      li a1, 1
      amoadd.d a1, a1, (a0)
      sc.d a2, a1, (a0)
      addi a0, a0, 4
      amoadd.d a1, a1, (a0)
      end: ${powerOff}`);
    faulting.machine.watch.watchWords(data, 16);
    expect(storesIn(faulting.runToEnd().rows)).toEqual([[0, 0n, 1n]]);
  });
});

describe('a probe', () => {
  const hits = (bare: BareMachine, ...labels: string[]) => {
    labels.forEach((label, id) =>
      bare.machine.watch.addProbe({ address: bare.label(label), id, registers: [10, 0, 11], record: true }),
    );
    bare.runToEnd();
    return bare.rows
      .filter(({ kind }) => kind === RecordKind.probe)
      .map(({ size, pc, a, b, c }) => ({ label: labels[size], pc: Number(pc), a, b, c }));
  };

  it('reports registers before the instruction executes', () => {
    const bare = new BareMachine(`li a0, 1\n li a1, 2\n here: addi a0, a0, 5\n ${powerOff}`);
    expect(hits(bare, 'here')).toEqual([{ label: 'here', pc: bare.label('here'), a: 1n, b: 0n, c: 2n }]);
    expect(bare.x('a0')).toBe(6n);
  });

  it('fires on compressed, crossing, branched-to and system instructions, every time', () => {
    const bare = new BareMachine(`
      li a0, 3
      j again
      .org 0xff4
      again: .short 1        # c.nop
      short: .short 0x0585   # c.addi a1, 1
      branch: beq a0, zero, out
      .short 1
      crossing: addi a0, a0, -1
      system: csrr a2, mhartid
      j again
      out: ${powerOff}`);
    expect(bare.label('crossing') & 0xfff).toBe(0xffe);
    const count: Record<string, number> = {};
    for (const { label, pc } of hits(bare, 'again', 'short', 'branch', 'crossing', 'system', 'out')) {
      expect(pc).toBe(bare.label(label));
      count[label] = (count[label] ?? 0) + 1;
    }
    expect(count).toEqual({ again: 4, short: 4, branch: 4, crossing: 3, system: 3, out: 1 });
    expect(bare.x('a0')).toBe(0n);
  });

  it('may be set while the code is running, by the observer itself', () => {
    const bare = new BareMachine(`
      li a0, 0
      first: addi a0, a0, 1
      lw a1, 1(sp)           # misaligned, on the slow path, right after the probe was set
      second: addi a0, a0, 1
      li t0, 3
      bltu a0, t0, first
      ${powerOff}`);
    bare.machine.harts[0].setRegister(2, BigInt(data));
    bare.machine.ram.write(data, Uint8Array.of(0, 1, 2, 3, 4));
    const seen: string[] = [];
    let isSet = false;
    bare.machine.watch.addProbe({
      address: bare.label('first'),
      id: 0,
      registers: [],
      record: false,
      onHit: () => {
        seen.push('first');
        if (isSet) return;
        isSet = true;
        const onHit = () => void seen.push('second');
        bare.machine.watch.addProbe({
          address: bare.label('second'),
          id: 1,
          registers: [],
          record: false,
          onHit,
        });
      },
    });
    bare.runToEnd();
    expect(seen).toEqual(['first', 'second', 'first', 'second']);
    expect(bare.x('a1')).toBe(0x04030201n);
  });

  it('survives a change of the instruction under it', () => {
    const bare = new BareMachine(`
      call target
      la t0, target
      li t1, 0x00250513      # addi a0, a0, 2
      sw t1, 0(t0)
      call target
      j end
      target: addi a0, a0, 1
      ret
      end: ${powerOff}`);
    expect(hits(bare, 'target').map(({ a }) => a)).toEqual([0n, 1n]);
    expect(bare.x('a0')).toBe(3n);
  });

  it('costs the guest no cycle', () => {
    const source = `li a0, 1\n here: addi a0, a0, 5\n there: csrr a1, mcycle\n ${powerOff}`;
    const probed = new BareMachine(source);
    hits(probed, 'here', 'there');
    const plain = new BareMachine(source).runToEnd();
    expect(probed.machine.digest()).toBe(plain.machine.digest());
  });
});

describe('the ring', () => {
  const { ringBytes } = memoryLayout({ harts: 1, memoryBytes: 1 << 20 });
  const capacity = ringBytes / recordBytes - ringReserve;

  it('loses nothing when it fills many times over', () => {
    const times = capacity * 3 + 17;
    const source = `li a0, ${times}\n again: slti zero, a0, 9\n addi a0, a0, -1\n bnez a0, again\n ${powerOff}`;
    const bare = new BareMachine(source);
    bare.machine.watch.setSources(RecordSource.markers);
    let count = 0;
    let wrong = 0;
    bare.machine.ring.setConsumer((view, from, to) => {
      for (let at = from; at < to; at += recordBytes, count++)
        if (view.getBigUint64(at + 32, true) !== BigInt(times - count)) wrong++;
    });
    bare.runToEnd();
    expect([count, wrong]).toEqual([times, 0]);
    const unwatched = new BareMachine(source).runToEnd();
    expect(bare.machine.digest()).toBe(unwatched.machine.digest());
  });

  it('is drained in time for a probe that is hit at every cycle, and its record is not lost or doubled', () => {
    const bare = new BareMachine('spin: j spin');
    bare.machine.watch.addProbe({ address: bare.label('spin'), id: 1, registers: [], record: true });
    const cycles = capacity * 3 + 17;
    let next = 0n;
    let wrong = 0;
    bare.machine.ring.setConsumer((view, from, to) => {
      for (let at = from; at < to; at += recordBytes, next++)
        if (view.getBigUint64(at + recordField.cycle, true) !== next) wrong++;
    });
    bare.step(cycles);
    expect([Number(next), wrong]).toEqual([cycles, 0]);
  });

  it('drains on the way when one instruction appends more than fits', () => {
    // Tables full of leaves below one root: linked by one write of satp.
    const tables = Math.ceil((ringBytes / recordBytes / 512) * 1.5);
    const root = ramBase + 0x100000;
    const bare = new BareMachine(
      `li t0, ${(8n << 60n) | BigInt(root / 4096)}\n csrw satp, t0\n ${powerOff}`,
      { memoryBytes: 8 << 20 },
    );
    const entries = new BigUint64Array(512 * (tables + 1));
    for (let index = 0; index < tables; index++)
      entries[index] = (BigInt(root / 4096 + 1 + index) << 10n) | 1n;
    entries.fill(0xffn, 512);
    bare.machine.ram.write(root, new Uint8Array(entries.buffer));
    bare.machine.watch.watchTables();
    const count = new Map<number, number>();
    bare.machine.ring.setConsumer((view, from, to) => {
      for (let at = from; at < to; at += recordBytes)
        count.set(view.getUint8(at), (count.get(view.getUint8(at)) ?? 0) + 1);
    });
    bare.runToEnd();
    expect(count.get(RecordKind.tableStore)).toBe(tables * 512 + tables);
    expect(count.get(RecordKind.tableLinked)).toBe(tables + 1);
  });
});
