// Loops that fill or copy memory are done at once; nothing but the time it takes may tell them from doing each step.
import { describe, expect, it } from 'vitest';
import { ramBase } from '../../emulator/index.js';
import { assemble } from '../support/assembly.js';
import { Random } from '../support/random.js';
import { BareMachine, powerOff } from '../support/bare-machine.js';

const data = ramBase + 0x8000;
const dataBytes = 0x8000;

/** A loop, its starting registers and what it works on. */
interface Loop {
  readonly name: string;
  readonly setup: string;
  readonly body: string;
}

const fill = (store: string, bytes: number, value: string): Loop => ({
  name: `${store} of ${value}`,
  setup: `li a0, ${data + 8}\n li a1, ${data + 8 + 1200 * bytes}\n li a2, ${value}`,
  body: `again: ${store} a2, 0(a0)\n addi a0, a0, ${bytes}\n bne a0, a1, again`,
});

const copy = (access: string, bytes: number, from: number, to: number, count = 900): Loop => ({
  name: `l${access} of ${count} from ${from} to ${to}`,
  setup: `li a0, ${data + to}\n li a1, ${data + from}\n li a3, ${data + from + count * bytes}`,
  body: `again: l${access} a4, 0(a1)\n addi a1, a1, ${bytes}\n s${access.slice(0, 1)} a4, 0(a0)
    addi a0, a0, ${bytes}\n bne a1, a3, again`,
});

const loops: readonly Loop[] = [
  fill('sb', 1, '5'),
  fill('sb', 1, '0x1234'),
  fill('sh', 2, '0x0505'),
  fill('sh', 2, '0x0506'),
  fill('sw', 4, '0'),
  fill('sd', 8, '-1'),
  fill('sd', 8, '0x0101010101010102'),
  copy('bu', 1, 0, 0x3001),
  copy('b', 1, 0, 0x3001),
  copy('hu', 2, 0x4002, 0x1000),
  copy('h', 2, 0x4002, 0x1000),
  copy('w', 4, 0, 0x2004),
  copy('d', 8, 8, 0x3000),
  // Overlapping, both ways: what is copied was written before, or will be.
  copy('b', 1, 0, 1),
  copy('b', 1, 0, 7),
  copy('d', 8, 0, 64),
  copy('d', 8, 64, 0),
  copy('w', 4, 4, 0),
  copy('w', 4, 0, 0),
  copy('bu', 1, 5, 0x1005, 4096),
  {
    name: 'a fill counted down',
    setup: `li a0, ${data}\n li a1, 3000\n li a2, 0x77`,
    body: 'again: sb a2, 0(a0)\n addi a1, a1, -1\n addi a0, a0, 1\n bnez a1, again',
  },
  {
    name: 'a fill with negative offset after the step',
    setup: `li a0, ${data}\n li a1, ${data + 4000}\n li a2, 0x77`,
    body: 'again: addi a0, a0, 4\n sw a2, -4(a0)\n bne a1, a0, again',
  },
  {
    name: 'a misaligned fill',
    setup: `li a0, ${data + 1}\n li a1, ${data + 1 + 400}\n li a2, 0`,
    body: 'again: sw a2, 0(a0)\n addi a0, a0, 4\n bne a1, a0, again',
  },
  {
    name: 'a fill that runs into a hole in memory',
    setup: `li a0, ${ramBase + (1 << 20) - 5000}\n li a1, ${ramBase + (1 << 20) + 5000}\n li a2, 9`,
    body: 'again: sb a2, 0(a0)\n addi a0, a0, 1\n bne a1, a0, again',
  },
  {
    name: 'a fill with its own end as the value',
    setup: `li a0, ${data}\n li a1, ${data + 4000}`,
    body: 'again: sb a1, 0(a0)\n addi a0, a0, 1\n bne a1, a0, again',
  },
  {
    name: 'a fill that writes over itself',
    setup: `la a0, before\n la a1, behind\n li a2, 0`,
    body: 'j again\n before: nop\n again: sb a2, 0(a0)\n addi a0, a0, 1\n bne a1, a0, again\n behind: nop',
  },
];

