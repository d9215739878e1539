// The clock as generated code keeps it during a slice: the cycle at which the budget runs out, and the budget.
import { control } from './memory-layout.js';

const wordSpan = 2 ** 32;

export class SliceClock {
  private readonly words: DataView;

  constructor(memory: WebAssembly.Memory) {
    this.words = new DataView(memory.buffer);
  }

  /** Starts a slice of `budget` cycles at a cycle; with a budget of 1, and between slices, `now` is that cycle. */
  set(cycle: number, budget: number, spansTurns = false): void {
    const end = cycle + budget;
    this.words.setUint32(control.sliceEnd, end, true);
    this.words.setUint32(control.sliceEnd + 4, Math.floor(end / wordSpan), true);
    this.words.setInt32(control.budget, budget - 1, true);
    this.words.setInt32(control.spansTurns, spansTurns ? 1 : 0, true);
  }

  /** The cycle of the instruction at hand; exact wherever generated code calls the host. */
  now(): number {
    const end =
      this.words.getUint32(control.sliceEnd, true) +
      this.words.getUint32(control.sliceEnd + 4, true) * wordSpan;
    return end - this.words.getInt32(control.budget, true) - 1;
  }
}
