// A random program on two machines at once: one interprets and passes nothing at once, the other compiles what it can,
// and is observed. Between random stops, both are disturbed in the same random ways. They must agree at every stop.
import { defaultConfiguration, Machine, type EngineOptions } from '../../emulator/index.js';
import { Mstatus } from '../../emulator/hart/mstatus.js';
import { registerIndex, stateOffset } from '../../emulator/hart/state.js';
import { codeBase, data, dataBase } from '../differential/layout.js';
import { randomProgram } from '../differential/program.js';
import { Random } from '../support/random.js';
import { disturbances, observe } from './disturbances.js';

/** What a comparison is repeated by. */
export interface LockstepCase {
  readonly seed: number;
  /** Where a difference was found: how many stops to make, and the cycles to run to the last of them. */
  readonly stops?: number;
  readonly cycles?: number;
}

/** Where two machines were found to differ. */
export interface Difference extends Required<LockstepCase> {
  /** What differs, the interpreter's value first. */
  readonly what: string;
  readonly cycle: number;
}

const passes = 3;
const passCycles = 60_000;
/** Stops after which RAM, devices and all are compared as well, and not only registers and the program's data. */
const digestEvery = 64;
const memoryBytes = 8 << 20;
const items = 250;

const reference: EngineOptions = { engine: 'interpreter', loopsAtOnce: false };
/**
 * With little room for compiled code, the oldest goes all the time. What is compiled at once knows nothing of what
 * comes behind it, what is compiled later is longer.
 */
const testedWith = (random: Random): EngineOptions => ({
  sampling: {
    ...{ threshold: random.pick([1, 5, 25]), growth: 1.1, every: 1 },
    regionsMaximum: random.pick([2, 256, 256]),
  },
});

function machineOf(image: Uint8Array, random: Random, engine: EngineOptions): Machine {
  const [harts, turnCycles] = [random.pick([1, 2, 3]), random.pick([20, 100, 1000, 10_000])];
  return new Machine(
    { ...defaultConfiguration, harts, memoryBytes, turnCycles },
    { entry: codeBase, segments: [{ address: codeBase, bytes: image }], disk: new Uint8Array(0) },
    { receive: () => undefined, transmitted: () => {} },
    engine,
  );
}

/** Back to the program's first instruction, in machine mode; the program sets up everything else. */
function restart(machine: Machine): void {
  const [hart] = machine.harts;
  hart.write('mstatus', Mstatus.xl);
  hart.write('mode', 3n);
  hart.write('pc', BigInt(codeBase));
  hart.write('mie', 0n);
}

class Lockstep {
  readonly machines: readonly [Machine, Machine];
  stops = 0;
  private readonly random: Random;

  constructor(private readonly of: LockstepCase) {
    this.random = new Random(of.seed);
    const { image } = randomProgram(of.seed, items);
    const shape = this.random.next32();
    const make = (engine: EngineOptions) => machineOf(image, new Random(shape), engine);
    this.machines = [make(reference), make(testedWith(new Random(shape)))];
    observe(this.machines[1], new Random(shape));
  }

  /** The first difference; undefined when there is none in all passes. */
  run(): Difference | undefined {
    const [one] = this.machines;
    for (let pass = 0; pass < passes; pass++) {
      const end = one.cycle() + passCycles;
      while (one.cycle() < end && !one.outcome) {
        const before = one.cycle();
        const cycles = this.random.oneIn(3) ? this.random.between(1, 30) : this.random.between(1, 2500);
        this.stops++;
        const isLast = this.stops === this.of.stops;
        const stop = before + (isLast ? (this.of.cycles ?? cycles) : cycles);
        for (const machine of this.machines) runTo(machine, stop);
        const what = this.difference();
        if (what !== undefined)
          return { seed: this.of.seed, stops: this.stops, cycles: stop - before, what, cycle: one.cycle() };
        if (isLast) return undefined;
        if (this.random.oneIn(4)) this.disturb();
      }
      if (one.outcome) return undefined;
      for (const machine of this.machines) restart(machine);
    }
    return undefined;
  }

  private disturb(): void {
    const disturbance = this.random.pick(disturbances);
    const seed = this.random.next32();
    for (const machine of this.machines) disturbance(machine, new Random(seed));
  }

  private difference(): string | undefined {
    const [one, other] = this.machines;
    if (one.cycle() !== other.cycle()) return `cycle ${one.cycle()} and ${other.cycle()}`;
    for (const hart of one.harts) {
      const what = differingWord(hart.architecturalState(), other.harts[hart.number].architecturalState());
      if (what) return `hart ${hart.number}: ${what}`;
    }
    const bytes = data.end;
    const [left, right] = this.machines.map(({ ram }) => Buffer.from(ram.read(dataBase, bytes)));
    if (!left.equals(right)) {
      const at = left.findIndex((byte, index) => byte !== right[index]);
      return `byte at 0x${(dataBase + at).toString(16)}: ${left[at]} and ${right[at]}`;
    }
    if (this.stops % digestEvery !== 0 && !one.outcome) return undefined;
    const digests = this.machines.map((machine) => machine.digest());
    return digests[0] === digests[1] ? undefined : `digest ${digests.join(' and ')}`;
  }
}

/** Names of the state words behind the registers, by offset. */
const stateNames = new Map(Object.entries(stateOffset).map(([name, offset]) => [offset, name]));

/** The first word of a hart that differs, in words; those that take writes to x0 are no state. */
function differingWord(left: Uint8Array, right: Uint8Array): string | undefined {
  if (Buffer.from(left).equals(Buffer.from(right))) return undefined;
  const [one, other] = [left, right].map((bytes) => new DataView(bytes.buffer, bytes.byteOffset));
  for (let offset = 0; offset < left.length; offset += 8) {
    const values = [one.getBigUint64(offset, true), other.getBigUint64(offset, true)];
    const register = offset / 8;
    const isSink = register >= registerIndex.sink && register < registerIndex.f;
    if (values[0] === values[1] || isSink) continue;
    const float = `f${register - registerIndex.f}`;
    const name = stateNames.get(offset) ?? (register < registerIndex.sink ? `x${register}` : float);
    return `${name} is 0x${values[0].toString(16)} and 0x${values[1].toString(16)}`;
  }
  return undefined;
}

/** Runs on, whatever stops the machine in between; a machine that ends or sleeps for ever stays where it is. */
function runTo(machine: Machine, stop: number): void {
  while (machine.cycle() < stop) {
    const reason = machine.run(stop);
    if (reason === 'finished' || reason === 'deadlock') return;
  }
}

/** Runs a case; the first difference there is, if any. */
export function compareInLockstep(of: LockstepCase): Difference | undefined {
  return new Lockstep(of).run();
}

/** The same difference after as few cycles behind the last stop without one as it takes. */
export function shrink(found: Difference): Difference {
  let [low, best] = [1, found];
  while (low < best.cycles) {
    const middle = Math.floor((low + best.cycles) / 2);
    const again = compareInLockstep({ seed: found.seed, stops: found.stops, cycles: middle });
    if (again) best = again;
    else low = middle + 1;
  }
  return best;
}

/** The command that repeats a difference, and what it shows. */
export function describeDifference({ seed, stops, cycles, cycle, what }: Difference): string {
  return `npm run fuzz -- --seed ${seed} --stops ${stops} --cycles ${cycles}   # at cycle ${cycle}, ${what}`;
}
