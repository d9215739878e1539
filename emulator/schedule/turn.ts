// A hart's turn: what is left of it, and how many turns one slice of execution may cover.

/** Turns that a slice covers at most: by then, what a slice costs the host is no longer seen. */
const turnsMaximum = 16;

export class Turn {
  private remaining = 0;
  /** It has just begun, and the hart that has it is alone: see `reach`. */
  private isFirstOfMany = false;

  /** @param cycles length of every turn */
  constructor(private readonly cycles: number) {}

  /** Cycles left; 0 between turns. */
  get left(): number {
    return this.remaining;
  }

  /** @param isAlone it goes to the hart that had the last one, since all others sleep */
  begin(isAlone: boolean): void {
    this.remaining = this.cycles;
    this.isFirstOfMany = isAlone;
  }

  /** The host had its say since the turn began. */
  goOn(): void {
    this.isFirstOfMany = false;
  }

  /**
   * Cycles that a slice may cover from here on. While a hart is alone nothing happens between its turns but the end of
   * its reservation; whatever wakes others, or makes the console look for input, ends the slice.
   * @param settled how many samples of late found nothing to compile: code must not wait long for being sampled
   */
  reach(settled: number): number {
    const turns = this.isFirstOfMany ? Math.min(turnsMaximum, 1 + Math.floor(settled / 16)) : 1;
    this.goOn();
    return this.remaining + (turns - 1) * this.cycles;
  }

  /** So many cycles went by, perhaps into a later turn. */
  pass(ran: number): void {
    const beyond = (ran - this.remaining) % this.cycles;
    if (ran <= this.remaining) this.remaining -= ran;
    else this.remaining = beyond === 0 ? 0 : this.cycles - beyond;
  }

  /** The hart gives up the rest. */
  end(): void {
    this.remaining = 0;
  }

  /** The machine is put into a state in which so much was left. */
  restore(left: number): void {
    this.remaining = left;
    this.goOn();
  }
}