const programOf = ({ setup, body }: Loop): string => `
  la t0, trap
  csrw mtvec, t0
  ${setup}
  ${body}
  done: ${powerOff}
  .org 0x200
  trap: csrr s0, mcause
  csrr s1, mtval
  csrr s2, mepc
  ${powerOff}`;

function machineOf(loop: Loop): BareMachine {
  const bare = new BareMachine(programOf(loop));
  const random = new Random(1);
  bare.machine.ram.write(
    data,
    Uint8Array.from({ length: dataBytes }, () => random.below(256)),
  );
  return bare;
}

/** Executed with a probe within, so step by step. */
function stepByStep(loop: Loop): BareMachine {
  const bare = machineOf(loop);
  bare.machine.watch.addProbe({ address: bare.label('again'), id: 1, registers: [], record: false });
  return bare;
}

function summary(bare: BareMachine) {
  return { cycle: bare.machine.cycle(), digest: bare.machine.digest() };
}

describe.each(loops)('$name', (loop) => {
  const expected = summary(stepByStep(loop).runToEnd());

  it('does what its steps do, in as many cycles', () => {
    expect(summary(machineOf(loop).runToEnd())).toEqual(expected);
  });

  it('does so in pieces of any length', () => {
    for (const seed of [1, 2]) {
      const random = new Random(seed);
      const pieces = machineOf(loop);
      const steps = stepByStep(loop);
      while (pieces.machine.outcome === undefined) {
        const until = pieces.machine.cycle() + random.between(1, random.oneIn(3) ? 9 : 3000);
        pieces.machine.run(until);
        steps.machine.run(until);
        expect(summary(pieces), `cycle ${until}`).toEqual(summary(steps));
      }
      expect(summary(pieces)).toEqual(expected);
    }
  });

  it('meets a probe within in each iteration', () => {
    const address = BigInt(machineOf(loop).label('again'));
    const stepped = machineOf(loop);
    let passed = 0;
    while (stepped.machine.outcome === undefined) {
      if (stepped.state('pc') === address) passed++;
      stepped.step();
    }
    const probed = machineOf(loop);
    let hits = 0;
    const onHit = () => void hits++;
    probed.machine.watch.addProbe({ address: Number(address), id: 1, registers: [], record: false, onHit });
    probed.runToEnd();
    expect(hits).toBe(passed);
  });

  it('tells a watched word of each store', () => {
    const records = (bare: BareMachine) => {
      bare.machine.watch.watchWords(data + 0x1008, 0x20);
      bare.machine.watch.watchWords(data + 0x3ff8, 0x10);
      bare.runToEnd();
      expect(summary(bare)).toEqual(expected);
      return bare.rows;
    };
    expect(records(machineOf(loop))).toEqual(records(stepByStep(loop)));
  });
});

describe('a loop that is changed after it has run', () => {
  it.each([
    ['sb a3, 0(a0)', 'sb a2, 0(a0)', 0],
    ['addi a0, a0, 2', 'addi a0, a0, 1', 4],
  ])('does %s instead of %s', (changed, _, offset) => {
    const word = new DataView(assemble(changed, 0).bytes.buffer).getUint32(0, true);
    const bare = new BareMachine(`
      li a2, 1
      li a3, 2
      li a0, ${data}
      li a1, ${data + 64}
      call again
      la t0, again
      li t1, ${word}
      sw t1, ${offset}(t0)
      li a0, ${data + 64}
      li a1, ${data + 128}
      call again
      j end
      .org 0x100
      again: sb a2, 0(a0)
      addi a0, a0, 1
      bne a0, a1, again
      ret
      end: ${powerOff}`).runToEnd();
    const bytes = [...bare.machine.ram.read(data, 128)];
    expect(bytes.slice(0, 64)).toEqual(Array.from({ length: 64 }, () => 1));
    const after = Array.from({ length: 64 }, (_, index) => (offset === 0 ? 2 : 1 - (index % 2)));
    expect(bytes.slice(64)).toEqual(after);
  });
});
