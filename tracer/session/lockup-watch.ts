// A kernel that goes no further: harts that loop in the kernel with interrupts off, in states that come again and
// again, while all others wait for interrupts. Nothing but a turn of theirs can change that, and none does.
import type { Machine } from '../../emulator/index.js';
import { kernelCalls } from '../moment/index.js';
import type { DebugInfo } from '../symbols/index.js';

/** Cycles between two looks; looks are at multiples of it, whatever else ends pieces of a run. */
const spacingCycles = 20e6;
/** Looks in a row that must find the same, 2 G cycles: no wait with interrupts off takes 20 s of the guest's time. */
const looksNeeded = 100;
/** Places of a loop that looks may happen to find a hart at. */
const statesMaximum = 16;
const registers = 32;
const mode = { user: 0, machine: 3 } as const;
const enabled = { supervisor: 2n, machine: 8n } as const;

export class LockupWatch {
  private looks = 0;
  /** Of each hart the states it was found in, as texts of pc and registers. */
  private readonly states: Set<string>[];
  /** The next cycle at which to look. */
  next = spacingCycles;

  constructor(private readonly machine: Machine) {
    this.states = machine.harts.map(() => new Set());
    this.next = (Math.floor(machine.cycle() / spacingCycles) + 1) * spacingCycles;
  }

  /** The first hart that loops for ever, once that is certain. Call it with the machine at `next`. */
  look(): number | undefined {
    this.next += spacingCycles;
    const { harts } = this.machine;
    this.looks = harts.every((hart, number) => this.isStill(hart, number)) ? this.looks + 1 : 0;
    if (this.looks === 0) for (const states of this.states) states.clear();
    if (this.looks < looksNeeded) return undefined;
    const looping = this.states.findIndex(({ size }) => size > 0);
    return looping < 0 ? undefined : looping;
  }

  private isStill(hart: Machine['harts'][number], number: number): boolean {
    if (hart.read('waiting') !== 0n) return true;
    const current = Number(hart.read('mode'));
    const bit = current === mode.machine ? enabled.machine : enabled.supervisor;
    if (current === mode.user || (hart.read('mstatus') & bit) !== 0n) return false;
    const states = this.states[number];
    const values = Array.from({ length: registers }, (_, index) => hart.register(index));
    states.add([hart.read('pc'), ...values].join());
    return states.size <= statesMaximum;
  }
}

/** Where the hart loops, innermost function first. */
export function lockupRemark(machine: Machine, hart: number, debug: DebugInfo): string {
  const names = kernelCalls(machine, hart, debug).map(({ pc }) => debug.symbols.functionAt(pc)?.name);
  const calls = names.filter((name) => name !== undefined).join(', called from ');
  return `hart ${hart} loops with interrupts off${calls && `, in ${calls}`}`;
}
