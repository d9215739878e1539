// One line on a terminal that says how far a run is. It is wiped before anything else is printed, and never appears
// where stderr is no terminal.
import { formatCount } from '../text/index.js';
import type { Output } from './surroundings.js';

const wipe = '\r\x1b[K';

export class ProgressLine {
  private shown = false;
  private changed = 0;

  constructor(private readonly output: Output) {}

  /** Replaces the line, at most four times a second. */
  show(what: string, cycle: number): void {
    const now = Date.now();
    if (this.output.isTTY !== true || now - this.changed < 250) return;
    this.changed = now;
    this.shown = true;
    this.output.write(`${wipe}${what}: ${formatCount(Math.round(cycle / 1e6))} M cycles`);
  }

  clear(): void {
    if (this.shown) this.output.write(wipe);
    this.shown = false;
  }
}
