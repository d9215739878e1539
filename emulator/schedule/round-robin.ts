// Which hart runs next: the next one in turn that is not asleep, for a fixed number of cycles.

export class RoundRobin {
  private last: number;

  constructor(private readonly harts: number) {
    this.last = harts - 1;
  }

  /** The hart to run, or undefined when all sleep. */
  next(sleeps: (hart: number) => boolean): number | undefined {
    for (let step = 1; step <= this.harts; step++) {
      const hart = (this.last + step) % this.harts;
      if (!sleeps(hart)) return (this.last = hart);
    }
    return undefined;
  }

  /** The hart that had the last turn: all there is to the schedule's state. */
  get position(): number {
    return this.last;
  }

  set position(hart: number) {
    this.last = hart;
  }
}
