// Steps of the prompt, by instruction and by line of the source, forwards and backwards: those of the hart that has the
// turn, whoever else runs in between.
import type { Target } from '../../tracer/gdb/index.js';
import { describeMoment, executedCode, placeOf, type MomentSource } from '../../tracer/moment/index.js';
import type { OnWay } from '../../tracer/replay/index.js';
import type { SourceLocation } from '../../tracer/symbols/index.js';

const register = { ra: 1, sp: 2 } as const;
/** Times that a line may be left for another part of itself. */
const piecesMaximum = 10_000;
/** How far the code of a line may reach before and behind an instruction, in bytes. */
const nearBytes = 512n;
/** Cycles to look back at first, and the most. */
const firstWindowCycles = 250;
const windowCyclesMaximum = 256_000;
const pieceCycles = 50e6;
/** A function's frame is smaller; a page is all the stack that xv6 gives. */
const stackBytes = 4096n;

/** Addresses [low, high) that are of one line. */
interface LineRange {
  readonly low: bigint;
  readonly high: bigint;
}

export class Steps {
  constructor(
    private readonly source: MomentSource,
    private readonly target: Target,
    private readonly onWay: OnWay,
    private readonly isInterrupted: () => boolean,
  ) {}

  /** The hart that executes the next step; the last one that did when all wait. */
  get hart(): number {
    return this.target.present().hart;
  }

  /** To the hart's next instruction, or back to the one before. */
  async instruction(direction: 'forward' | 'backward'): Promise<void> {
    await this.resume(direction, this.hart, undefined);
  }

  /** On to the next line, into functions that the present one calls. */
  async line(): Promise<void> {
    const { hart } = this;
    await this.leaveLine(hart, isSameLine, () => Promise.resolve());
  }

  /** On to the next line of this function or, at its end, of its caller. */
  async nextLine(): Promise<void> {
    const { hart } = this;
    const isSame = (now: SourceLocation | undefined, then: SourceLocation | undefined): boolean =>
      isSameLine(now, then) || (now?.inlinedBy.length ?? 0) > (then?.inlinedBy.length ?? 0);
    await this.leaveLine(hart, isSame, async ({ low, high }) => {
      const link = this.register(hart, register.ra);
      if (this.isAtEntry(hart) && link > low && link <= high)
        await this.runTo(hart, link, this.register(hart, register.sp));
    });
  }

  /** On to where the present function has returned to. False, and nothing done, when its caller is not known. */
  async finish(): Promise<boolean> {
    const { hart } = this;
    const { stacks } = describeMoment(this.source, { events: 1 }).present;
    const [, caller] = stacks[0].frames.filter(({ inlined }) => !inlined);
    if (caller === undefined) return false;
    await this.runTo(hart, caller.pc, this.register(hart, register.sp));
    return true;
  }

  /** Back to the beginning of a line that was executed before this position: into what the line before had called. */
  lineBack(): void {
    const { replay } = this.source;
    const { hart } = this;
    const end = replay.cycle;
    for (let window = firstWindowCycles; ; window *= 4) {
      const begin = Math.max(0, end - window);
      const steps = this.stepsOf(hart, begin, end);
      const last = steps.at(-1)?.place;
      const other = steps.findLastIndex(({ place }) => !isSameLine(place, last));
      if (other < 0 && begin > 0 && window < windowCyclesMaximum) continue;
      replay.seek(steps.length === 0 ? begin : steps[other + 1].cycle);
      // What follows a call in its line is no beginning of one.
      if (other >= 0 && this.lineRange(hart).low !== this.pc(hart)) this.lineBack();
      return;
    }
  }

  /** The steps of a hart in [begin, end), in order. Moves the replay. */
  private stepsOf(hart: number, begin: number, end: number): { cycle: number; place?: SourceLocation }[] {
    const { replay } = this.source;
    const steps: { cycle: number; place?: SourceLocation }[] = [];
    replay.seek(begin);
    while (replay.cycle < end) {
      const { cycle, currentHart } = replay;
      const place = currentHart === hart ? placeOf(this.source, hart) : undefined;
      if (currentHart === hart) steps.push({ cycle, ...(place && { place }) });
      replay.run(currentHart === undefined ? end : cycle + 1);
      if (replay.cycle === cycle) break;
    }
    return steps;
  }

  /** Goes on until the hart is in another line; `pass` may run over what a step led into. */
  private async leaveLine(
    hart: number,
    isSame: typeof isSameLine,
    pass: (left: LineRange) => Promise<void>,
  ): Promise<void> {
    const start = placeOf(this.source, hart);
    for (let piece = 0; piece < piecesMaximum; piece++) {
      const range = this.lineRange(hart);
      if (!(await this.resume('forward', hart, range))) return;
      await pass(range);
      if (!isSame(placeOf(this.source, hart), start)) return;
      await this.onWay(this.source.replay.cycle);
    }
  }

  /** False when something else than the step ended it: Ctrl-C, or the end of the run. */
  private async resume(
    direction: 'forward' | 'backward',
    hart: number,
    range: LineRange | undefined,
  ): Promise<boolean> {
    const steps = new Map([[hart, range]]);
    const stop = await this.target.resume({ direction, steps, heeded: new Set() }, this.isInterrupted);
    return stop.kind === 'step';
  }

  /** Runs until an address is about to be executed on the same stack, no deeper than `sp`, on whichever hart. */
  private async runTo(hart: number, address: bigint, sp: bigint): Promise<void> {
    const { replay } = this.source;
    const { stops, harts } = replay.machine;
    const space = harts[hart].read('satp');
    this.target.setStopsAside();
    stops.setVirtualBreakpoint(address, (who) => {
      const above = this.register(who, register.sp) - sp;
      return above >= 0n && above < stackBytes && harts[who].read('satp') === space;
    });
    try {
      while (replay.cycle < replay.end && replay.run(replay.cycle + pieceCycles) === 'limit')
        await this.onWay(replay.cycle);
    } finally {
      stops.setVirtualBreakpoint(address, undefined);
    }
  }

  private pc(hart: number): bigint {
    return this.source.replay.machine.harts[hart].read('pc');
  }

  private register(hart: number, number: number): bigint {
    return this.source.replay.machine.harts[hart].register(number);
  }

  private isAtEntry(hart: number): boolean {
    const code = executedCode(this.source, hart);
    return code !== undefined && code.debug.symbols.functionAt(code.pc)?.address === code.pc;
  }

  /** The addresses around the pc that are of its line, as far as they follow each other. */
  private lineRange(hart: number): LineRange {
    const pc = this.pc(hart);
    const code = executedCode(this.source, hart);
    const here = code?.debug.locationOf(code.pc);
    if (code === undefined || here === undefined) return { low: pc, high: pc + 1n };
    const isHere = (offset: bigint): boolean => isSameLine(code.debug.locationOf(code.pc + offset), here);
    let [low, high] = [0n, 2n];
    while (low > -nearBytes && isHere(low - 2n)) low -= 2n;
    while (high < nearBytes && isHere(high)) high += 2n;
    return { low: pc + low, high: pc + high };
  }
}

function isSameLine(one: SourceLocation | undefined, other: SourceLocation | undefined): boolean {
  return one?.function === other?.function && one?.file === other?.file && one?.line === other?.line;
}
