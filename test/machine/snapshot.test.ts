// A machine's state saved and put back: it goes on as if nothing had been, wherever the cut falls.
import { beforeAll, describe, expect, it } from 'vitest';
import {
  pageBytes,
  ramBase,
  repeatingContent,
  takeDelta,
  Timeline,
  type CapturedCheckpoint,
  type Checkpoint,
  type Engine,
} from '../../emulator/index.js';
import { BareMachine, powerOff } from '../support/bare-machine.js';
import { CowRun } from '../support/cow-run.js';
import { Random } from '../support/random.js';

describe.each<[Engine, number]>([
  ['interpreter', 1],
  ['interpreter', 3],
  ['auto', 3],
])('%s, %i harts', (engine, harts) => {
  let whole: { digest: string; cycle: number };
  beforeAll(() => {
    const { digest, cycle } = new CowRun('frames', { harts }, 'cow', { engine }).finish().summary;
    whole = { digest, cycle };
  });

  it.each([1, 2])('is put back to any of its states, and goes on to the same end (seed %i)', (seed) => {
    const random = new Random(seed);
    const run = new CowRun('frames', { harts }, 'cow', { engine });
    const { machine } = run;
    const timeline = new Timeline(machine);
    const saved: { checkpoint: Checkpoint; digest: string }[] = [];
    const keep = (): void => {
      const digest = machine.digest();
      saved.push({ checkpoint: timeline.capture(), digest });
    };
    while (run.prompts < 2) {
      machine.run(machine.cycle() + (random.oneIn(3) ? random.between(1, 20_000) : random.between(1, 3e7)));
      keep();
    }
    expect([machine.cycle(), machine.digest()]).toEqual([whole.cycle, whole.digest]);
    for (let count = 0; count < 40; count++) {
      // The console's typist cannot be put back: what it types comes before.
      const from = saved.findIndex(({ checkpoint }) => checkpoint.cycle > whole.cycle * 0.6);
      const { checkpoint, digest } = saved[random.between(from, saved.length - 1)];
      timeline.restore(checkpoint);
      expect([machine.cycle(), machine.digest()]).toEqual([checkpoint.cycle, digest]);
      const later = random.pick(saved).checkpoint.cycle;
      while (machine.cycle() < later) machine.run(later);
      if (random.oneIn(3)) keep();
      if (random.oneIn(3)) {
        const index = random.between(from, saved.length - 1);
        if (timeline.forget(saved[index].checkpoint as CapturedCheckpoint)) saved.splice(index, 1);
      }
      expect(machine.digest()).toBe(saved.find((one) => one.checkpoint.cycle === machine.cycle())?.digest);
    }
  });
});

/** The state at each cycle of a program, and that a machine put back to any of them runs to the same end. */
function expectAllCutsToAgree(source: string, harts: number): void {
  const make = () => new BareMachine(source, { harts, turnCycles: 7 });
  const straight = make();
  const digests: string[] = [];
  while (!straight.machine.outcome && straight.machine.cycle() < 3000) {
    digests.push(straight.machine.digest());
    straight.step();
  }
  const end = straight.machine.digest();
  // One machine for all cuts: making one takes longer than all else here.
  const walker = make();
  const { machine } = walker;
  const timeline = new Timeline(machine);
  for (let cut = 0; cut < digests.length; cut++) {
    const checkpoint = timeline.capture();
    const backToCut = (): void => {
      timeline.restore(checkpoint);
      expect(machine.digest(), `put back to cycle ${cut}`).toBe(digests[cut]);
    };
    machine.run(3000);
    expect(machine.digest()).toBe(end);
    backToCut();
    machine.run(3000);
    expect(machine.digest(), `from cycle ${cut} on`).toBe(end);
    backToCut();
    walker.step();
  }
}

describe('the pages that changed', () => {
  const fill = 0x0505_0505_0505_0505n;
  const last = pageBytes / 8 - 1;

  it('are told by three words where all but the first and the last are equal, whichever word differs', () => {
    const { machine } = new BareMachine('nop', { memoryBytes: 4 << 20 });
    takeDelta(machine.pages);
    const changed = Array.from({ length: last + 2 }, (_, odd) => {
      const words = new BigUint64Array(pageBytes / 8).fill(fill);
      words[odd] = BigInt(odd + 1);
      return new Uint8Array(words.slice(0, last + 1).buffer);
    });
    const ends = new BigUint64Array(changed[0].slice().buffer);
    ends[last] = 7n;
    changed.push(new Uint8Array(ends.buffer));
    changed.forEach((bytes, index) => machine.ram.write(ramBase + (index + 1) * pageBytes, bytes));
    const { repeating, words, pages, content } = takeDelta(machine.pages);
    // The first word, the last, none, and both.
    expect([...repeating]).toEqual([0, last, last + 1, last + 2].map((index) => index + 1));
    expect(pages.length).toBe(last - 1);
    repeating.forEach((page, index) =>
      expect(Buffer.compare(repeatingContent(words, index), changed[page - 1])).toBe(0),
    );
    pages.forEach((page, index) => {
      const kept = content.subarray(index * pageBytes, (index + 1) * pageBytes);
      expect(Buffer.compare(kept, changed[page - 1])).toBe(0);
    });
  });
});

describe('every cut of a small program', () => {
  it.each([1, 3])('with reservations held and turns under way on %i harts', (harts) => {
    expectAllCutsToAgree(
      `csrr a0, mhartid
       li s0, ${ramBase + 0x8000}
       li s1, 3
       again: lr.d t0, (s0)
       add t0, t0, a0
       addi t0, t0, 1
       sc.d t1, t0, (s0)
       bnez t1, again
       addi s1, s1, -1
       bnez s1, again
       bnez a0, sleep
       ${powerOff}
       sleep: wfi
       j sleep`,
      harts,
    );
  });

  it('while harts sleep until a timer', () => {
    expectAllCutsToAgree(
      `la t0, woken
       csrw mtvec, t0
       li t0, 0x2004000
       csrr t1, mhartid
       slli t2, t1, 3
       add t0, t0, t2
       li t3, 10
       mul t4, t1, t3
       addi t4, t4, 20
       sd t4, 0(t0)
       li t1, 0x80
       csrw mie, t1
       csrrsi zero, mstatus, 8
       sleep: wfi
       j sleep
       woken: ${powerOff}
       j woken`,
      2,
    );
  });
});
