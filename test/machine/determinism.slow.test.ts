// The same as determinism.test.ts, on machines of the usual size, and with both kernels.
import { describe, expect, it } from 'vitest';
import { CowRun } from '../support/cow-run.js';
import { Random } from '../support/random.js';

const configurations = ['cow', 'eager'].flatMap((variant) => [1, 3, 8].map((harts) => ({ variant, harts })));

describe.each(configurations)('$variant on $harts harts with 128 MiB', ({ variant, harts }) => {
  it('runs cowtest the same each time, and in pieces', () => {
    // The eager kernel runs out of memory, as it should; what counts is that it does so the same way.
    const run = () => new CowRun('cowtest', { harts, memoryBytes: 128 << 20 }, variant);
    const whole = run().finish().summary;
    expect(run().finish().summary).toEqual(whole);
    const random = new Random(harts);
    const chopped = run().finish(() =>
      random.oneIn(2) ? random.between(1, 100) : random.between(1, 2_000_000),
    );
    expect(chopped.summary).toEqual(whole);
  });

  it('has turns of other lengths, each the same each time', () => {
    for (const turnCycles of [777, 100_000]) {
      const run = () => new CowRun('frames', { harts, turnCycles, memoryBytes: 32 << 20 }, variant);
      expect(run().finish().summary).toEqual(run().finish().summary);
    }
  });
});
