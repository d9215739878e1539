// Loops that wait for another hart pass the rest of a slice at once; nothing but the time it takes may tell them from
// going round and round. Run in pieces shorter than an iteration, no loop passes anything: that is the reference.
import { describe, expect, it } from 'vitest';
import { analyseWait } from '../../emulator/idioms/wait-analysis.js';
import { decode, type Decoded } from '../../emulator/isa/index.js';
import { ramBase } from '../../emulator/index.js';
import { assemble } from '../support/assembly.js';
import { BareMachine, powerOff } from '../support/bare-machine.js';
import { Random } from '../support/random.js';

const lock = ramBase + 0x8000;

/** Two harts; the second waits in the loop until the first, after a while, lets it go. */
function race(loop: string, release = 'sd zero, 0(s0)'): string {
  return `
    li s0, ${lock}
    csrr t0, mhartid
    bnez t0, second
    li t1, 1
    sd t1, 0(s0)
    li t2, 25000
    delay: addi t2, t2, -1
    bnez t2, delay
    ${release}
    done: ld t3, 8(s0)
    beqz t3, done
    ${powerOff}
    second: ld t1, 0(s0)
    beqz t1, second
    li a4, 1
    ${loop}
    sd a5, 16(s0)
    li t1, 1
    sd t1, 8(s0)
    rest: j rest
  `;
}

const loops = {
  'a flag': race('again: ld a5, 0(s0)\n bnez a5, again'),
  'a flag that is fenced': race('again: lw a5, 0(s0)\n fence\n addiw a5, a5, 0\n bnez a5, again'),
  'a spinlock as compilers write it': race(
    'again: mv a5, a4\n amoswap.w a5, a5, (s0)\n addiw a5, a5, 0\n bnez a5, again',
  ),
  'a spinlock with a copy as `c.mv` expands': race(
    'again: add a5, zero, a4\n amoswap.w a5, a5, (s0)\n addiw a5, a5, 0\n bnez a5, again',
  ),
  'a spinlock with a constant': race('again: li a5, 1\n amoswap.d a5, a5, (s0)\n bne a5, zero, again'),
  'a lock held by another name': race(
    'li a4, 3\n again: amoswap.w a5, a4, (s0)\n bnez a5, again',
    'amoswap.w zero, zero, (s0)',
  ),
  'two words': race('again: lbu a5, 0(s0)\n lbu a6, 24(s0)\n add a5, a5, a6\n bnez a5, again'),
};

function ended(source: string, piece: number) {
  const { machine } = new BareMachine(source, { harts: 2, turnCycles: 1000 });
  while (machine.cycle() < 200_000 && !machine.outcome) machine.run(machine.cycle() + piece);
  expect(machine.outcome, 'the program ends').toBeDefined();
  return { digest: machine.digest(), cycle: machine.cycle() };
}

describe('waiting loops', () => {
  it.each(Object.entries(loops))('%s end as if every round were executed', (_, source) => {
    const reference = ended(source, 1);
    expect(ended(source, 200_000)).toEqual(reference);
    expect(ended(source, 777)).toEqual(reference);
  });

  it('are interrupted at the exact cycle', () => {
    const source = `
      la t0, handler
      csrw mtvec, t0
      li t0, 0x2004000
      li t1, 777
      sd t1, 0(t0)
      li t0, 0x80
      csrw mie, t0
      csrrsi zero, mstatus, 8
      wait: j wait
      handler: csrr a0, mepc
      csrr a1, minstret
      ${powerOff}`;
    const reference = ended(source, 1);
    expect(reference.cycle).toBeGreaterThan(7770);
    expect(ended(source, 100_000)).toEqual(reference);
  });

  it('notice when their code changes', () => {
    const source = `
      csrr t0, mhartid
      bnez t0, first
      li t0, 1700
      delay: addi t0, t0, -1
      bnez t0, delay
      la s1, again
      li t1, 0x13
      sw t1, 0(s1)
      rest: j rest
      first: la s1, again
      again: j again
      ${powerOff}`;
    expect(ended(source, 200_000)).toEqual(ended(source, 1));
  });

  it('notice when a probe comes', () => {
    const { machine, ...bare } = new BareMachine('again: j again');
    machine.run(100);
    let hits = 0;
    const address = bare.program.labels.get('again')!;
    machine.watch.addProbe({ address, id: 1, registers: [], record: false, onHit: () => void hits++ });
    machine.run(150);
    expect(hits).toBe(50);
  });

  it('at random make no difference', () => {
    const random = new Random(5);
    for (const source of Object.values(loops)) {
      const whole = new BareMachine(source, { harts: 2, turnCycles: 1000 });
      const cut = new BareMachine(source, { harts: 2, turnCycles: 1000 });
      for (let stop = 1; stop < 60_000; stop += random.between(1, 4000)) {
        whole.machine.run(stop);
        while (cut.machine.cycle() < stop)
          cut.machine.run(Math.min(stop, cut.machine.cycle() + random.between(1, 9)));
        expect(whole.machine.digest(), `cycle ${stop}`).toBe(cut.machine.digest());
      }
    }
  });
});

describe('recognition', () => {
  const isWait = (source: string): boolean => {
    const { bytes } = assemble(`again: ${source}`, ramBase);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const code: Decoded[] = [];
    for (let at = 0; at < bytes.length; at += 4) code.push(decode(view.getUint32(at, true))!);
    const branch = code.pop()!;
    return analyseWait(code, branch, bytes.length - 4) !== undefined;
  };

  it.each([
    'j again',
    'ld a5, 0(s0)\n beqz a5, again',
    'mv a5, a4\n amoswap.w a5, a5, (s1)\n bnez a5, again',
    'add a5, zero, a4\n amoswap.w a5, a5, (s1)\n bnez a5, again',
    'lw a5, 0(s0)\n fence\n bne a5, a4, again',
  ])('takes %j', (source) => expect(isWait(source)).toBe(true));

  it.each([
    ['a counter', 'addi a5, a5, -1\n bnez a5, again'],
    ['a walk', 'ld s0, 0(s0)\n bnez s0, again'],
    ['a store', 'sd zero, 0(s0)\n ld a5, 8(s0)\n beqz a5, again'],
    ['an addition', 'amoadd.w a5, a4, (s0)\n bnez a5, again'],
    ['a lock of a sum', 'add a5, a3, a4\n amoswap.w a5, a5, (s1)\n bnez a5, again'],
    ['a lock that counts', 'addi a4, a4, 1\n amoswap.w a5, a4, (s0)\n bnez a5, again'],
    ['the time', 'csrr a5, time\n bltu a5, a4, again'],
    ['a call', 'jal ra, again'],
    ['a marker', 'slti zero, a0, 3\n ld a5, 0(s0)\n beqz a5, again'],
    ['three words', 'ld a5, 0(s0)\n ld a6, 8(s0)\n ld a7, 16(s0)\n beqz a5, again'],
  ])('leaves %s', (_, source) => expect(isWait(source)).toBe(false));
});
