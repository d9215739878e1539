// Seeded random numbers for tests: the same seed gives the same sequence on every host (the sfc32 generator).

export class Random {
  private readonly state: Uint32Array;

  /** `seed` is any integer; its low 32 bits count. */
  constructor(seed: number) {
    this.state = Uint32Array.of(0x9e3779b9, 0x243f6a88, seed, 1);
    for (let i = 0; i < 12; i++) this.next32();
  }

  /** 0..2^32-1 */
  next32(): number {
    const s = this.state;
    const sum = (s[0] + s[1] + s[3]) >>> 0;
    s[3] += 1;
    s[0] = s[1] ^ (s[1] >>> 9);
    s[1] = s[2] + (s[2] << 3);
    s[2] = ((s[2] << 21) | (s[2] >>> 11)) + sum;
    return sum;
  }

  /** 0..2^64-1 */
  next64(): bigint {
    return (BigInt(this.next32()) << 32n) | BigInt(this.next32());
  }

  /** 0..limit-1, for a limit up to 2^32 */
  below(limit: number): number {
    return Math.floor((this.next32() / 2 ** 32) * limit);
  }

  /** low..high, both included */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True once in `n` times on average. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }
}
