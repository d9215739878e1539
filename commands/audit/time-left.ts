// How long an audit may still take: the work of usual kernels, at the pace of this one on this computer so far.

/** What is known of a program before it runs. */
interface Work {
  /** Cycles at any size of the machine, and for each MiB of memory. */
  readonly fixed: number;
  readonly perMebibyte: number;
}

/** Cycles of the usual programs behind the prompt, as measured on kernels that wait for interrupts when idle. */
const usual: Readonly<Record<string, Work>> = {
  cowtest: { fixed: 0.2e9, perMebibyte: 0.055e9 },
  frames: { fixed: 0.26e9, perMebibyte: 0 },
  audit: { fixed: 4e9, perMebibyte: 0.007e9 },
  usertests: { fixed: 19e9, perMebibyte: 0.03e9 },
  'our-usertests': { fixed: 1e9, perMebibyte: 0.007e9 },
};
const unknown: Work = { fixed: 1e9, perMebibyte: 0 };
/** Of the boot: all memory is filled once. */
const bootPerMebibyte = 3.4e6;

/** How many cycles a program may be expected to take behind the prompt. */
export function expectedCycles(program: string, mebibytes: number): number {
  const name = program.startsWith('our-') && !(program in usual) ? program.slice(4) : program;
  const { fixed, perMebibyte } = usual[name] ?? unknown;
  return fixed + perMebibyte * mebibytes;
}

/** Follows an audit; times are seconds since it began. */
export class TimeLeft {
  private readonly expected: readonly number[];
  private readonly boot: number;
  private finished = 0;
  /** Expected cycles of what is finished, and what it really took. */
  private done = 0;
  private took = 0;
  /** What the present program took in legs that are over, and the part of its work that they left. */
  private inLegs = 0;
  private left = 1;

  /** @param programs their names, in the order in which they run */
  constructor(programs: readonly string[], mebibytes: number) {
    this.expected = programs.map((program) => expectedCycles(program, mebibytes));
    this.boot = bootPerMebibyte * mebibytes;
  }

  /** A leg of the program that runs is over, after so many cycles since power-on; such a part of its work is left. */
  legEnded(cycle: number, left: number): void {
    this.inLegs += Math.max(0, cycle - this.boot);
    this.left = left;
  }

  /** The program that runs is over. */
  programEnded(): void {
    this.done += this.expected[this.finished++];
    this.took += this.inLegs;
    this.inLegs = 0;
    this.left = 1;
  }

  /**
   * Seconds that remain, when so many have passed and the present program is at a cycle; Infinity while the first one
   * boots, which tells little of the pace. Programs that took longer than expected make the rest be expected longer,
   * and judging counts, since it is in the seconds.
   */
  seconds(passed: number, cycle: number): number {
    if (this.finished === 0 && this.inLegs === 0 && cycle < this.boot) return Infinity;
    const slowness = this.done === 0 ? 1 : this.took / this.done;
    const [present = 0, ...later] = this.expected.slice(this.finished).map((cycles) => cycles * slowness);
    const ran = Math.max(0, cycle - this.boot);
    // Who takes longer than expected is taken to be nearly done.
    const rest = Math.max(present * this.left - ran, 0.02 * ran);
    const left = later.reduce((sum, cycles) => sum + cycles, rest);
    return (passed * left) / (this.boot + this.took + this.inLegs + ran);
  }
}

/** The time left in words. */
export function timeLeftText(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'booting';
  const whole = Math.ceil(seconds);
  return `about ${whole < 90 ? `${whole} s` : `${Math.round(whole / 60)} min`} left`;
}
