// When a kernel is said to have locked up: certainly so, or not at all.
import { describe, expect, it } from 'vitest';
import type { Machine } from '../../emulator/index.js';
import { LockupWatch } from '../../tracer/session/lockup-watch.js';

interface State {
  readonly waiting?: boolean;
  /** Of the mode it is in; `mode` is supervisor unless told otherwise. */
  readonly interrupts?: boolean;
  readonly mode?: 'user' | 'machine';
  readonly pc?: number;
}

const tickCycles = 10e6;

/** The hart that a watch names within 400 looks, and the look at which; what harts do is a function of the cycle. */
function named(...harts: ((cycle: number) => State)[]) {
  let cycle = 0;
  const hartOf = (stateAt: (cycle: number) => State): Machine['harts'][number] => {
    const { waiting = false, interrupts = false, mode, pc = 0 } = stateAt(cycle);
    const enabled = mode === 'machine' ? 8n : 2n;
    const values: Readonly<Record<string, bigint>> = {
      waiting: waiting ? 1n : 0n,
      mode: mode === 'user' ? 0n : mode === 'machine' ? 3n : 1n,
      mstatus: interrupts ? enabled : 0n,
      pc: BigInt(pc),
    };
    return {
      read: (name: string) => values[name],
      register: () => 0n,
    } as unknown as Machine['harts'][number];
  };
  const machine = {
    cycle: () => cycle,
    get harts() {
      return harts.map(hartOf) as unknown as Machine['harts'];
    },
  };
  const watch = new LockupWatch(machine);
  for (let look = 1; look <= 400; look++) {
    expect(watch.next).toBeGreaterThan(cycle);
    cycle = watch.next;
    const hart = watch.look();
    if (hart !== undefined) return { hart, look };
  }
  return undefined;
}

const waits = (): State => ({ waiting: true });
const loops = (cycle: number): State => ({ pc: 4 * (cycle % 7) });

describe('a lockup', () => {
  it('is a hart that loops with interrupts off at each of many looks', () => {
    expect(named(loops)).toEqual({ hart: 0, look: 100 });
    expect(named(waits, loops, waits)).toEqual({ hart: 1, look: 100 });
  });

  it('is found behind a time at which the hart did something', () => {
    expect(named((cycle) => (cycle < 600e6 ? { pc: cycle } : loops(cycle)))).toMatchObject({ hart: 0 });
  });

  it('is none of a program, or of a hart in machine mode that lets interrupts in', () => {
    expect(named((cycle) => ({ ...loops(cycle), mode: 'user' }))).toBeUndefined();
    expect(named((cycle) => ({ ...loops(cycle), mode: 'machine', interrupts: true }))).toBeUndefined();
    expect(named((cycle) => ({ ...loops(cycle), mode: 'machine' }))).toMatchObject({ hart: 0 });
  });

  it('is none where all harts wait', () => {
    expect(named(waits, waits)).toBeUndefined();
  });

  it('is none where a hart that sleeps most of the time is found in the kernel now and then', () => {
    for (const period of [2, 3, 50, 99]) {
      const isAwake = (cycle: number): boolean => Math.floor(cycle / 20e6) % period === 0;
      expect(named((cycle) => (isAwake(cycle) ? {} : { waiting: true }))).toBeUndefined();
    }
  });

  it('is none where an idle kernel does the same in every tick, with interrupts on for a part of it', () => {
    expect(named((cycle) => ({ interrupts: cycle % tickCycles > 0.9 * tickCycles }))).toBeUndefined();
    expect(named((cycle) => ({ pc: Math.floor((64 * (cycle % tickCycles)) / tickCycles) }))).toBeUndefined();
  });

  it('is none where another hart does something', () => {
    expect(named(loops, (cycle) => ({ pc: cycle }))).toBeUndefined();
    expect(named(loops, () => ({ interrupts: true }))).toBeUndefined();
  });
});
