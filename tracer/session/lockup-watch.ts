// A kernel that goes no further: harts that loop in the kernel with interrupts off, in states that come again and
// again, while all others wait for interrupts. Nothing but a turn of theirs can change that, and none does.
import type { Machine } from '../../emulator/index.js';
import { kernelCalls } from '../moment/index.js';
import type { DebugInfo } from '../symbols/index.js';

/** There is one look in each stretch of so many cycles. */
const stretchCycles = 20e6;
/** Looks in a row that must find the same, 2 G cycles: no wait with interrupts off takes 20 s of the guest's time. */
const looksNeeded = 100;
/** Places of a loop that looks may happen to find a hart at. */
const statesMaximum = 16;
const registers = 32;
const mode = { user: 0, machine: 3 } as const;
const enabled = { supervisor: 2n, machine: 8n } as const;

/** What of a machine is looked at. */
export type WatchedMachine = Pick<Machine, 'cycle' | 'harts'>;

export class LockupWatch {
  private looks = 0;
  /** Of each hart the states it was found in, as texts of pc and registers; none for one that waits. */
  private readonly states: Set<string>[];
  /** The next cycle at which to look. */
  next: number;

  constructor(private readonly machine: WatchedMachine) {
    this.states = machine.harts.map(() => new Set());
    this.next = lookAfter(machine.cycle());
  }

  /** The first hart that loops for ever, once that is certain. Call it with the machine at `next`. */
  look(): number | undefined {
    const { harts } = this.machine;
    this.next = lookAfter(this.machine.cycle());
    this.looks = harts.every((hart, number) => this.isStill(hart, number)) ? this.looks + 1 : 0;
    if (this.looks === 0) for (const states of this.states) states.clear();
    if (this.looks < looksNeeded) return undefined;
    const looping = this.states.findIndex(({ size }) => size > 0);
    return looping < 0 ? undefined : looping;
  }

  /** Whether a hart that was waiting waits, and one that was looping still does. */
  private isStill(hart: Machine['harts'][number], number: number): boolean {
    const states = this.states[number];
    const waits = hart.read('waiting') !== 0n;
    if (this.looks > 0 && waits !== (states.size === 0)) return false;
    if (waits) return true;
    const current = Number(hart.read('mode'));
    const bit = current === mode.machine ? enabled.machine : enabled.supervisor;
    if (current === mode.user || (hart.read('mstatus') & bit) !== 0n) return false;
    const values = Array.from({ length: registers }, (_, index) => hart.register(index));
    states.add([hart.read('pc'), ...values].join());
    return states.size <= statesMaximum;
  }
}

/**
 * The first look behind a cycle: at a place of its own in each stretch, since an idle kernel does the same at the same
 * place of every tick. A function of the cycle, so that it is the same whatever else ends pieces of a run.
 */
function lookAfter(cycle: number): number {
  const stretch = Math.floor(cycle / stretchCycles);
  const look = lookOf(stretch);
  return look > cycle ? look : lookOf(stretch + 1);
}

function lookOf(stretch: number): number {
  const share = (Math.imul(stretch + 1, 0x9e37_79b1) >>> 0) / 2 ** 32;
  return stretch * stretchCycles + Math.floor(share * stretchCycles);
}

/** Where the hart loops, innermost function first. */
export function lockupRemark(machine: Machine, hart: number, debug: DebugInfo): string {
  const names = kernelCalls(machine, hart, debug).map(({ pc }) => debug.symbols.functionAt(pc)?.name);
  const calls = names.filter((name) => name !== undefined).join(', called from ');
  return `hart ${hart} loops with interrupts off${calls && `, in ${calls}`}`;
}
